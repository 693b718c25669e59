"""How far each subscriber is: one SQLite file beside the ledger, for the service and for commands beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from decision_service.ledger.sidefile import Layout, SideFile

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
"""
_LAYOUT: Final = Layout("outbox", _TABLES, VERSION)
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
        self._file = SideFile(path, _LAYOUT)

    @staticmethod
    def beside(ledger: Path) -> Path:
        """Where the places of this ledger's subscribers lie."""
        return ledger.with_name(f"{ledger.stem}-outbox.sqlite3")

    def of(self, subscriber: str) -> Place:
        """Where it stands; at the beginning where it is new."""
        with self._file.reading() as connection:
            query, name = f"{_SELECT} WHERE subscriber = ?", (subscriber,)
            row = connection.execute(query, name).fetchone()
            if row is None:
                connection.execute("INSERT INTO place (subscriber) VALUES (?) ON CONFLICT DO NOTHING", name)
                row = connection.execute(query, name).fetchone()
            return _place(row)

    def all(self) -> tuple[Place, ...]:
        """Everybody's, by name."""
        with self._file.reading() as connection:
            return tuple(_place(row) for row in connection.execute(f"{_SELECT} ORDER BY subscriber"))

    def advance(self, before: Place, to: int, leaf: bytes, delivered_at: int | None) -> Place:
        """The subscriber has everything before `to`; where it stands now, which is elsewhere if somebody moved it
        meanwhile (a replay). `delivered_at` is None where nothing was for it."""
        with self._file.reading() as connection:
            connection.execute(
                "UPDATE place SET next = ?, leaf = ?, failures = 0, try_at = 0, "
                "delivered_at = coalesce(?, delivered_at), head = max(head, ?) "
                "WHERE subscriber = ? AND next = ? AND leaf IS ? AND gone = 0",
                (to, leaf, delivered_at, to, before.subscriber, before.next, before.leaf),
            )
        return self.of(before.subscriber)

    def failed(self, before: Place, error: str, at: int, try_at: int, *, gone: bool) -> Place:
        """A delivery failed; tried again at `try_at`, or never where the receiver is gone. Where it stands now."""
        with self._file.reading() as connection:
            connection.execute(
                "UPDATE place SET failures = failures + 1, try_at = ?, error = ?, error_at = ?, gone = ? "
                "WHERE subscriber = ? AND next = ? AND leaf IS ?",
                (try_at, error, at, int(gone), before.subscriber, before.next, before.leaf),
            )
        return self.of(before.subscriber)

    def move(self, subscriber: str, to: int) -> bool:
        """Send everything from position `to` on again, to one that was gone as well; False if there is no such."""
        with self._file.reading() as connection:
            done = connection.execute(
                "UPDATE place SET next = ?, leaf = NULL, failures = 0, try_at = 0, gone = 0 WHERE subscriber = ?",
                (to, subscriber),
            )
            return done.rowcount == 1

    def saw(self, head: int) -> None:
        """There are `head` records in the log now."""
        with self._file.reading() as connection:
            connection.execute("UPDATE place SET head = ? WHERE head <> ?", (head, head))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _place(row: tuple[Any, ...]) -> Place:
    subscriber, start, leaf, failures, try_at, error, error_at, delivered_at, gone, head = row
    return Place(subscriber, start, leaf, failures, try_at, error, error_at, delivered_at, bool(gone), head)
