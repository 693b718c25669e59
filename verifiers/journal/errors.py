"""What can go wrong with the journal.

    JournalError
    ├── JournalRefusedError   the file or the setting can't serve: at start, stop
    ├── JournalFaultError     a write or a read failed: what was noted is tried again, nobody is told that it is kept
    └── JournalBusyError      too many notes wait for the disk: nothing more is asked until they are written

No message holds a value of a call.
"""


class JournalError(Exception):
    """Any trouble with the journal."""


class JournalRefusedError(JournalError):
    """The file can't serve as a journal, or a retention is shorter than the law's; the text says what to do."""


class JournalFaultError(JournalError):
    """A commit or a read failed."""


class JournalBusyError(JournalError):
    """The queue of notes that wait for the disk is full."""
