"""What is held of a person beside the ledger goes with it, and what need not be kept any longer goes each day."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from decision_service.clock import ServiceClock
from decision_service.control.erasures import Erasures
from decision_service.control.retention import erase_due
from decision_service.followups.checks import Checks
from decision_service.followups.file import FollowupFile
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.opening import Record
from decision_service.settings import Settings
from decision_service.telemetry import Telemetry
from verifiers.journal.errors import JournalError
from verifiers.journal.journal import Journal
from verifiers.journal.journaling import milliseconds

DAILY_SECONDS: Final = 86_400.0
AGAIN_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Beside:
    """Raw answers of registers in the journal, and answers that came after a decision."""

    journal: Journal
    checks: Checks
    clock: ServiceClock

    def forget(self, decision_ids: Collection[str], applications: Collection[tuple[str, str]]) -> None:
        """See `Elsewhere.forget`."""
        self.journal.forget_answers(applications, milliseconds(self.clock.now()))
        self.checks.forget_of(decision_ids)


@asynccontextmanager
async def erasing(
    settings: Settings, record: Record, journal: Journal, clock: ServiceClock, telemetry: Telemetry
) -> AsyncIterator[Erasures]:
    """The erasures, for as long as the block runs; what is past its retention is erased at the start and daily. Raises
    LedgerError."""
    with ExitStack() as stack:
        file = FollowupFile(FollowupFile.beside(settings.ledger))
        stack.callback(file.close)
        beside = Beside(journal, Checks(file), clock)
        erasures = Erasures(record.ledger, record.ring, clock.now, settings.keep_decisions_days, beside)
        task = asyncio.create_task(_daily(settings, record, erasures, clock, telemetry), name="retention")
        try:
            yield erasures
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _daily(
    settings: Settings, record: Record, erasures: Erasures, clock: ServiceClock, telemetry: Telemetry
) -> None:
    def real() -> datetime:
        return clock.real().astimezone(clock.now().tzinfo)

    while True:
        try:
            await asyncio.to_thread(erasures.forget_again)
            erased = await erase_due(record.ledger, erasures, real, settings.keep_decisions_days)
        except (LedgerError, JournalError) as error:
            telemetry.fault("retention", error)
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        if erased:
            telemetry.note("dropped", {"parts": [f"persons {erased}"]})
        await asyncio.sleep(DAILY_SECONDS)
