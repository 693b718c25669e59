"""The record: every decision is on disk before it is answered, in a chain that anyone with a receipt can check."""
