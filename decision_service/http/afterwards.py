"""The worker beside the desk that looks again: at cases that wait for a register, and at what was granted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from decision_service.afterwards.cases import WaitingCases
from decision_service.afterwards.checker import Checker, Checking
from decision_service.afterwards.duties import Duties
from decision_service.afterwards.looking import Looking
from decision_service.afterwards.metrics import Metrics
from decision_service.afterwards.paces import Paces
from decision_service.afterwards.redecider import Redecider, Redeciding
from decision_service.afterwards.scanning import Reading, Scanner
from decision_service.afterwards.surroundings import Surroundings
from decision_service.afterwards.tables import file_beside, open_file
from decision_service.afterwards.worker import Parts, Worker
from decision_service.desk import Desk
from decision_service.followups.alone import Alone
from decision_service.followups.schedule import LONGEST_SECONDS, pause
from decision_service.followups.turns import Turns
from decision_service.ledger.sidefile import SideFile
from decision_service.settings import Settings


@asynccontextmanager
async def looking_again(settings: Settings, desk: Desk, turns: Turns) -> AsyncIterator[None]:
    """The worker, for as long as the block runs; at its end it finishes what is under way. Raises LedgerFaultError
    where its file can't be used."""
    path = file_beside(settings.ledger)
    async with AsyncExitStack() as stack:
        file = open_file(path)
        stack.callback(file.close)
        alone = Alone(path.with_suffix(".lock"))
        stack.callback(alone.close)
        worker = Worker(_parts(settings, desk, turns, file, alone))
        task = asyncio.create_task(worker.run(), name="afterwards")
        try:
            yield
        finally:
            worker.stop()
            await task


def _parts(settings: Settings, desk: Desk, turns: Turns, file: SideFile, alone: Alone) -> Parts:
    services = desk.services
    around = Surroundings(services.clock, services.telemetry, Metrics(services.telemetry))
    paces = Paces(services.clock.monotonic, around.jitter)
    cases, duties = WaitingCases(file), Duties(file)

    def first_try() -> int:
        return around.real_ms() + int(pause(0, LONGEST_SECONDS, around.jitter()) * 1000)

    reading = Reading(services.ledger, lambda: services.in_force.publication, first_try, services.telemetry.fault)
    redeciding = Redeciding(
        cases,
        desk.decide_again,
        lambda key: desk.is_deciding(key) or turns.is_under_way(key),
        settings.decide_again_hours * 3600,
    )
    return Parts(
        around=around,
        alone=alone,
        scanner=Scanner(file, reading),
        cases=cases,
        duties=duties,
        redecider=Redecider(around, paces, redeciding),
        checker=Checker(around, paces, _checking(desk, duties)),
        woken=turns.listen(),
    )


def _checking(desk: Desk, duties: Duties) -> Checking:
    services = desk.services

    async def taken_down() -> None:
        if services.journal is not None:
            await services.journal.flush()

    looking = Looking(
        verifier=services.verifier,
        second=services.second,
        publication=lambda: services.in_force.publication,
        now=services.clock.now,
        monotonic=services.clock.monotonic,
        telemetry=services.telemetry,
    )
    return Checking(services.ledger, duties, lambda: services.in_force.publication, looking, taken_down)
