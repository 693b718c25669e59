"""The demonstration: real processes, real HTTP, the shared cases."""
