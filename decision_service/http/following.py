"""The desk with the worker beside it that makes up for what decisions went out without."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from decision_service.desk import Desk, Services
from decision_service.followups.alone import Alone
from decision_service.followups.checks import Checks
from decision_service.followups.file import FollowupFile
from decision_service.followups.scanning import Reading, Scanner
from decision_service.followups.schedule import LONGEST_SECONDS, fair, pause
from decision_service.followups.ticketbox import TicketBox
from decision_service.followups.turns import Turns
from decision_service.followups.worker import Tools, Worker
from decision_service.http.afterwards import looking_again
from decision_service.ledger.errors import LedgerError
from decision_service.resubmission import Late
from decision_service.settings import Settings


@asynccontextmanager
async def followed(settings: Settings, services: Services) -> AsyncIterator[Desk]:
    """The desk, for as long as the block runs; at its end the worker finishes what is under way. Raises
    LedgerFaultError where the file of the follow-ups can't be used."""
    path = FollowupFile.beside(settings.ledger)
    async with AsyncExitStack() as stack:
        file = FollowupFile(path)
        stack.callback(file.close)
        alone = Alone(path.with_suffix(".lock"))
        stack.callback(alone.close)
        checks = Checks(file)

        turns = Turns(late_answers(checks, services))
        desk = Desk(services, turns, most=settings.most_in_flight)
        worker = Worker(_tools(services, desk, turns, file, alone))
        task = asyncio.create_task(worker.run(), name="followups")
        try:
            async with looking_again(settings, desk, turns):
                yield desk
        finally:
            worker.stop()
            await task


def late_answers(checks: Checks, services: Services) -> Callable[[Sequence[str]], Late]:
    """Looks up what late checks brought for these decisions; a file that fails brought nothing."""

    def late(decision_ids: Sequence[str]) -> Late:
        try:
            return checks.answers(decision_ids)
        except LedgerError as error:
            services.telemetry.fault("followups", error)
            return {}

    return late


def _tools(services: Services, desk: Desk, turns: Turns, file: FollowupFile, alone: Alone) -> Tools:
    clock, in_force, journal = services.clock, services.in_force, services.journal

    def first_try() -> int:
        return int((clock.real().timestamp() + pause(0, LONGEST_SECONDS, fair())) * 1000)

    async def taken_down() -> None:
        if journal is not None:
            await journal.flush()

    reading = Reading(services.ledger, lambda: in_force.publication, first_try, services.telemetry.fault)
    return Tools(
        ledger=services.ledger,
        checks=Checks(file),
        tickets=TicketBox(file),
        scanner=Scanner(file, reading),
        alone=alone,
        turns=turns,
        taken_down=taken_down,
        is_deciding=desk.is_deciding,
        verifier=services.verifier,
        publication=lambda: in_force.publication,
        clock=clock,
        telemetry=services.telemetry,
        jitter=fair,
    )
