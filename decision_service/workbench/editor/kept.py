"""Text that somebody has typed and not saved yet, kept: it is there again after a reload or a lost connection."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS unsaved (
        name TEXT NOT NULL, by TEXT NOT NULL, text TEXT NOT NULL, after INTEGER NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (name, by)) STRICT""",
)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What one person has typed into a file, when, and the number of the save that it builds on (0: none)."""

    text: str
    after: int
    at: str


class Kept:
    """The unsaved texts of everybody, one for each file and person: the last."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def of(self, name: str, by: str) -> Unsaved | None:
        """What somebody left unsaved in a file."""
        found = self._store.rows("SELECT text, after, at FROM unsaved WHERE name = ? AND by = ?", (name, by))
        return Unsaved(*found[0]) if found else None

    def keep(self, name: str, by: str, text: str, after: int) -> None:
        """Keeps it instead of what was kept before."""
        at = self._now().isoformat(timespec="seconds")
        with self._store.writing() as connection:
            connection.execute(
                "INSERT INTO unsaved (name, by, text, after, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name, by) "
                "DO UPDATE SET text = excluded.text, after = excluded.after, at = excluded.at",
                (name, by, text, after, at),
            )

    def drop(self, name: str, by: str, text: str) -> None:
        """It is saved, or nobody wants it; what the same person has typed in another window stays."""
        with self._store.writing() as connection:
            connection.execute("DELETE FROM unsaved WHERE name = ? AND by = ? AND text = ?", (name, by, text))
