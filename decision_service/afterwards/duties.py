"""The checks that are due after grants, on file."""

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from decision_service.afterwards.grants import Check, following
from decision_service.ledger.sidefile import SideFile

OVERDUE_AFTER: Final = timedelta(days=7)
"""A check that a silent register has kept from being made for so long is told as overdue."""

_SELECT: Final = "SELECT decision_id, matter, granted_on, due_on, every, attempts, status, next_at FROM due"


@dataclass(frozen=True, slots=True)
class Duty:
    """A check that is due on a day. `next_at`: when it is tried again (ms since 1970), where a register was silent."""

    decision_id: str
    matter: str
    granted_on: date
    due_on: date
    every: int
    attempts: int = 0
    status: str | None = None
    next_at: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """How many checks stand for later, how many are due, and how many of them are overdue."""

    standing: int
    due: int
    overdue: int


class Duties:
    """The checks in `file`; each method raises LedgerFaultError when the medium fails."""

    def __init__(self, file: SideFile) -> None:
        self._file = file

    def put(self, connection: sqlite3.Connection, decision_id: str, matter: str, granted_on: date, one: Check) -> None:
        """Within a transaction: a grant will be checked."""
        row = (decision_id, matter, str(granted_on), str(one.due_on), one.every)
        connection.execute("INSERT OR IGNORE INTO due VALUES (?, ?, ?, ?, ?, 0, NULL, 0)", row)

    def made(self, connection: sqlite3.Connection, decision_id: str, today: date) -> None:
        """Within a transaction: the check that was due has been made; the next one, if any, stands for later."""
        found = connection.execute("SELECT granted_on, every FROM due WHERE decision_id = ?", (decision_id,)).fetchone()
        if found is None:
            return
        granted_on, every = date.fromisoformat(found[0]), found[1]
        if not every:
            self.end(connection, decision_id)
            return
        connection.execute(
            "UPDATE due SET due_on = ?, attempts = 0, status = NULL, next_at = 0 WHERE decision_id = ?",
            (str(following(granted_on, every, today)), decision_id),
        )

    def end(self, connection: sqlite3.Connection, decision_id: str) -> None:
        """Within a transaction: there is nothing to check any more."""
        connection.execute("DELETE FROM due WHERE decision_id = ?", (decision_id,))

    def matters(self, today: date, now_ms: int) -> tuple[str, ...]:
        """The matters with checks that are due and may be tried now."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT matter FROM due WHERE due_on <= ? AND next_at <= ? ORDER BY matter",
                (str(today), now_ms),
            ).fetchall()
        return tuple(row[0] for row in rows)

    def due(self, matter: str, today: date, now_ms: int, count: int) -> tuple[Duty, ...]:
        """At most `count` of them of one matter, the longest due first."""
        clause = "WHERE matter = ? AND due_on <= ? AND next_at <= ? ORDER BY due_on, decision_id LIMIT ?"
        return self._duties(clause, (matter, str(today), now_ms, count))

    def all(self) -> tuple[Duty, ...]:
        """Every check that stands, the soonest first."""
        return self._duties("ORDER BY due_on, decision_id", ())

    def put_off(self, duty: Duty, status: str, next_at: int) -> None:
        """A register was silent: nothing follows, and it is tried again."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE due SET attempts = attempts + 1, status = ?, next_at = ? WHERE decision_id = ?",
                (status, next_at, duty.decision_id),
            )

    def settle(self, duty: Duty, today: date) -> None:
        """It has been made, or was not called for this time."""
        with self._file.writing() as connection:
            self.made(connection, duty.decision_id, today)

    def drop(self, duty: Duty) -> None:
        """There is nothing to check any more."""
        with self._file.writing() as connection:
            self.end(connection, duty.decision_id)

    def load(self, today: date) -> Load:
        """How much there is to do."""
        overdue = str(today - OVERDUE_AFTER)
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT count(*), coalesce(sum(due_on <= ?), 0), coalesce(sum(due_on < ?), 0) FROM due",
                (str(today), overdue),
            ).fetchone()
        return Load(*row)

    def _duties(self, clause: str, parameters: tuple[str | int, ...]) -> tuple[Duty, ...]:
        with self._file.reading() as connection:
            rows = connection.execute(f"{_SELECT} {clause}", parameters).fetchall()
        return tuple(
            Duty(row[0], row[1], date.fromisoformat(row[2]), date.fromisoformat(row[3]), *row[4:]) for row in rows
        )
