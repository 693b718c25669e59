"""The watch over adverse notices: one that nobody acknowledged in time becomes a task for an officer, once."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from decision_service.acknowledging.pending import Pending
from decision_service.casework.records import SYSTEM, Doing, instant
from decision_service.casework.tasks import NewTask, TaskType, task_entry
from decision_service.clock import ServiceClock
from decision_service.ledger.follower import STRETCH
from decision_service.ledger.store import ByDecision
from decision_service.ledger.writer import Ledger
from decision_service.policy.shape import Bilingual
from decision_service.telemetry import Telemetry

EVERY_SECONDS: Final = 60.0
SHARE: Final = 0.1
"""Of one core, at most, for reading the ledger."""

AT_ONCE: Final = 100
"""Tasks put on record in one round."""

REASON: Final = Bilingual(
    "不利文书逾期未确认送达，请通过其他渠道送达",
    "an adverse notice was not acknowledged in time; deliver it another way",
)


@dataclass(frozen=True, slots=True)
class Tools:
    """What the watch works with; `days` is how long the delivery of a notice may take."""

    ledger: Ledger
    pending: Pending
    clock: ServiceClock
    telemetry: Telemetry
    days: int


class Watch:
    """One round after another. A task has an id that follows from the notice: a second watch opens none twice."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._follower = tools.pending.follower(tools.ledger)
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Round after round, until `stop`. A fault is told and does not end it."""
        while not self._stop.is_set():
            try:
                await self.round()
            except Exception as fault:  # noqa: BLE001 - whatever it was, what waits is on file and is looked at again
                self._tools.telemetry.fault("notices", fault)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._stop.wait()

    def stop(self) -> None:
        """Begin no further round."""
        self._stop.set()

    async def round(self) -> None:
        """Read what is new, and open tasks for what is late. Raises LedgerError."""
        clock, read = self._tools.clock.monotonic, STRETCH
        while read == STRETCH and not self._stop.is_set():
            started = clock()
            read = await asyncio.to_thread(self._follower.advance)
            await asyncio.sleep((clock() - started) * (1 / SHARE - 1) if read == STRETCH else 0)
        await self._open_tasks()

    async def _open_tasks(self) -> None:
        tools, now = self._tools, self._tools.clock.now()
        late = instant(now - timedelta(days=tools.days))
        for document, decision_id in await asyncio.to_thread(tools.pending.before, late, AT_ONCE):
            decision = tools.ledger.find(ByDecision(decision_id))
            new = NewTask(TaskType.UNDELIVERED, REASON, occasion=document)
            doing = Doing(SYSTEM, now, f"undelivered:{document}")
            # What was erased is told to nobody any more.
            if decision and not decision[0].entry.is_erased:
                await tools.ledger.append(task_entry(new, decision[0].entry, doing))
                tools.telemetry.alarm("undelivered", {"decision_id": decision_id, "matter": decision[0].entry.matter})
            await asyncio.to_thread(tools.pending.settle, document)
