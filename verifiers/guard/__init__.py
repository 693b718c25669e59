"""What stands around every call to a register: keep, share, shut, bound, ask a second time."""
