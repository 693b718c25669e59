"""The Z3 reading: one policy, or two of one matter, over every application that could be made, three-valued."""
