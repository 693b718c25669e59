"""What can go wrong with the record.

    LedgerError
    ├── LedgerRefusedError   the file can't serve as a ledger: at start, stop; while serving, a fault
    ├── LedgerFaultError     a write or a read failed: nothing was acknowledged (503 at the door)
    ├── LedgerBusyError      too many decisions wait to be written: come back later (503 with Retry-After)
    ├── KeyConflictError     the idempotency key was used with another request body (422)
    ├── RecordTakenError     the record id stands in the ledger already, under another key
    └── ErasedError          the contents were erased with the key of the person (410 at the door)

No message holds a value of an application, a key or a path of a person's data.
"""


class LedgerError(Exception):
    """Any trouble with the record."""


class LedgerRefusedError(LedgerError):
    """The file can't serve as a ledger; the text says why and what to do."""


class LedgerFaultError(LedgerError):
    """A commit or a read failed. The entry may or may not be on disk; asking again with the same key tells."""


class LedgerBusyError(LedgerError):
    """The queue of entries that wait for the disk is full."""


class KeyConflictError(LedgerError):
    """This caller used the idempotency key before, for a request with another body."""


class RecordTakenError(LedgerError):
    """Another entry has this record id: whoever makes ids has made one twice."""


class ErasedError(LedgerError):
    """What the record said can't be read any more: the key of the person's facts was destroyed."""
