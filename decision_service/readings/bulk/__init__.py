"""The bulk reading: one policy, or two, over a whole population at once, as Ibis expressions of the same typed tree.

Every value is a pair of columns: the value, and a mask of the causes that keep it unknown (0: known). Equal to the
reference on every row, or refused out loud before any row is decided (`refused.NotInBulkError`).
"""
