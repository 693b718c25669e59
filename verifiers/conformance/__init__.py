"""Conformance, for integrators: checks of a register's endpoint (`endpoint`), of a kind of connection (`adapters`)."""
