"""Decisions followed: found, opened, checked and made again by auditors; taken and decided by officers."""
