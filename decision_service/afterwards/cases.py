"""The cases that wait for a register, on file."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from decision_service.followups.schedule import LONGEST_SECONDS
from decision_service.followups.turns import Key
from decision_service.ledger.sidefile import SideFile

_LONGEST_MS: Final = int(LONGEST_SECONDS * 1000)
_NOW: Final = "next_at <= ? OR next_at > ?"
"""None is put off for longer than LONGEST_SECONDS: what seems so was, by a clock that has been put right since."""

_SELECT: Final = (
    "SELECT caller, application_id, decision_id, matter, registers, since, attempts, status, next_at FROM waiting"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that was referred for nothing but late or stale `registers`. `since` its decision, `next_at` when it is
    tried next (both ms since 1970); `status` is what the last of `attempts` came to."""

    caller: str
    application_id: str
    decision_id: str
    matter: str
    registers: tuple[str, ...]
    since: int
    attempts: int = 0
    status: str | None = None
    next_at: int = 0

    @property
    def key(self) -> Key:
        """The application."""
        return self.caller, self.application_id


class WaitingCases:
    """The cases in `file`; each method raises LedgerFaultError when the medium fails."""

    def __init__(self, file: SideFile) -> None:
        self._file = file

    def put(self, connection: sqlite3.Connection, case: Waiting, first_try: int) -> None:
        """Within a transaction: the latest decision on the application waits; it is tried then (ms since 1970)."""
        row = (*case.key, case.decision_id, case.matter, json.dumps(case.registers), case.since)
        connection.execute("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?, 0, NULL, ?)", (*row, first_try))

    def settle(self, connection: sqlite3.Connection, key: Key) -> None:
        """Within a transaction: the application waits for nothing any more."""
        connection.execute("DELETE FROM waiting WHERE caller = ? AND application_id = ?", key)

    def settle_decision(self, connection: sqlite3.Connection, decision_id: str) -> None:
        """Within a transaction: people took this case up."""
        connection.execute("DELETE FROM waiting WHERE decision_id = ?", (decision_id,))

    def waited_for(self, now_ms: int) -> tuple[tuple[str, ...], ...]:
        """The sets of registers for which cases wait whose time to be tried has come."""
        with self._file.reading() as connection:
            rows = connection.execute(
                f"SELECT registers FROM waiting WHERE {_NOW} GROUP BY registers ORDER BY min(since)",  # noqa: S608 - a constant
                (now_ms, now_ms + _LONGEST_MS),
            ).fetchall()
        return tuple(tuple(json.loads(row[0])) for row in rows)

    def due(self, registers: tuple[str, ...], now_ms: int, count: int) -> tuple[Waiting, ...]:
        """At most `count` of the cases that wait for these, and whose time has come; the longest waiting first."""
        clause = f"WHERE registers = ? AND ({_NOW}) ORDER BY since, decision_id LIMIT ?"
        return self._waiting(clause, (json.dumps(registers), now_ms, now_ms + _LONGEST_MS, count))

    def all(self) -> tuple[Waiting, ...]:
        """All that wait, the longest first."""
        return self._waiting("ORDER BY since, decision_id", ())

    def given_up(self, until_ms: int) -> tuple[Waiting, ...]:
        """Take out, and return, those that have waited since `until_ms` or longer."""
        found = self._waiting("WHERE since <= ?", (until_ms,))
        for case in found:
            self.drop(case)
        return found

    def put_off(self, case: Waiting, status: str, next_at: int) -> None:
        """The try came to nothing."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE waiting SET attempts = attempts + 1, status = ?, next_at = ? WHERE decision_id = ?",
                (status, next_at, case.decision_id),
            )

    def drop(self, case: Waiting) -> None:
        """It waits no longer."""
        with self._file.writing() as connection:
            self.settle_decision(connection, case.decision_id)

    def count(self) -> int:
        """How many wait."""
        with self._file.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM waiting").fetchone()[0])

    def soonest_after(self, now_ms: int) -> int | None:
        """When the next case is tried of those whose time has not come (ms since 1970); None where there is none."""
        with self._file.reading() as connection:
            found: int | None = connection.execute(
                "SELECT min(next_at) FROM waiting WHERE next_at > ?", (now_ms,)
            ).fetchone()[0]
        return found

    def _waiting(self, clause: str, parameters: tuple[str | int, ...]) -> tuple[Waiting, ...]:
        with self._file.reading() as connection:
            rows = connection.execute(f"{_SELECT} {clause}", parameters).fetchall()
        return tuple(_case(row) for row in rows)


def _case(row: tuple[Any, ...]) -> Waiting:
    caller, application_id, decision_id, matter, registers, *rest = row
    return Waiting(caller, application_id, decision_id, matter, tuple(json.loads(registers)), *rest)
