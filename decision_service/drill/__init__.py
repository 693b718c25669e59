"""The drill: every fault of registers, at every register of every matter, through the real service and on the wire."""
