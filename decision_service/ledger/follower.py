"""Reading a ledger from where the last reading ended, each record once, into a file beside it.

The file has a table `scanned` of one row with `next`, the index of the record to be read next, and `leaf`, that of the
record before it: where another ledger lies now, or an older copy of it, what was read does not hold and is read again.
"""

import sqlite3
from collections.abc import Callable
from typing import Final

from decision_service.ledger.entry import Recorded
from decision_service.ledger.sidefile import SideFile
from decision_service.ledger.writer import Ledger

STRETCH: Final = 200
"""Records read at once."""

KEEP_EVERY: Final = 500
"""Records after which the place is kept even if none was of interest: as many are read again after a restart."""

Take = Callable[[sqlite3.Connection, tuple[Recorded, ...]], None]
"""Puts into the file what these records, the next ones, say; within a transaction."""

Forget = Callable[[sqlite3.Connection], None]
"""Takes out of the file what was read; within a transaction."""


class Follower:
    """The place in `ledger` up to which `take` was given everything. Raises LedgerFaultError."""

    def __init__(self, file: SideFile, ledger: Ledger, take: Take, forget: Forget) -> None:
        self._file = file
        self._ledger = ledger
        self._take = take
        self._forget = forget
        with file.reading() as connection:
            self._next, self._leaf = connection.execute("SELECT next, leaf FROM scanned").fetchone()
        self._kept: int = self._next
        self._sure = False

    def advance(self) -> int:
        """Read the next stretch: how many records it had. Raises LedgerFaultError; then nothing was taken of it."""
        if not self._sure:
            self._require_same_ledger()
        records = self._ledger.read(self._next, STRETCH)
        if records:
            self._give(records)
        return len(records)

    def start_over(self) -> None:
        """Read the ledger from its beginning. Raises LedgerFaultError."""
        with self._file.writing() as connection:
            self._forget(connection)
            connection.execute("UPDATE scanned SET next = 0, leaf = NULL")
        self._next, self._leaf, self._kept = 0, None, 0

    def _require_same_ledger(self) -> None:
        before = self._ledger.read(self._next - 1, 1) if self._next else ()
        if self._next and (not before or before[0].leaf != self._leaf):
            self.start_over()
        self._sure = True

    def _give(self, records: tuple[Recorded, ...]) -> None:
        end, leaf = records[-1].index + 1, records[-1].leaf
        with self._file.writing() as connection:
            before = connection.total_changes
            self._take(connection, records)
            keep = connection.total_changes != before or end - self._kept >= KEEP_EVERY
            if keep:
                connection.execute("UPDATE scanned SET next = ?, leaf = ?", (end, leaf))
        self._next, self._leaf = end, leaf
        if keep:
            self._kept = end
