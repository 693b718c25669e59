"""How far the cases of a matter reach: its rules, rows, branches, boundaries and conditions, shown over the source."""
