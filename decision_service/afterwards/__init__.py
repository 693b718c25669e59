"""The machine looks again: at cases that went to an officer only because a register was late, and at what was granted.
Both are read off the ledger; nothing adverse ever follows by machine (docs/afterwards.md)."""
