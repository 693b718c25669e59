"""Ways to reach a register: the signed form, the `gateway_*` form of provincial gateways, a read-only SQL view."""
