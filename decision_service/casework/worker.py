"""The worker: keeps the file of casework in step with the log, puts drawn samples and alarms on record, fills the
metrics."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from decision_service.casework import shelf, tallies
from decision_service.casework.figures import Figures
from decision_service.casework.items import Item
from decision_service.casework.projection import STRETCH, Projection
from decision_service.casework.quality import alarm_told
from decision_service.casework.records import SYSTEM, Doing, Kind, open_record, said
from decision_service.casework.sampling import Draw
from decision_service.casework.tallies import Alarm
from decision_service.clock import ServiceClock
from decision_service.ledger.entry import Entry
from decision_service.ledger.store import ByKind
from decision_service.ledger.writer import Ledger
from decision_service.publishing import Publication
from decision_service.telemetry import Telemetry

EVERY_SECONDS: Final = 1.0
"""Between two rounds; an officer's own lists read what is new before they are shown."""

SHARE: Final = 0.1
"""Of one core, at most, for reading the ledger: live decisions go first."""

AT_ONCE: Final = 100
"""Samples and alarms put on record in one round."""


LOOK_FOR_ERASED_EVERY: Final = 600
"""Rounds after which it is looked whether a case that waits was erased."""

_Due = tuple[Entry, str, Mapping[str, object]]
"""A record to make; the line of the log that goes with it, if one does, and its fields."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the worker works with. `draw` says which closed decisions are looked at blind."""

    ledger: Ledger
    projection: Projection
    publication: Callable[[], Publication]
    draw: Draw
    clock: ServiceClock
    telemetry: Telemetry


class Worker:
    """One round after another. Each thing that it records has an id that follows from what it is of, so a second
    worker, or the same one after a crash, records nothing twice."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._figures = Figures(tools.telemetry.registry)
        self._stop = asyncio.Event()
        self._rounds = 0

    async def set_rate(self) -> None:
        """From which record on samples are drawn at this rate is itself on record: the draws can be repeated. Raises
        LedgerError."""
        draw = self._tools.draw
        told = {"rate": str(draw.rate), "key_id": draw.key_id}
        earlier = self._tools.ledger.find(ByKind(Kind.SAMPLING))
        if (draw.rate and not earlier) or (earlier and said(earlier[-1]) != told):
            name = f"sampling:{len(earlier) + 1}"
            await self._tools.ledger.append(open_record(Kind.SAMPLING, name, self._doing(name), told))

    async def run(self) -> None:
        """Round after round, until `stop`. A fault is told and does not end it."""
        while not self._stop.is_set():
            try:
                await self.round()
            except Exception as fault:  # noqa: BLE001 - whatever it was, the log says next time what is left to do
                self._tools.telemetry.fault("casework", fault)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._stop.wait()

    def stop(self) -> None:
        """Begin no further round."""
        self._stop.set()

    async def round(self) -> None:
        """Read what is new, and put on record what follows. Raises LedgerError."""
        is_behind = await self._read()
        if not is_behind:
            for entry, event, fields in await asyncio.to_thread(self._due):
                await self._tools.ledger.append(entry)
                if event:
                    self._tools.telemetry.alarm(event, fields)
            is_behind = await self._read()
        if self._rounds % LOOK_FOR_ERASED_EVERY == 0:
            await asyncio.to_thread(self._tools.projection.drop_erased)
        self._rounds += 1
        await asyncio.to_thread(self._fill, is_behind)

    def _fill(self, is_behind: bool) -> None:
        matters = sorted(self._tools.publication().versions)
        with self._tools.projection.file.reading() as connection:
            self._figures.fill(connection, matters, self._tools.clock.now(), is_behind=is_behind)

    async def _read(self) -> bool:
        """Whether records are left to read when the turn is over."""
        clock = self._tools.clock.monotonic
        while not self._stop.is_set():
            started = clock()
            if await asyncio.to_thread(self._tools.projection.advance) < STRETCH:
                return False
            await asyncio.sleep((clock() - started) * (1 / SHARE - 1))
        return True

    def _due(self) -> list[_Due]:
        """What is to be put on record now: samples that were drawn, rates that moved, items that are overdue."""
        projection, today = self._tools.projection, self._tools.clock.now().date()
        calendar = self._tools.publication().catalogue.calendar
        with projection.file.writing() as connection:
            shelf.put(connection, shelf.without_due(connection, calendar, AT_ONCE))
            query = "SELECT decision_id, drawn_at, matter FROM drawn ORDER BY decision_id LIMIT ?"
            drawn = connection.execute(query, (AT_ONCE,)).fetchall()
            moved = tallies.alarms(connection, unrecorded=True)[:AT_ONCE]
            late = shelf.overdue(connection, today, AT_ONCE)
        return [*(self._sample(*one) for one in drawn), *map(self._drift, moved), *map(self._overdue, late)]

    def _sample(self, decision_id: str, drawn_at: str, matter: str) -> _Due:
        name, told = f"sample:{decision_id}", {"drawn_from": drawn_at}
        doing = self._doing(name)
        return open_record(Kind.SAMPLE, name, doing, told, decision_id=decision_id, matter=matter), "", {}

    def _drift(self, alarm: Alarm) -> _Due:
        name, one = alarm.record_id, alarm.series
        entry = open_record(Kind.DRIFT_ALARM, name, self._doing(name), alarm_told(alarm), matter=one.matter)
        seen, usual = (f"{tally.hits}/{tally.total}" for tally in (alarm.seen, alarm.usual))
        return entry, "rate_moved", {"matter": one.matter, "parts": [one.rate, one.city or "all", seen, usual]}

    def _overdue(self, item: Item) -> _Due:
        name, told = f"overdue:{item.item_id}", {"item_id": item.item_id, "kind": item.kind, "due": str(item.due)}
        doing, decision_id = self._doing(name), item.decision_id
        entry = open_record(Kind.OVERDUE_ALARM, name, doing, told, decision_id=decision_id, matter=item.matter)
        return entry, "overdue", {"matter": item.matter, "decision_id": decision_id, "status": str(item.kind)}

    def _doing(self, name: str) -> Doing:
        return Doing(SYSTEM, self._tools.clock.now(), name)
