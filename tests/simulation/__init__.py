"""The desk, the guard and the registers on a virtual clock, with everything that can go wrong drawn from a seed."""
