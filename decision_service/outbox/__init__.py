"""The outbox (RQ-E3, RQ-D5): every record of the ledger goes to the operator's subscribers as an event.

The record is the event: nothing is written a second time, so nothing can be lost between the two.
"""
