"""Asking registers: who is asked, what came back, how sure one can be of it. Knows nothing of rules or decisions."""
