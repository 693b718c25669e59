"""Reading the ledger for what is to be done afterwards: each record once, from where the last reading ended."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from decision_service.afterwards.cases import Waiting, WaitingCases
from decision_service.afterwards.duties import Duties
from decision_service.afterwards.grants import check_after
from decision_service.afterwards.records import POST_CHECK
from decision_service.casework.records import Kind
from decision_service.lateness import UNTOUCHED, waited_for
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.follower import Follower
from decision_service.ledger.sidefile import SideFile
from decision_service.ledger.writer import Ledger
from decision_service.outcome import APPROVALS
from decision_service.publishing import Publication


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledger is read with. `first_try` says when (ms since 1970) a case that waits is tried."""

    ledger: Ledger
    publication: Callable[[], Publication]
    first_try: Callable[[], int]
    fault: Callable[[str, BaseException], None]


class Scanner:
    """The place in the ledger up to which all that is to be done is on file. Raises LedgerFaultError."""

    def __init__(self, file: SideFile, reading: Reading) -> None:
        self._reading = reading
        self._cases, self._duties = WaitingCases(file), Duties(file)
        self._follower = Follower(file, reading.ledger, self._take, _forget)

    def advance(self) -> int:
        """Read the next stretch: how many records it had; see `Follower.advance`."""
        return self._follower.advance()

    def start_over(self) -> None:
        """Read the ledger from its beginning."""
        self._follower.start_over()

    def _take(self, connection: sqlite3.Connection, records: tuple[Recorded, ...]) -> None:
        publication = self._reading.publication()
        for recorded in records:
            try:
                _Noting(self._cases, self._duties, publication, self._reading.first_try, connection).note(recorded)
            except (ValueError, KeyError, TypeError) as error:  # what is no answer of ours is left to people
                self._reading.fault("afterwards", error)


def _forget(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM waiting")
    connection.execute("DELETE FROM due")


@dataclass(frozen=True, slots=True)
class _Noting:
    """What each record changes, within one transaction."""

    cases: WaitingCases
    duties: Duties
    publication: Publication
    first_try: Callable[[], int]
    connection: Any

    def note(self, recorded: Recorded) -> None:
        entry = recorded.entry
        if entry.kind not in UNTOUCHED and entry.kind != DECISION:
            self.cases.settle_decision(self.connection, entry.decision_id)
        if entry.is_erased:
            self.duties.end(self.connection, entry.decision_id)
            return
        match entry.kind:
            case _ if entry.kind == DECISION:
                answer = orjson.loads(entry.answer)
                self._waits(recorded, answer)
                self._granted(recorded, answer)
            case Kind.OFFICER_OUTCOME:
                self._granted(recorded, orjson.loads(entry.answer))
            case _ if entry.kind == POST_CHECK and not orjson.loads(entry.answer)["turned"]:
                # One that found something is done only when its task is open: the worker sees to that.
                self.duties.made(self.connection, entry.decision_id, _at(recorded).date())
            case _:
                pass

    def _waits(self, recorded: Recorded, answer: dict[str, Any]) -> None:
        entry, registers = recorded.entry, waited_for(answer)
        if not registers:
            self.cases.settle(self.connection, (entry.caller, entry.application_id))
            return
        since = int(_at(recorded).timestamp() * 1000)
        case = Waiting(entry.caller, entry.application_id, entry.decision_id, entry.matter, registers, since)
        self.cases.put(self.connection, case, self.first_try())

    def _granted(self, recorded: Recorded, answer: dict[str, Any]) -> None:
        """A decision, or an officer's outcome, granted something, or took it back."""
        entry, published = recorded.entry, self.publication.by_digest(recorded.entry.policy_digest)
        if answer["outcome"] not in APPROVALS:
            self.duties.end(self.connection, entry.decision_id)
            return
        if published is None:
            return  # by which rules it was granted nobody can tell any more, so neither whether they still hold
        granted_on = _at(recorded).date()
        check = check_after(answer, granted_on, published.policy, self.publication.catalogue.afterwards)
        if check is not None:
            self.duties.put(self.connection, entry.decision_id, entry.matter, granted_on, check)


def _at(recorded: Recorded) -> datetime:
    return datetime.fromisoformat(recorded.entry.at)
