"""Try it: an application made by hand and decided at every change: why, why not, and what the citizen would read."""
