"""The rule language: its grammar, its one typed tree, and what it means."""
