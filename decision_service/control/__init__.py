"""What staff do to the service itself, each step a record of the ledger: the kill switch and releases of rules."""
