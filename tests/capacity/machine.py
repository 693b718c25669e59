"""A made-up process on a virtual clock: its work takes turns on one processor, as tasks do on an event loop."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from decision_service.capacity import Capacity
from decision_service.deciding import RESERVE_SECONDS
from tests import virtual_time

BUDGET = 3.0
"""The deadline of a decision."""

TURNS = 4
"""Turns of the processor that a decision takes before it asks registers, and as many after."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What happens: decisions a second that come until `seconds`, what one needs of the processor, how long registers
    take. `own` seconds of each decision pass without the processor (a disk). From `stalls_at` the processor stands
    still for `stalled` seconds. `shed_cost` is the part of `needs` that turning one away takes."""

    rate: Callable[[float], float]
    seconds: float = 6.0
    needs: float = 0.004
    registers: Callable[[float], float] = lambda _: 0.05
    disk: float = 0.0
    stalls_at: float = -1.0
    stalled: float = 0.0
    most: int = 512
    shed_cost: float = 0.0


@dataclass(slots=True)
class Seen:
    """What came of it: for each decision made when it came and how long it took; when somebody was turned away, and the
    seconds after which he was to come again; the limit as it stood, by time."""

    made: list[tuple[float, float]] = field(default_factory=list)
    shed: list[tuple[float, int]] = field(default_factory=list)
    limits: list[tuple[float, float]] = field(default_factory=list)

    def goodput(self, start: float, end: float) -> float:
        """Decisions made a second, of that time."""
        return sum(start <= came + took < end for came, took in self.made) / (end - start)

    def took(self, start: float, end: float) -> list[float]:
        """How long those took that came in that time, shortest first."""
        return sorted(took for came, took in self.made if start <= came < end)


class Machine:
    """The process: every task that wants the processor stands in one line."""

    def __init__(self, hour: Hour, clock: Callable[[], float], seed: int) -> None:
        self.hour = hour
        self.clock = clock
        self.seen = Seen()
        dice = random.Random(seed)
        self._dice = dice
        self.capacity = Capacity(hour.most, clock, dice=dice.random)
        self._processor = asyncio.Lock()

    async def live(self) -> Seen:
        """Everything that happens."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._stall())
            for due in self._arrivals():
                await asyncio.sleep(max(0.0, due - self.clock()))
                self.seen.limits.append((due, self.capacity.limit))
                tasks.create_task(self._apply(due))
        return self.seen

    def _arrivals(self) -> Iterator[float]:
        now = 0.0
        while now < self.hour.seconds:
            now += self._dice.expovariate(self.hour.rate(now))
            yield now

    async def _use(self, seconds: float) -> None:
        async with self._processor:
            await asyncio.sleep(seconds)

    async def _stall(self) -> None:
        if self.hour.stalled:
            await asyncio.sleep(self.hour.stalls_at)
            await self._use(self.hour.stalled)

    async def _apply(self, came: float) -> None:
        if self.capacity.is_full:
            self.seen.shed.append((came, self.capacity.shed("limit")))
            if self.hour.shed_cost:
                await self._use(self.hour.needs * self.hour.shed_cost)
            return
        with self.capacity.place(came) as place:
            self.capacity.begin(place, BUDGET, RESERVE_SECONDS)
            await self._work()
            elsewhere = self.hour.registers(came)
            await asyncio.sleep(elsewhere)
            place.elsewhere += elsewhere
            await self._work()
            await asyncio.sleep(self.hour.disk)
            place.is_made = True
        self.seen.made.append((came, self.clock() - came))

    async def _work(self) -> None:
        for _ in range(TURNS):
            await self._use(self.hour.needs / (2 * TURNS))


def lived(hour: Hour, seed: int = 1) -> Seen:
    """What came of `hour`; the same each time."""
    return virtual_time.run(lambda clock: Machine(hour, clock, seed).live())
