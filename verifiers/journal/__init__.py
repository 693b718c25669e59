"""The journal of calls: what was asked of which register, why, when, with what result; and who read what afterwards."""
