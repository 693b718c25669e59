"""The worker: keeps the file of casework in step with the log, puts drawn samples and alarms on record, fills the
metrics."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from decision_service.casework import shelf, tallies
from decision_service.casework.figures import Figures
from decision_service.casework.projection import STRETCH, Projection
from decision_service.casework.quality import alarm_told
from decision_service.casework.records import SYSTEM, Doing, Kind, open_record, said
from decision_service.casework.sampling import Draw
from decision_service.clock import ServiceClock
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
            await self._record_samples()
            await self._record_drift()
            await self._record_overdue()
            is_behind = await self._read()
        now = self._tools.clock.now()
        with self._tools.projection.file.reading() as connection:
            self._figures.fill(connection, now, is_behind=is_behind)

    async def _read(self) -> bool:
        """Whether records are left to read when the turn is over."""
        clock = self._tools.clock.monotonic
        while not self._stop.is_set():
            started = clock()
            if await asyncio.to_thread(self._tools.projection.advance) < STRETCH:
                return False
            await asyncio.sleep((clock() - started) * (1 / SHARE - 1))
        return True

    async def _record_samples(self) -> None:
        with self._tools.projection.file.reading() as connection:
            query = "SELECT drawn.decision_id, drawn_at, matter FROM drawn ORDER BY drawn.decision_id LIMIT ?"
            drawn = connection.execute(query, (AT_ONCE,)).fetchall()
        for decision_id, drawn_at, matter in drawn:
            name = f"sample:{decision_id}"
            told = {"drawn_from": drawn_at}
            doing = self._doing(name)
            entry = open_record(Kind.SAMPLE, name, doing, told, decision_id=decision_id, matter=matter)
            await self._tools.ledger.append(entry)

    async def _record_drift(self) -> None:
        with self._tools.projection.file.reading() as connection:
            found = [one for _, one in zip(range(AT_ONCE), tallies.alarms(connection, unrecorded=True), strict=False)]
        for alarm in found:
            name, one = alarm.record_id, alarm.series
            entry = open_record(Kind.DRIFT_ALARM, name, self._doing(name), alarm_told(alarm), matter=one.matter)
            await self._tools.ledger.append(entry)
            parts = [one.rate, one.city or "all", f"{alarm.seen.hits}/{alarm.seen.total}"]
            usual = f"{alarm.usual.hits}/{alarm.usual.total}"
            self._tools.telemetry.alarm("rate_moved", {"matter": one.matter, "parts": [*parts, usual]})

    async def _record_overdue(self) -> None:
        projection, today = self._tools.projection, self._tools.clock.now().date()
        calendar = self._tools.publication().catalogue.calendar
        with projection.file.writing() as connection:
            shelf.put(connection, shelf.without_due(connection, calendar, AT_ONCE))
            late = shelf.overdue(connection, today, AT_ONCE)
        for item in late:
            name = f"overdue:{item.item_id}"
            told = {"item_id": item.item_id, "kind": item.kind, "due": str(item.due)}
            doing, decision_id = self._doing(name), item.decision_id
            entry = open_record(Kind.OVERDUE_ALARM, name, doing, told, decision_id=decision_id, matter=item.matter)
            await self._tools.ledger.append(entry)
            fields = {"matter": item.matter, "decision_id": decision_id, "status": str(item.kind)}
            self._tools.telemetry.alarm("overdue", fields)

    def _doing(self, name: str) -> Doing:
        return Doing(SYSTEM, self._tools.clock.now(), name)
