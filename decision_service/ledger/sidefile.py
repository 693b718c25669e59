"""A SQLite file beside the ledger: a copy of what the ledger says, ordered for lists, or what is done about it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from decision_service.ledger.connection import connect
from decision_service.ledger.errors import LedgerFaultError


@dataclass(frozen=True, slots=True)
class Layout:
    """What such a file is: its `name` in messages, its tables, and their version.

    `synchronous` is NORMAL where a power cut may undo the last commits, since the same records are then read again.
    `advice` says what to do about a file that can't be used.
    """

    name: str
    tables: str
    version: int
    advice: str = "name a file on a sound local disk"
    synchronous: Literal["FULL", "NORMAL"] = "FULL"


class SideFile:
    """A connection whose transactions come one at a time, among the threads and processes that use the file.

    Raises LedgerFaultError when it can't be opened, is of another version, or the medium fails.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        """The file at `path`, made if it isn't there, for its owner alone."""
        self._lock = threading.Lock()
        self._layout = layout
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = connect(path)
            self._prepare(path)
        except (sqlite3.Error, OSError) as error:
            raise LedgerFaultError(f"{layout.name} {path}: can't be opened ({error}); {layout.advice}") from error

    def _prepare(self, path: Path) -> None:
        layout = self._layout
        found = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, layout.version):
            self._connection.close()
            raise LedgerFaultError(
                f"{layout.name} {path}: is of format {found}; this version reads {layout.version}; {layout.advice}"
            )
        # What is forgotten is overwritten, not only unlinked (RQ-H2).
        for pragma in ("journal_mode = WAL", f"synchronous = {layout.synchronous}", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(layout.tables)
        self._connection.execute(f"PRAGMA user_version = {layout.version}")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries and single statements. Raises LedgerFaultError when the medium fails."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise LedgerFaultError(f"{self._layout.name}: the file failed ({type(error).__name__})") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of the block is in the file afterwards, or nothing if it raises. Raises
        LedgerFaultError."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # A commit that failed may have ended the transaction already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def settle(self) -> None:
        """Leave nothing of what was overwritten in the write-ahead log; a reader beside us can put it off."""
        with self.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
