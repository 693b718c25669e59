"""Reading the ledger for what is to be done afterwards: each record once, from where the last reading ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from decision_service.afterwards.cases import Waiting, WaitingCases
from decision_service.afterwards.duties import Duties
from decision_service.afterwards.grants import check_after
from decision_service.afterwards.records import POST_CHECK
from decision_service.casework.records import Kind
from decision_service.followups.file import FollowupFile
from decision_service.lateness import UNTOUCHED, waited_for
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.writer import Ledger
from decision_service.outcome import APPROVALS
from decision_service.publishing import Publication

STRETCH: Final = 200
"""Records read at once."""

KEEP_EVERY: Final = 500
"""Records after which the place is kept even if none was of interest: as many are read again after a restart."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledger is read with. `first_try` says when (ms since 1970) a case that waits is tried."""

    ledger: Ledger
    publication: Callable[[], Publication]
    first_try: Callable[[], int]
    fault: Callable[[str, BaseException], None]


class Scanner:
    """The place in the ledger up to which all that is to be done is on file."""

    def __init__(self, file: FollowupFile, reading: Reading) -> None:
        """Raises LedgerFaultError."""
        self._file = file
        self._reading = reading
        self._cases, self._duties = WaitingCases(file), Duties(file)
        with file.reading() as connection:
            self._next, self._leaf = connection.execute("SELECT next, leaf FROM scanned").fetchone()
        self._kept: int = self._next
        self._sure = False

    def advance(self) -> int:
        """Read the next stretch: how many records it had. Raises LedgerFaultError; then nothing was taken of it."""
        if not self._sure:
            self._require_same_ledger()
        records = self._reading.ledger.read(self._next, STRETCH)
        if records:
            self._take(records)
        return len(records)

    def start_over(self) -> None:
        """Read the ledger from its beginning. Raises LedgerFaultError."""
        with self._file.writing() as connection:
            connection.execute("UPDATE scanned SET next = 0, leaf = NULL")
            connection.execute("DELETE FROM waiting")
            connection.execute("DELETE FROM due")
        self._next, self._leaf, self._kept = 0, None, 0

    def _require_same_ledger(self) -> None:
        """Another file may lie where the ledger was, or an older copy of it: then nothing that was read holds."""
        before = self._reading.ledger.read(self._next - 1, 1) if self._next else ()
        if self._next and (not before or before[0].leaf != self._leaf):
            self.start_over()
        self._sure = True

    def _take(self, records: tuple[Recorded, ...]) -> None:
        publication, last = self._reading.publication(), records[-1]
        end = last.index + 1
        with self._file.writing() as connection:
            before = connection.total_changes
            for recorded in records:
                try:
                    _Noting(self._cases, self._duties, publication, self._reading.first_try, connection).note(recorded)
                except (ValueError, KeyError, TypeError) as error:  # what is no answer of ours is left to people
                    self._reading.fault("afterwards", error)
            keep = connection.total_changes != before or end - self._kept >= KEEP_EVERY
            if keep:
                connection.execute("UPDATE scanned SET next = ?, leaf = ?", (end, last.leaf))
        self._next, self._leaf = end, last.leaf
        if keep:
            self._kept = end


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
