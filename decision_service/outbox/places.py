"""How far each subscriber is: one SQLite file beside the ledger, for the service and for commands beside it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from decision_service.ledger.connection import connect
from decision_service.ledger.errors import LedgerFaultError

VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS place (
  subscriber TEXT PRIMARY KEY,
  next INTEGER NOT NULL DEFAULT 0,
  leaf BLOB,
  failures INTEGER NOT NULL DEFAULT 0,
  try_at INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  error_at INTEGER,
  delivered_at INTEGER,
  gone INTEGER NOT NULL DEFAULT 0,
  head INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;
"""
_SELECT: Final = "SELECT subscriber, next, leaf, failures, try_at, error, error_at, delivered_at, gone, head FROM place"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subscriber stands: `next` is the position of the record that it gets next, `leaf` that of the one before.

    `failures` in a row, the next try not before `try_at`, the last failure in a word (all instants in ms since 1970).
    `gone`: the receiver said that it wants no more. `head` is how many records there were when it was last looked.
    """

    subscriber: str
    next: int
    leaf: bytes | None
    failures: int
    try_at: int
    error: str | None
    error_at: int | None
    delivered_at: int | None
    gone: bool
    head: int

    @property
    def lag(self) -> int:
        """Records that it has not got yet."""
        return max(0, self.head - self.next)


class Places:
    """The file. Each change is on disk when its method returns; each method raises LedgerFaultError."""

    def __init__(self, path: Path) -> None:
        """The file at `path`, made if it isn't there."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = connect(path)
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise LedgerFaultError(f"outbox {path}: is of format {version}; this version reads {VERSION}")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise LedgerFaultError(f"outbox {path}: can't be opened ({error}); name a sound local disk") from error

    @staticmethod
    def beside(ledger: Path) -> Path:
        """Where the places of this ledger's subscribers lie."""
        return ledger.with_name(f"{ledger.stem}-outbox.sqlite3")

    def of(self, subscriber: str) -> Place:
        """Where it stands; at the beginning where it is new."""
        with self._open() as connection:
            query, name = f"{_SELECT} WHERE subscriber = ?", (subscriber,)
            row = connection.execute(query, name).fetchone()
            if row is None:
                connection.execute("INSERT INTO place (subscriber) VALUES (?) ON CONFLICT DO NOTHING", name)
                row = connection.execute(query, name).fetchone()
            return _place(row)

    def all(self) -> tuple[Place, ...]:
        """Everybody's, by name."""
        with self._open() as connection:
            return tuple(_place(row) for row in connection.execute(f"{_SELECT} ORDER BY subscriber"))

    def advance(self, before: Place, to: int, leaf: bytes, delivered_at: int | None) -> Place:
        """The subscriber has everything before `to`; where it stands now, which is elsewhere if somebody moved it
        meanwhile (a replay). `delivered_at` is None where nothing was for it."""
        with self._open() as connection:
            connection.execute(
                "UPDATE place SET next = ?, leaf = ?, failures = 0, try_at = 0, "
                "delivered_at = coalesce(?, delivered_at), head = max(head, ?) "
                "WHERE subscriber = ? AND next = ? AND leaf IS ? AND gone = 0",
                (to, leaf, delivered_at, to, before.subscriber, before.next, before.leaf),
            )
        return self.of(before.subscriber)

    def failed(self, before: Place, error: str, at: int, try_at: int, *, gone: bool) -> Place:
        """A delivery failed; tried again at `try_at`, or never where the receiver is gone. Where it stands now."""
        with self._open() as connection:
            connection.execute(
                "UPDATE place SET failures = failures + 1, try_at = ?, error = ?, error_at = ?, gone = ? "
                "WHERE subscriber = ? AND next = ? AND leaf IS ?",
                (try_at, error, at, int(gone), before.subscriber, before.next, before.leaf),
            )
        return self.of(before.subscriber)

    def move(self, subscriber: str, to: int) -> bool:
        """Send everything from position `to` on again, to one that was gone as well; False if there is no such."""
        with self._open() as connection:
            done = connection.execute(
                "UPDATE place SET next = ?, leaf = NULL, failures = 0, try_at = 0, gone = 0 WHERE subscriber = ?",
                (to, subscriber),
            )
            return done.rowcount == 1

    def saw(self, head: int) -> None:
        """There are `head` records in the log now."""
        with self._open() as connection:
            connection.execute("UPDATE place SET head = ? WHERE head <> ?", (head, head))

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
                raise LedgerFaultError(f"outbox: the file failed ({type(error).__name__})") from error


def _place(row: tuple[Any, ...]) -> Place:
    subscriber, start, leaf, failures, try_at, error, error_at, delivered_at, gone, head = row
    return Place(subscriber, start, leaf, failures, try_at, error, error_at, delivered_at, bool(gone), head)
