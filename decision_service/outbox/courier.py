"""The courier: carries the records of the ledger to one subscriber, in order, each until it is taken.

INVARIANT: a subscriber's place moves past a record only after the receiver took its event, or the record was none of
its business (tests/outbox/test_delivery.py). So nothing is lost whenever a process dies; what was taken just before is
sent again, under the same id.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from decision_service.clock import ServiceClock
from decision_service.followups.schedule import Jitter, pause
from decision_service.ledger.entry import Recorded
from decision_service.ledger.store import ByDecision, Last
from decision_service.ledger.writer import Ledger
from decision_service.outbox.events import Event, event_of
from decision_service.outbox.metrics import OutboxMetrics
from decision_service.outbox.places import Place, Places
from decision_service.outbox.reading import read_said
from decision_service.outbox.sending import Sender, Sent
from decision_service.outbox.subscribers import Subscriber
from decision_service.outbox.views import View
from decision_service.telemetry import Telemetry

POLL_SECONDS: Final = 0.5
STRETCH: Final = 50
"""Records read at once."""

SHARE: Final = 0.2
"""Of one core, at most, for records that are none of a subscriber's: decisions come first."""

BREATH_SECONDS: Final = 0.005
"""Between two deliveries to one subscriber: it leaves the core to decisions, and is some 150 events a second."""

LONGEST_SECONDS: Final = 900.0
"""Between two tries at most. It never gives up: what waits is on disk, and the lag is an alarm."""


@dataclass(frozen=True, slots=True)
class Office:
    """What couriers work with. `may_work`: whether this process is the one that delivers."""

    ledger: Ledger
    places: Places
    clock: ServiceClock
    telemetry: Telemetry
    metrics: OutboxMetrics
    jitter: Jitter
    may_work: Callable[[], bool]


class Courier:
    """Serves one subscriber; others neither wait for it nor see its faults."""

    def __init__(self, office: Office, subscriber: Subscriber, view: View, sender: Sender) -> None:
        self._office = office
        self._subscriber = subscriber
        self._view = view
        self._sender = sender
        self._sure = False
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Round after round, until `stop`. A fault is told and does not end it."""
        while not self._stop.is_set():
            seconds = POLL_SECONDS
            try:
                seconds = await self.round()
            except Exception as fault:  # noqa: BLE001 - whatever it was, the place stands and it is tried again
                self._office.telemetry.fault("outbox", fault)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stop.wait()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()

    async def round(self) -> float:
        """Deliver the next stretch; seconds until there may be more to do. Raises LedgerError."""
        office, name = self._office, self._subscriber.name
        if not await asyncio.to_thread(office.may_work):
            return POLL_SECONDS
        place = await asyncio.to_thread(self._look)
        office.metrics.stands(name, place.lag, gone=place.gone)
        if place.gone:
            return POLL_SECONDS
        if place.try_at > self._now_ms():
            return min(POLL_SECONDS, max(0.01, (place.try_at - self._now_ms()) / 1000))
        started = office.clock.monotonic()
        events = await asyncio.to_thread(self._events, place.next)
        working = office.clock.monotonic() - started
        moved = await self._deliver(place, events)
        office.metrics.stands(name, moved.lag, gone=moved.gone)
        if not events or moved.failures:
            return POLL_SECONDS
        return 0.0 if any(event for _, event in events) else working * (1 / SHARE - 1)

    async def _deliver(self, place: Place, events: list[tuple[Recorded, Event | None]]) -> Place:
        """The place after as many of `events` as could be delivered."""
        passed: Recorded | None = None  # the last one that was none of the subscriber's, not yet noted
        for recorded, event in events:
            if event is None:
                passed = recorded
                continue
            if passed is not None:
                place, passed = await self._past(place, passed, taken=False), None
            if self._stop.is_set() or place.next != recorded.index:
                return place  # or somebody moved the place meanwhile: read anew from there
            sent = await self._sender.send(event, int(self._office.clock.real().timestamp()))
            if sent.error is not None:
                return await self._failed(place, sent)
            self._office.metrics.sent(self._subscriber.name)
            place = await self._past(place, recorded, taken=True)
            await asyncio.sleep(BREATH_SECONDS)
        return place if passed is None else await self._past(place, passed, taken=False)

    async def _past(self, place: Place, recorded: Recorded, *, taken: bool) -> Place:
        at = self._now_ms() if taken else None
        return await asyncio.to_thread(self._office.places.advance, place, recorded.index + 1, recorded.leaf, at)

    async def _failed(self, place: Place, sent: Sent) -> Place:
        office, now, error = self._office, self._now_ms(), sent.error or ""
        seconds = max(pause(place.failures, LONGEST_SECONDS, office.jitter()), min(sent.wait, LONGEST_SECONDS))
        office.metrics.failed(self._subscriber.name, error)
        then = now + int(seconds * 1000)
        return await asyncio.to_thread(office.places.failed, place, error, now, then, gone=sent.gone)

    def _look(self) -> Place:
        office = self._office
        last = office.ledger.find(Last())
        office.places.saw(last[0].index + 1 if last else 0)
        place = office.places.of(self._subscriber.name)
        if not self._sure and place.leaf is not None:
            self._require_same_ledger(place)
            place = office.places.of(self._subscriber.name)
        self._sure = True
        return place

    def _require_same_ledger(self, place: Place) -> None:
        """Where another log lies now, or an older copy of it, all of it goes out: ids tell receivers what they have."""
        before = self._office.ledger.read(place.next - 1, 1)
        if not before or before[0].leaf != place.leaf:
            self._office.places.move(self._subscriber.name, 0)
            self._office.telemetry.note("outbox_from_the_beginning", {"where": self._subscriber.name})

    def _events(self, start: int) -> list[tuple[Recorded, Event | None]]:
        records = self._office.ledger.read(start, STRETCH)
        return [(one, event_of(read_said(one, self._case), self._view)) for one in records]

    def _case(self, decision_id: str) -> Recorded | None:
        found = self._office.ledger.find(ByDecision(decision_id))
        return found[0] if found else None

    def _now_ms(self) -> int:
        return int(self._office.clock.real().timestamp() * 1000)
