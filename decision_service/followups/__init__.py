"""What is to be done after a decision: credit checks that are owed (逢办必查), register data to be looked at (校核).

Both are read off the ledger, so that nothing can be lost between a decision and the note that something is owed for it.
What came of them is kept in a file of its own beside the ledger.
"""
