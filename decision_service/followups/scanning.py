"""Reading the ledger for what is to be followed up: each record once, from the place where the last reading ended."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from decision_service.archive import ArchiveError
from decision_service.followups.checks import Checks, Owed
from decision_service.followups.file import FollowupFile
from decision_service.followups.owed import Standing, decided_at, standing
from decision_service.followups.ticketbox import TicketBox
from decision_service.followups.tickets import tickets_of
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.follower import Follower
from decision_service.ledger.writer import Ledger
from decision_service.publishing import Publication


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledger is read with. `first_try` says when (ms since 1970) a check that is found to be owed is tried."""

    ledger: Ledger
    publication: Callable[[], Publication]
    first_try: Callable[[], int]
    fault: Callable[[str, BaseException], None]


class Scanner:
    """The place in the ledger up to which all that is owed is on file. Raises LedgerFaultError."""

    def __init__(self, file: FollowupFile, reading: Reading) -> None:
        self._reading = reading
        self._checks, self._tickets = Checks(file), TicketBox(file)
        self._follower = Follower(file, reading.ledger, self._take, _forget)

    def advance(self) -> int:
        """Read the next stretch: how many records it had; see `Follower.advance`."""
        return self._follower.advance()

    def start_over(self) -> None:
        """Read the ledger from its beginning. Checks that were made and tickets stay."""
        self._follower.start_over()

    def _take(self, connection: sqlite3.Connection, records: tuple[Recorded, ...]) -> None:
        publication = self._reading.publication()
        for recorded in records:
            entry = recorded.entry
            if entry.kind != DECISION or entry.is_erased:
                continue
            match self._standing(recorded, publication):
                case Standing.UNANSWERED:
                    self._checks.owe(connection, self._owed(recorded))
                case Standing.ANSWERED:
                    self._checks.settle(connection, (entry.caller, entry.application_id))
                case Standing.NOT_CALLED_FOR | None:
                    pass
            for ticket in tickets_of(recorded, publication):
                self._tickets.put(connection, ticket)

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


def _forget(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM owed")
