"""The watch beside the service: looks at the process each second, for as long as it serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from decision_service.clockguard import ClockGuard
from decision_service.http.beside import beside
from decision_service.http.notifying import ALIVE, notify
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.store import Last
from decision_service.ledger.writer import Ledger
from decision_service.settings import Settings
from decision_service.telemetry import Telemetry
from decision_service.vitals import ClockSigns, Vitals

EACH_SECONDS: Final = 1.0


def guarded(settings: Settings, ledger: Ledger, telemetry: Telemetry) -> ClockGuard:
    """The guard of the host's clock. Records of a pinned day say nothing about it."""
    newest = None if settings.as_of is not None else _newest(ledger)
    guard = ClockGuard(ClockSigns(telemetry), newest, required=settings.requires_synchronised_clock)
    guard.watch()
    return guard


def _newest(ledger: Ledger) -> datetime | None:
    found = ledger.find(Last())
    return datetime.fromisoformat(found[0].entry.at) if found else None


@asynccontextmanager
async def watching(vitals: Vitals, telemetry: Telemetry) -> AsyncIterator[None]:
    """Look at once, then each second until the block ends."""
    vitals.look()
    async with beside(_watch(vitals, telemetry), "vitals"):
        yield


async def _watch(vitals: Vitals, telemetry: Telemetry) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EACH_SECONDS
        await asyncio.sleep(EACH_SECONDS)
        lag = max(0.0, loop.time() - due)
        try:
            # Not on the loop: a disk that hangs must not stop the answers that need none.
            await asyncio.to_thread(vitals.look, lag, len(asyncio.all_tasks(loop)))
        except (OSError, LedgerError, ValueError) as error:
            telemetry.fault("vitals", error)
        if not vitals.stuck():
            notify(ALIVE)
