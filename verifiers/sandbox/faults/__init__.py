"""Faults of registers, played on purpose: their table, who is switched to which, how answers are spoilt."""
