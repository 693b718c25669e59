"""Adverse notices that nobody has acknowledged yet: one SQLite file beside the ledger, made of it at any time."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from decision_service.acknowledging.receipt import is_adverse
from decision_service.casework.records import Kind, said
from decision_service.ledger.connection import connect
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.errors import LedgerFaultError

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS pending (
  document TEXT PRIMARY KEY, decision_id TEXT NOT NULL, at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pending_case ON pending (decision_id);
CREATE INDEX IF NOT EXISTS pending_at ON pending (at);
CREATE TABLE IF NOT EXISTS scanned (one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER NOT NULL, leaf BLOB) STRICT;
INSERT OR IGNORE INTO scanned VALUES (1, 0, NULL);
"""


class Pending:
    """The file. Each method raises LedgerFaultError."""

    def __init__(self, path: Path) -> None:
        """The file at `path`, made if it isn't there."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = connect(path)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise LedgerFaultError(f"notices {path}: can't be opened ({error}); name a sound local disk") from error

    @staticmethod
    def beside(ledger: Path) -> Path:
        """Where it lies that goes with a ledger."""
        return ledger.with_name(f"{ledger.stem}-notices.sqlite3")

    def place(self) -> tuple[int, bytes | None]:
        """The position of the record to be read next, and the leaf of the one before."""
        with self._open() as connection:
            found: tuple[int, bytes | None] = connection.execute("SELECT next, leaf FROM scanned").fetchone()
            return found

    def take(self, records: Sequence[Recorded]) -> None:
        """What these records, the next ones of the log, leave to be acknowledged and what they settle."""
        with self._writing() as connection:
            for one in records:
                _take(connection, one)
            connection.execute("UPDATE scanned SET next = ?, leaf = ?", (records[-1].index + 1, records[-1].leaf))

    def start_over(self) -> None:
        """Read the log from its beginning."""
        with self._writing() as connection:
            connection.execute("DELETE FROM pending")
            connection.execute("UPDATE scanned SET next = 0, leaf = NULL")

    def before(self, at: str, most: int) -> list[tuple[str, str]]:
        """The documents of before an instant that wait, with their decisions, oldest first."""
        with self._open() as connection:
            query = "SELECT document, decision_id FROM pending WHERE at < ? ORDER BY at, document LIMIT ?"
            return connection.execute(query, (at, most)).fetchall()

    def settle(self, document: str) -> None:
        """Somebody looks into it: it waits no more."""
        with self._writing() as connection:
            connection.execute("DELETE FROM pending WHERE document = ?", (document,))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise LedgerFaultError(f"notices: the file failed ({type(error).__name__})") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def _take(connection: sqlite3.Connection, recorded: Recorded) -> None:
    entry = recorded.entry
    if entry.kind not in (DECISION, Kind.OFFICER_OUTCOME, Kind.DELIVERY):
        return
    # A later outcome, or a decision that replaces an earlier one, is what is to be delivered from then on.
    connection.execute("DELETE FROM pending WHERE decision_id = ?", (entry.decision_id,))
    if entry.is_erased:
        return
    told = said(recorded)
    if replaced := told.get("replaces"):
        connection.execute("DELETE FROM pending WHERE decision_id = ?", (replaced,))
    if entry.kind != Kind.DELIVERY and is_adverse(told):
        row = (entry.record_id, entry.decision_id, entry.at)
        connection.execute("INSERT OR REPLACE INTO pending VALUES (?, ?, ?)", row)
