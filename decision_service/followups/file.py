"""The file of the follow-ups: one SQLite file beside the ledger, for threads and for commands beside the service."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from decision_service.followups.tables import TABLES, VERSION
from decision_service.ledger.connection import connect
from decision_service.ledger.errors import LedgerFaultError


class FollowupFile:
    """A connection whose transactions come one at a time; a commit is on disk when it returns."""

    def __init__(self, path: Path, tables: str = TABLES, version: int = VERSION) -> None:
        """The file at `path` with `tables`, which set its `user_version`; made if it isn't there. Raises
        LedgerFaultError if it can't be opened or is none."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = connect(path)
            self._prepare(path, tables, version)
        except (sqlite3.Error, OSError) as error:
            raise LedgerFaultError(
                f"follow-ups {path}: can't be opened ({error}); name a file on a sound local disk"
            ) from error

    @staticmethod
    def beside(ledger: Path) -> Path:
        """Where the follow-ups of this ledger lie."""
        return ledger.with_name(f"{ledger.stem}-followups.sqlite3")

    def _prepare(self, path: Path, tables: str, version: int) -> None:
        found = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, version):
            self._connection.close()
            raise LedgerFaultError(f"follow-ups {path}: is of format {found}; this version reads {version}")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        # What is forgotten is overwritten, not only unlinked (RQ-H2).
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.executescript(tables)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries. Raises LedgerFaultError when the medium fails."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise LedgerFaultError(f"follow-ups: the file failed ({type(error).__name__})") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of the block is on disk afterwards, or nothing if it raises. Raises LedgerFaultError."""
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
