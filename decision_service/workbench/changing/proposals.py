"""What was proposed from here: which files went in, what they replaced, and how it went on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import orjson

from decision_service.workbench.changing.folder import Change
from decision_service.workbench.drafts import checked
from decision_service.workbench.store import Store

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS proposals (
        number INTEGER PRIMARY KEY, state TEXT NOT NULL, release TEXT, by TEXT NOT NULL, at TEXT NOT NULL,
        note TEXT NOT NULL, ended_by TEXT, ended_at TEXT, remark TEXT, checks TEXT NOT NULL DEFAULT '{}') STRICT""",
    """CREATE TABLE IF NOT EXISTS proposed_files (
        proposal INTEGER NOT NULL REFERENCES proposals (number), name TEXT NOT NULL, before BLOB, after BLOB,
        save INTEGER, author TEXT, PRIMARY KEY (proposal, name)) STRICT""",
    "CREATE TABLE IF NOT EXISTS withdrawals (name TEXT PRIMARY KEY, by TEXT NOT NULL, at TEXT NOT NULL) STRICT",
)

State = Literal["putting", "proposed", "refused", "returned", "approved"]


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a proposal. `save` is the number of the draft that it was, `author` who wrote that; None where a file
    is taken away."""

    change: Change
    save: int | None
    author: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Files on their way. `putting`: they may be in the folder or not; `release` is the number that the service gave.
    `ended_by` returned it with `remark`. `checks`: what was run on it, by name."""

    number: int
    state: State
    release: str | None
    by: str
    at: str
    note: str
    ended_by: str | None
    ended_at: str | None
    remark: str | None
    checks: dict[str, Any]
    parts: tuple[Part, ...]

    @property
    def changes(self) -> list[Change]:
        """Its files as they change."""
        return [one.change for one in self.parts]


class Proposals:
    """Every proposal made here, and the versions that somebody wants to be taken away."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def all(self) -> list[Proposal]:
        """The newest first."""
        return self._found("")

    def in_state(self, state: State) -> list[Proposal]:
        """Those that stand so, the newest first."""
        return self._found("WHERE state = ?", state)

    def _found(self, where: str, *values: str) -> list[Proposal]:
        rows = self._store.rows(
            "SELECT number, state, release, by, at, note, ended_by, ended_at, remark, checks FROM proposals "  # noqa: S608 - constants
            f"{where} ORDER BY number DESC",
            values,
        )
        return [_proposal(row, self._parts(row[0])) for row in rows]

    def _parts(self, number: int) -> tuple[Part, ...]:
        rows = self._store.rows(
            "SELECT name, before, after, save, author FROM proposed_files WHERE proposal = ? ORDER BY name", (number,)
        )
        return tuple(Part(Change(*row[:3]), row[3], row[4]) for row in rows)

    def begin(self, by: str, note: str, parts: Sequence[Part], checks: dict[str, Any]) -> int:
        """Takes down what is about to be put in, before it is; the number of the proposal."""
        with self._store.writing() as connection:
            made = connection.execute(
                "INSERT INTO proposals (state, by, at, note, checks) VALUES ('putting', ?, ?, ?, ?) RETURNING number",
                (by, self._at(), note, orjson.dumps(checks).decode()),
            ).fetchone()
            for one in parts:
                change = one.change
                row = (made[0], change.name, change.before, change.after, one.save, one.author)
                connection.execute("INSERT INTO proposed_files VALUES (?, ?, ?, ?, ?, ?)", row)
        return int(made[0])

    def proposed(self, number: int, release: str) -> None:
        """The service knows it under that number."""
        self._set("state = 'proposed', release = ?", number, release)

    def ended(self, number: int, state: State, by: str, remark: str = "") -> None:
        """It went no further, or came in force."""
        self._set("state = ?, ended_by = ?, ended_at = ?, remark = ?", number, state, by, self._at(), remark)

    def ran(self, number: int, name: str, said: object) -> None:
        """Keeps what a check of a proposal came to."""
        with self._store.writing() as connection:
            (found,) = connection.execute("SELECT checks FROM proposals WHERE number = ?", (number,)).fetchone()
            checks = orjson.dumps(orjson.loads(found) | {name: said}).decode()
            connection.execute("UPDATE proposals SET checks = ? WHERE number = ?", (checks, number))

    def _set(self, what: str, number: int, *values: object) -> None:
        with self._store.writing() as connection:
            connection.execute(f"UPDATE proposals SET {what} WHERE number = ?", (*values, number))  # noqa: S608 - constants

    def withdrawn(self) -> dict[str, str]:
        """Files that are to be taken away with the next release, and who wants it."""
        return dict(self._store.rows("SELECT name, by FROM withdrawals ORDER BY name"))

    def withdraw(self, name: str, by: str) -> None:
        """Marks a file to be taken away. Raises NoSuchNameError."""
        with self._store.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO withdrawals VALUES (?, ?, ?)", (checked(name), by, self._at()))

    def keep_after_all(self, name: str) -> None:
        """Takes the mark off."""
        with self._store.writing() as connection:
            connection.execute("DELETE FROM withdrawals WHERE name = ?", (name,))

    def _at(self) -> str:
        return self._now().isoformat(timespec="seconds")


def _proposal(row: Sequence[Any], parts: tuple[Part, ...]) -> Proposal:
    number, state, release, by, at, note, ended_by, ended_at, remark, checks = row
    found = orjson.loads(checks)
    return Proposal(number, state, release, by, at, note, ended_by, ended_at, remark, found, parts)
