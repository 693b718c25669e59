"""Reading the ledger into the file of casework: each record once, from the place where the last reading ended."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from decision_service.archive import ArchiveError
from decision_service.casework import shelf, tallies
from decision_service.casework.case import Records
from decision_service.casework.file import CaseworkFile
from decision_service.casework.folding import after, replaced
from decision_service.casework.items import Items
from decision_service.casework.opening import Ground, ground_of, waits_for_officer
from decision_service.casework.records import Kind, day_of, kept, said
from decision_service.casework.sampling import Draw
from decision_service.casework.tables import NAMES
from decision_service.casework.tallies import Series
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.errors import ErasedError
from decision_service.ledger.store import ByDecision
from decision_service.outcome import APPROVALS, OPEN, Outcome
from decision_service.publishing import Publication

STRETCH: Final = 200
"""Records read at once."""


class Log(Records, Protocol):
    """The ledger as it is read here."""

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        """At most `count` records from index `start`, in order. Raises LedgerFaultError."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledger is read with. `key` is that of the draws."""

    ledger: Log
    publication: Callable[[], Publication]
    key: bytes
    fault: Callable[[str, BaseException], None]


class Projection:
    """The file, kept in step with the log.

    INVARIANT: read anew from the beginning, it holds the same (tests/casework/test_projection.py).
    """

    def __init__(self, file: CaseworkFile, reading: Reading) -> None:
        self.file = file
        self._reading = reading
        self._sure = False

    def advance(self) -> int:
        """Read the next stretch: how many records it had. Raises LedgerFaultError; then nothing was taken of it."""
        with self.file.writing() as connection:
            if not self._sure:
                self._require_same_ledger(connection)
                self._sure = True
            start = connection.execute("SELECT next FROM scanned").fetchone()[0]
            records = self._reading.ledger.read(start, STRETCH)
            for recorded in records:
                self._take_safely(connection, recorded)
            if records:
                place = (records[-1].index + 1, records[-1].leaf)
                connection.execute("UPDATE scanned SET next = ?, leaf = ?", place)
        return len(records)

    def catch_up(self, most: int = 5) -> bool:
        """Read some stretches; whether everything that is on record is read. Raises LedgerFaultError."""
        return any(self.advance() < STRETCH for _ in range(most))

    def start_over(self) -> None:
        """Forget everything, to read it again. Raises LedgerFaultError."""
        with self.file.writing() as connection:
            _forget(connection)

    def drop_erased(self) -> None:
        """Take cases off the lists whose facts were erased: nobody can work on what nobody can read. Raises
        LedgerFaultError."""
        with self.file.reading() as connection:
            query = "SELECT DISTINCT decision_id FROM item WHERE closed_as = ''"
            waiting = [str(row[0]) for row in connection.execute(query)]
        erased = [one for one in waiting if all(found.entry.is_erased for found in self._decision_of(one))]
        with self.file.writing() as connection:
            for decision_id in erased:
                _drop(connection, decision_id)

    def _decision_of(self, decision_id: str) -> tuple[Recorded, ...]:
        return self._reading.ledger.find(ByDecision(decision_id))

    def _require_same_ledger(self, connection: sqlite3.Connection) -> None:
        """Another file may lie where the ledger was, or an older copy of it: then nothing that was read holds."""
        start, leaf = connection.execute("SELECT next, leaf FROM scanned").fetchone()
        before = self._reading.ledger.read(start - 1, 1) if start else ()
        if start and (not before or before[0].leaf != leaf):
            _forget(connection)

    def _take_safely(self, connection: sqlite3.Connection, recorded: Recorded) -> None:
        """A record that says something else than it should is told of and passed over: what comes after it counts."""
        connection.execute("SAVEPOINT record")
        try:
            self._take(connection, recorded)
        except ErasedError:
            _drop(connection, recorded.entry.decision_id)
        except (ArchiveError, KeyError, TypeError, ValueError) as error:
            connection.execute("ROLLBACK TO record")
            self._reading.fault("casework", error)
        connection.execute("RELEASE record")

    def _take(self, connection: sqlite3.Connection, recorded: Recorded) -> None:
        entry = recorded.entry
        if entry.kind == DECISION:
            self._decision(connection, recorded, ground_of(recorded, self._reading.publication()))
        elif entry.kind == Kind.SAMPLING:
            told = said(recorded)
            connection.execute("UPDATE scanned SET rate = ?, key_id = ?", (told["rate"], told["key_id"]))
        elif entry.kind == Kind.DRIFT_ALARM:
            told = said(recorded)
            tallies.recorded(connection, Series(told["matter"], told["city"], told["rate"]), told["day"])
        elif entry.kind in _ABOUT_A_CASE:
            self._of_case(connection, recorded)

    def _decision(self, connection: sqlite3.Connection, recorded: Recorded, ground: Ground) -> None:
        answer, entry = said(recorded), recorded.entry
        if "replaces" in answer:
            earlier = shelf.of_case(connection, answer["replaces"])
            shelf.put(connection, replaced(earlier, recorded).values())
        shelf.put(connection, after({}, recorded, ground).values())
        outcome, day = Outcome(answer["outcome"]), day_of(entry.at)
        tallies.count(connection, entry.matter, ground.city, "approval", day, hit=outcome in APPROVALS)
        tallies.count(connection, entry.matter, ground.city, "referral", day, hit=waits_for_officer(answer))
        if outcome not in OPEN and not waits_for_officer(answer) and self._draws(connection, entry.decision_id):
            row = (entry.decision_id, entry.at, entry.matter)
            connection.execute("INSERT OR IGNORE INTO drawn VALUES (?, ?, ?)", row)

    def _draws(self, connection: sqlite3.Connection, decision_id: str) -> bool:
        rate, key_id = connection.execute("SELECT rate, key_id FROM scanned").fetchone()
        draw = Draw(self._reading.key, Decimal(rate))
        # What was drawn under a key that is lost can't be drawn again; what was recorded of it stands.
        return draw.key_id == key_id and draw.takes(decision_id)

    def _of_case(self, connection: sqlite3.Connection, recorded: Recorded) -> None:
        entry = recorded.entry
        decisions = self._decision_of(entry.decision_id)
        if not decisions:
            return
        ground = ground_of(decisions[0], self._reading.publication())
        before: Items = shelf.of_case(connection, entry.decision_id)
        moved = after(before, recorded, ground)
        shelf.put(connection, [one for name, one in moved.items() if before.get(name) != one])
        match entry.kind:
            case Kind.SAMPLE:
                connection.execute("DELETE FROM drawn WHERE decision_id = ?", (entry.decision_id,))
            case Kind.RATING:
                connection.execute(
                    "INSERT INTO rating VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
                    (entry.matter, said(recorded)["level"]),
                )
            case Kind.OFFICER_OUTCOME:
                self._outcome(connection, recorded, ground)
            case _:
                pass

    def _outcome(self, connection: sqlite3.Connection, recorded: Recorded, ground: Ground) -> None:
        counts: Any = kept(recorded)["counts"]
        if counts in ("override", "upheld"):
            entry, hit = recorded.entry, counts == "override"
            tallies.count(connection, entry.matter, ground.city, "override", day_of(entry.at), hit=hit)


_ABOUT_A_CASE: Final = frozenset(Kind) - {Kind.SAMPLING, Kind.DRIFT_ALARM}


def _forget(connection: sqlite3.Connection) -> None:
    for name in NAMES:
        connection.execute(f"DELETE FROM {name}")  # noqa: S608 - a name of our own
    connection.execute("UPDATE scanned SET next = 0, leaf = NULL, rate = '0', key_id = ''")


def _drop(connection: sqlite3.Connection, decision_id: str) -> None:
    connection.execute("DELETE FROM item WHERE decision_id = ?", (decision_id,))
    connection.execute("DELETE FROM drawn WHERE decision_id = ?", (decision_id,))
