"""Adverse notices that nobody has acknowledged yet: one SQLite file beside the ledger, made of it at any time."""

import sqlite3
from pathlib import Path
from typing import Final

from decision_service.acknowledging.receipt import is_adverse
from decision_service.casework.records import Kind, said
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.follower import Follower
from decision_service.ledger.sidefile import Layout, SideFile
from decision_service.ledger.writer import Ledger

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS pending (
  document TEXT PRIMARY KEY, decision_id TEXT NOT NULL, at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pending_case ON pending (decision_id);
CREATE INDEX IF NOT EXISTS pending_at ON pending (at);
CREATE TABLE IF NOT EXISTS scanned (one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER NOT NULL, leaf BLOB) STRICT;
INSERT OR IGNORE INTO scanned VALUES (1, 0, NULL);
"""


_LAYOUT: Final = Layout("notices", _TABLES, 1, "it may be deleted, and is then read off the ledger again")


class Pending:
    """The file. Each method raises LedgerFaultError."""

    def __init__(self, path: Path) -> None:
        """The file at `path`, made if it isn't there."""
        self._file = SideFile(path, _LAYOUT)

    @staticmethod
    def beside(ledger: Path) -> Path:
        """Where it lies that goes with a ledger."""
        return ledger.with_name(f"{ledger.stem}-notices.sqlite3")

    def follower(self, ledger: Ledger) -> Follower:
        """What reads `ledger` into the file."""
        return Follower(self._file, ledger, _take, _forget)

    def before(self, at: str, most: int) -> list[tuple[str, str]]:
        """The documents of before an instant that wait, with their decisions, oldest first."""
        with self._file.reading() as connection:
            query = "SELECT document, decision_id FROM pending WHERE at < ? ORDER BY at, document LIMIT ?"
            return connection.execute(query, (at, most)).fetchall()

    def settle(self, document: str) -> None:
        """Somebody looks into it: it waits no more."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM pending WHERE document = ?", (document,))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _forget(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM pending")


def _take(connection: sqlite3.Connection, records: tuple[Recorded, ...]) -> None:
    """What these records leave to be acknowledged and what they settle."""
    for one in records:
        _take_one(connection, one)


def _take_one(connection: sqlite3.Connection, recorded: Recorded) -> None:
    entry = recorded.entry
    if entry.kind not in (DECISION, Kind.OFFICER_OUTCOME, Kind.DELIVERY):
        return
    if entry.kind == Kind.DELIVERY and not entry.is_erased:
        # Of that document alone: an officer may have decided while it arrived.
        connection.execute("DELETE FROM pending WHERE document = ?", (said(recorded)["document"],))
        return
    # A later outcome, or a decision that replaces an earlier one, is what is to be delivered from then on.
    connection.execute("DELETE FROM pending WHERE decision_id = ?", (entry.decision_id,))
    if entry.is_erased:
        return
    told = said(recorded)
    if replaced := told.get("replaces"):
        connection.execute("DELETE FROM pending WHERE decision_id = ?", (replaced,))
    if is_adverse(told):
        row = (entry.record_id, entry.decision_id, entry.at)
        connection.execute("INSERT OR REPLACE INTO pending VALUES (?, ?, ?)", row)
