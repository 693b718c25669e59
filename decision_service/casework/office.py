"""The office: what the doors ask of casework. Reads cases from the ledger, lists from the file, and puts things on
record."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from decision_service.casework import shelf
from decision_service.casework.case import Case, read_case
from decision_service.casework.items import Item
from decision_service.casework.projection import Projection
from decision_service.casework.quality import quality
from decision_service.casework.records import Doing, Kind, fingerprint, own_key
from decision_service.casework.refusals import RefusedError, Word
from decision_service.casework.shelf import Wanted
from decision_service.clock import ServiceClock
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.errors import KeyConflictError, RecordTakenError
from decision_service.ledger.store import ByKey
from decision_service.ledger.writer import Ledger
from decision_service.publishing import Publication

Make = Callable[[Doing], Entry]
"""Makes the entry of something that is done; raises RefusedError or WrongError where it may not be."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An item as its case has it now, and the case."""

    item: Item
    case: Case


class Office:
    """One for a process. Whatever it says of a case it reads from the ledger; only lists come from the file."""

    def __init__(
        self, ledger: Ledger, projection: Projection, publication: Callable[[], Publication], clock: ServiceClock
    ) -> None:
        self._ledger = ledger
        self._projection = projection
        self._publication = publication
        self._clock = clock

    @property
    def publication(self) -> Publication:
        """The rules that are published now."""
        return self._publication()

    def case(self, decision_id: str) -> Case | None:
        """The case of a decision. Raises LedgerError."""
        return read_case(self._ledger, decision_id)

    async def waiting(self, wanted: Wanted, after: tuple[str, str], most: int) -> tuple[list[Item], bool]:
        """Open items from a place on, and whether all that is on record was read for it. Raises LedgerError."""
        return await asyncio.to_thread(self._waiting, wanted, after, most)

    async def opened(self, item_id: str) -> Opened:
        """An item with its case. Raises RefusedError, ArchiveError, LedgerError."""
        decision_id = await asyncio.to_thread(self._decision_of, item_id)
        case = None if decision_id is None else self.case(decision_id)
        item = None if case is None else case.items(self.publication).get(item_id)
        if case is None or item is None:
            raise RefusedError(Word.UNKNOWN_ITEM)
        return Opened(item, case)

    async def held(self, item_id: str, by: str) -> Opened:
        """An open item that `by` has taken, with its case. Raises RefusedError, LedgerError."""
        found = await self.opened(item_id)
        if not found.item.is_open:
            raise RefusedError(Word.NOT_OPEN)
        if found.item.claimed_by != by:
            raise RefusedError(Word.NOT_CLAIMED)
        return found

    def earlier(self, kind: Kind, by: str, key: str, asked: object) -> Recorded | None:
        """What was put on record under this key of the caller's, if anything was. Raises KeyConflictError where the
        key was used for something else, LedgerError."""
        found = self._ledger.find(ByKey(by, own_key(kind, key)))
        if not found:
            return None
        if found[0].entry.fingerprint != fingerprint(asked):
            raise KeyConflictError("this key was used before, for something else")
        return found[0]

    async def once(self, kind: Kind, by: str, key: str, asked: object, make: Make) -> Recorded:
        """Put on record what `make` makes, once for the caller's `key`. Raises as `earlier`, `put` and `make` do."""
        return self.earlier(kind, by, key, asked) or await self.put(make(self.doing(by, key, asked)))

    async def put(self, entry: Entry) -> Recorded:
        """Put `entry` on record. Raises RefusedError where somebody else was first, LedgerError."""
        try:
            return await self._ledger.append(entry)
        except RecordTakenError:
            raise RefusedError(Word.MOVED_ON) from None

    def doing(self, by: str, key: str, asked: object = None) -> Doing:
        """Somebody does something now."""
        return Doing(by, self._clock.now(), key, asked)

    def quality(self) -> dict[str, object]:
        """How good the machine's decisions are found to be (casework/quality.py). Raises LedgerError."""
        self._projection.catch_up()
        with self._projection.file.reading() as connection:
            return quality(connection)

    def _waiting(self, wanted: Wanted, after: tuple[str, str], most: int) -> tuple[list[Item], bool]:
        is_whole = self._projection.catch_up()
        with self._projection.file.reading() as connection:
            return list(shelf.waiting(connection, wanted, after, most)), is_whole

    def _decision_of(self, item_id: str) -> str | None:
        self._projection.catch_up()
        with self._projection.file.reading() as connection:
            found = shelf.find(connection, item_id)
        return None if found is None else found.decision_id
