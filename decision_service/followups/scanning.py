"""Reading the ledger for what is to be followed up: each record once, from the place where the last reading ended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from decision_service.archive import ArchiveError
from decision_service.followups.checks import Checks, Owed
from decision_service.followups.file import FollowupFile
from decision_service.followups.owed import Standing, decided_at, standing
from decision_service.followups.ticketbox import TicketBox
from decision_service.followups.tickets import tickets_of
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.writer import Ledger
from decision_service.publishing import Publication

STRETCH: Final = 200
"""Records read at once."""

KEEP_EVERY: Final = 500
"""Records after which the place is kept even if none was of interest: as many are read again after a restart."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledger is read with. `first_try` says when (ms since 1970) a check that is found to be owed is tried."""

    ledger: Ledger
    publication: Callable[[], Publication]
    first_try: Callable[[], int]
    fault: Callable[[str, BaseException], None]


class Scanner:
    """The place in the ledger up to which all that is owed is on file."""

    def __init__(self, file: FollowupFile, reading: Reading) -> None:
        """Raises LedgerFaultError."""
        self._file = file
        self._reading = reading
        self._checks, self._tickets = Checks(file), TicketBox(file)
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
        """Read the ledger from its beginning. Checks that were made and tickets stay. Raises LedgerFaultError."""
        with self._file.writing() as connection:
            connection.execute("UPDATE scanned SET next = 0, leaf = NULL")
            connection.execute("DELETE FROM owed")
        self._next, self._leaf, self._kept = 0, None, 0

    def _require_same_ledger(self) -> None:
        """Another file may lie where the ledger was, or an older copy of it: then nothing that was read holds."""
        before = self._reading.ledger.read(self._next - 1, 1) if self._next else ()
        if self._next and (not before or before[0].leaf != self._leaf):
            self.start_over()
        self._sure = True

    def _take(self, records: tuple[Recorded, ...]) -> None:
        publication, last = self._reading.publication(), records[-1]
        decisions = [one for one in records if one.entry.kind == DECISION and not one.entry.is_erased]
        standings = [self._standing(one, publication) for one in decisions]
        end = last.index + 1
        with self._file.writing() as connection:
            before = connection.total_changes
            for recorded, stands in zip(decisions, standings, strict=True):
                entry = recorded.entry
                match stands:
                    case Standing.UNANSWERED:
                        self._checks.owe(connection, self._owed(recorded))
                    case Standing.ANSWERED:
                        self._checks.settle(connection, (entry.caller, entry.application_id))
                    case Standing.NOT_CALLED_FOR | None:
                        pass
                for ticket in tickets_of(recorded, publication):
                    self._tickets.put(connection, ticket)
            keep = connection.total_changes != before or end - self._kept >= KEEP_EVERY
            if keep:
                connection.execute("UPDATE scanned SET next = ?, leaf = ?", (end, last.leaf))
        self._next, self._leaf = end, last.leaf
        if keep:
            self._kept = end

    def _standing(self, recorded: Recorded, publication: Publication) -> Standing | None:
        try:
            return standing(recorded, publication)
        except ArchiveError as error:
            self._reading.fault("followups", error)
            return None

    def _owed(self, recorded: Recorded) -> Owed:
        entry = recorded.entry
        return Owed(
            caller=entry.caller,
            application_id=entry.application_id,
            decision_id=entry.decision_id,
            matter=entry.matter,
            since=int(decided_at(recorded).timestamp() * 1000),
            attempts=0,
            status=None,
            next_at=self._reading.first_try(),
        )
