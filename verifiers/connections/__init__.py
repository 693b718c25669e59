"""The operator's connections: which register is reached how. Addresses and secrets come from here and nowhere else."""
