"""The file of casework: one SQLite file beside the ledger. It is a copy of what the ledger says, ordered for lists."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from decision_service.casework.tables import TABLES, VERSION
from decision_service.ledger.connection import connect
from decision_service.ledger.errors import LedgerFaultError


class CaseworkFile:
    """A connection whose transactions come one at a time, among the threads and processes that use the file."""

    def __init__(self, path: Path) -> None:
        """The file at `path`, made if it isn't there. Raises LedgerFaultError if it can't be opened or is none."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = connect(path)
            self._prepare(path)
        except (sqlite3.Error, OSError) as error:
            raise LedgerFaultError(
                f"casework {path}: can't be opened ({error}); it may be deleted, and is then read off the ledger again"
            ) from error

    @staticmethod
    def beside(ledger: Path) -> Path:
        """Where the casework of this ledger lies."""
        return ledger.with_name(f"{ledger.stem}-casework.sqlite3")

    def _prepare(self, path: Path) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            self._connection.close()
            raise LedgerFaultError(
                f"casework {path}: is of format {version}, this version reads {VERSION}; delete it, and it is read off "
                "the ledger again"
            )
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may undo the last commits: then the same records are read again.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(TABLES)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries. Raises LedgerFaultError when the medium fails."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise LedgerFaultError(f"casework: the file failed ({type(error).__name__})") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of the block, or nothing if it raises. Raises LedgerFaultError."""
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

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
