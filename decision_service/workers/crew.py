"""The crew: so many workers, watched, replaced when they are lost, changing rules all at once."""

import asyncio
import math
import secrets
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from decision_service.control.releases import NotTakenUpError
from decision_service.docket import OwnDocket
from decision_service.http.listening import DRAIN_SECONDS
from decision_service.http.state import State
from decision_service.readings.rete.process import READ_SECONDS
from decision_service.settings import Settings
from decision_service.workers.attendant import Attendant, Keeping
from decision_service.workers.channel import LostError
from decision_service.workers.figures import Figures
from decision_service.workers.messages import (
    Abandon,
    Count,
    Done,
    Forget,
    Message,
    Prepare,
    Refused,
    Standing,
    Stop,
    Switch,
    Took,
)
from decision_service.workers.process import WorkerProcess
from decision_service.workers.shares import begin_of
from decision_service.workers.signs import CrewSigns

TICK_SECONDS: Final = 0.5
HUNG_SECONDS: Final = 5.0
START_SECONDS: Final = 90.0
STEADY_SECONDS: Final = 10.0
"""A worker that was up as long as this is replaced without delay."""

FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0


class NotStartedError(Exception):
    """The workers did not come up. What kept them from it is in their words on standard error."""


@dataclass(frozen=True, slots=True)
class Ship:
    """What the crew works on: what the keeper serves from, its docket, the folder of the rules in force, the platforms'
    port, the figures of all."""

    state: State
    docket: OwnDocket
    rules: Path
    port: int
    figures: Figures


class Crew:
    """The workers of one keeper. Belongs to its event loop.

    INVARIANT: no record by a version of the rules that was superseded stands behind one of the version that superseded
    it, whichever worker made it (tests/workers/test_reload.py).
    """

    def __init__(self, settings: Settings, hung_seconds: float = HUNG_SECONDS) -> None:
        """`hung_seconds`: how long a worker's event loop may stand still before it is taken for hung."""
        self._settings = settings
        self._patience = math.ceil(hung_seconds / TICK_SECONDS)
        self._key = secrets.token_bytes(32)
        self._workers: dict[int, WorkerProcess] = {}
        self._turn = asyncio.Lock()
        self._starting = 0
        self._settled = asyncio.Event()
        self._tick = 0
        self._served = False
        self._stopping = False

    @asynccontextmanager
    async def manned(self, ship: Ship) -> AsyncIterator[None]:
        """The workers, up before the block begins and drained after it. Raises NotStartedError, OSError."""
        self._ship = ship
        self._signs = CrewSigns(ship.state.services.telemetry)
        self._keeping = Keeping(ship.state, ship.docket, self._figures, self._share, self._signs.left, self._standing)
        self._publication = ship.state.services.in_force.publication
        ship.state.services.in_force.listen(self._changed)
        manning = [asyncio.create_task(self._man(place), name="worker") for place in range(self._settings.workers)]
        watching = asyncio.create_task(self._watch(), name="watchdog")
        try:
            await self._all_up(manning)
            yield
        finally:
            await self._drain(manning)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    @asynccontextmanager
    async def prepared(self, digests: Collection[str]) -> AsyncIterator[None]:
        """See `controlling.Beside`. No worker is started meanwhile: it would find rules that do not decide yet."""
        async with self._turn:
            await self._settled.wait()
            try:
                async with asyncio.timeout(READ_SECONDS):
                    await asyncio.gather(*(_prepare(one.attendant, digests) for one in self._workers.values()))
                yield
            except TimeoutError:
                self._tell(Abandon())
                raise NotTakenUpError(f"a worker did not load the new rules within {READ_SECONDS:g} s") from None
            except BaseException:
                self._tell(Abandon())
                raise

    def forget(self, subject: str) -> None:
        """Have the workers let go of kept answers about this ID number."""
        self._tell(Forget(subject))

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers that serve, for the operator."""
        return tuple(one.process.pid for one in self._workers.values() if one.is_up)

    async def _all_up(self, manning: Collection["asyncio.Task[None]"]) -> None:
        while len(self.pids) < len(manning):
            for task in manning:
                if task.done():
                    task.result()
            await asyncio.sleep(TICK_SECONDS / 50)
        self._served = True

    async def _drain(self, manning: Collection["asyncio.Task[None]"]) -> None:
        """Let them finish what is in work, and end those that do not."""
        self._stopping = True
        self._tell(Stop())
        _, late = await asyncio.wait(manning, timeout=DRAIN_SECONDS + STEADY_SECONDS)
        for one in self._workers.values():
            one.kill()
        for task in late:  # one that waits to start the next
            task.cancel()
        await asyncio.gather(*manning, return_exceptions=True)

    async def _man(self, place: int) -> None:
        """Always has a worker at `place`: one after the other, ever more slowly while they do not last."""
        delay = 0.0
        while not self._stopping:
            began = time.monotonic()
            try:
                await self._one(place)
            except OSError as error:  # it could not even be started
                if not self._served:
                    raise
                self._ship.state.services.telemetry.fault("worker", error)
            if not self._stopping:
                steady = time.monotonic() - began > STEADY_SECONDS
                delay = 0.0 if steady else min(LONGEST_DELAY, max(FIRST_DELAY, delay * 2))
                await asyncio.sleep(delay)

    async def _one(self, place: int) -> None:
        """Starts a worker, waits for its end, and refers what it left. Raises NotStartedError, OSError."""
        worker = await self._started(place)
        await worker.ended()
        del self._workers[place]
        self._signs.up(len(self.pids))
        await worker.attendant.refer_all()
        self._ship.figures.gone(worker.process.pid)
        if not self._served:
            raise NotStartedError("a worker ended before all of them served; its words are on standard error")
        if not self._stopping:
            self._signs.lost(worker.lost_by)

    async def _started(self, place: int) -> WorkerProcess:
        """A worker that serves, or has ended before."""
        async with self._turn:
            self._starting += 1
            self._settled.clear()
        try:
            ship = self._ship
            begin = begin_of(self._settings, ship.state, ship.rules, ship.port, self._key)
            worker = await WorkerProcess.start(self._keeping, begin, ship.figures.folder)
            self._workers[place] = worker
            worker.attendant.way.tell(self._standing())
            if self._stopping:  # it was on its way when the others were told
                worker.attendant.way.tell(Stop())
            if not await worker.comes_up(START_SECONDS):
                worker.kill()
            worker.attendant.heard = self._tick
            self._signs.up(len(self.pids))
            return worker
        finally:
            self._starting -= 1
            if not self._starting:
                self._settled.set()

    async def _watch(self) -> None:
        """The watchdog: each tick is told to every worker, and who has not heard of one for too long is ended. Ticks,
        not seconds: while the keeper itself stands still, none is missed."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                self._look()
            except Exception as fault:  # noqa: BLE001 - whatever it was, the watch goes on
                self._ship.state.services.telemetry.fault("watchdog", fault)

    def _look(self) -> None:
        self._tick += 1
        self._tell(self._standing())
        for worker in self._workers.values():
            if worker.is_up and self._tick - worker.attendant.heard > self._patience:
                worker.lost_by = "hung"
                worker.kill()

    def _standing(self) -> Standing:
        services, vitals = self._ship.state.services, self._ship.state.vitals
        clock, missing = services.clock, len(self.pids) < self._settings.workers
        return Standing(
            tick=self._tick,
            ahead=clock.real().timestamp() - clock.monotonic(),
            trusted=clock.is_trusted(),
            room=services.has_room(),
            suspended=sorted(services.in_force.suspended),
            lacking=[*vitals.lacking(), *(["workers"] if missing else [])],
            stuck=vitals.stuck(),
        )

    def _changed(self) -> None:
        """Something was put in force, suspended or resumed: all workers hear of it before anything else."""
        publication = self._ship.state.services.in_force.publication
        if publication is not self._publication:
            self._publication = publication
            self._tell(Switch())
        self._tell(self._standing())

    def _share(self, whose: Attendant, took: Took) -> None:
        for one in self._workers.values():
            if one.attendant is not whose:
                one.attendant.way.tell(took)

    async def _figures(self) -> bytes:
        counting = [asyncio.create_task(_count(one.attendant)) for one in self._workers.values() if one.is_up]
        if counting:
            await asyncio.wait(
                counting, timeout=TICK_SECONDS
            )  # one that hangs has counted what it had at the last tick
        return await asyncio.to_thread(self._ship.figures.exposition)

    def _tell(self, message: Message) -> None:
        for one in self._workers.values():
            one.attendant.way.tell(message)


async def _count(attendant: Attendant) -> None:
    with suppress(LostError):
        await attendant.way.ask(Count)


async def _prepare(attendant: Attendant, digests: Collection[str]) -> None:
    """Raises NotTakenUpError."""
    try:
        reply = await attendant.way.ask(lambda number: Prepare(number, sorted(digests)))
    except LostError:
        raise NotTakenUpError("a worker was lost while it loaded the new rules") from None
    if not isinstance(reply, Done):
        why = reply.text if isinstance(reply, Refused) else "it said what it must not say"
        raise NotTakenUpError(f"a worker could not load the new rules: {why}")
