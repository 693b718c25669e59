"""Readings of a policy: each walks the same tree and means the same."""
