"""Requests for an officer to look at a decision again, kept in a file of their own beside the ledger.

The ledger holds decisions only and never changes; what people ask of them afterwards is another story.
"""

import secrets
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from decision_service.ledger.connection import connect
from decision_service.ledger.errors import LedgerFaultError

_TABLES = """
CREATE TABLE IF NOT EXISTS review (
  decision_id TEXT PRIMARY KEY,
  review_id TEXT NOT NULL UNIQUE,
  requested_at TEXT NOT NULL,
  statement TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS review_update BEFORE UPDATE ON review
BEGIN SELECT RAISE(ABORT, 'requests are kept as they were made'); END;
CREATE TRIGGER IF NOT EXISTS review_delete BEFORE DELETE ON review
BEGIN SELECT RAISE(ABORT, 'requests are kept as they were made'); END;
"""


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """One request. `requested_at` is an instant of RFC 3339, `statement` the applicant's words (may be empty)."""

    decision_id: str
    review_id: str
    requested_at: str
    statement: str


class ReviewStore:
    """The requests on file. Each decision has one at most: asking twice gives the first again."""

    def __init__(self, path: Path) -> None:
        """Raises LedgerFaultError if the file can't be opened or made."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = connect(path)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise LedgerFaultError(f"reviews: can't be opened ({error}); name a file on a sound local disk") from error

    def request(self, decision_id: str, requested_at: str, statement: str) -> ReviewRequest:
        """Keep a request; on disk when this returns. The first one of the decision stands. Raises LedgerFaultError."""
        try:
            with self._lock:
                self._connection.execute(
                    "INSERT INTO review VALUES (?, ?, ?, ?) ON CONFLICT (decision_id) DO NOTHING",
                    (decision_id, f"RV-{secrets.token_hex(8).upper()}", requested_at, statement),
                )
                found = self._connection.execute(
                    "SELECT decision_id, review_id, requested_at, statement FROM review WHERE decision_id = ?",
                    (decision_id,),
                ).fetchone()
        except sqlite3.Error as error:
            raise LedgerFaultError(f"reviews: a request can't be kept ({type(error).__name__})") from error
        return ReviewRequest(*found)

    def waiting(self) -> tuple[ReviewRequest, ...]:
        """All requests, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT decision_id, review_id, requested_at, statement FROM review ORDER BY requested_at, decision_id"
            ).fetchall()
        return tuple(ReviewRequest(*row) for row in rows)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
