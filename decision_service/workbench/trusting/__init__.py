"""Trust it: the cases of a matter, what they show of its rules, which slips nobody would notice, and what is proved."""
