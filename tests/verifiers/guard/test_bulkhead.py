"""The bulkhead against a model of a queue at a counter, on a virtual clock."""

import asyncio

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.sizes import size
from tests.verifiers.guard.acting import settled
from tests.virtual_time import VirtualLoop
from verifiers.bulkhead import Bulkhead

MOST = 3


class BulkheadMachine(RuleBasedStateMachine):
    """Guests come with some patience, leave, and give up, several within one turn of the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.bulkhead = Bulkhead(MOST)
        self.tasks: dict[int, asyncio.Task[bool]] = {}
        self.number = 0
        self.inside: list[int] = []
        self.queue: list[tuple[int, float]] = []
        self.refused: set[int] = set()
        self.gone: set[int] = set()

    def turn(self) -> None:
        self.loop.run_until_complete(settled())

    @rule(eighths=st.integers(0, 8))
    def come(self, eighths: int) -> None:
        self.number += 1

        async def begin() -> None:
            self.tasks[self.number] = asyncio.ensure_future(self.bulkhead.enter(eighths / 8))

        self.loop.run_until_complete(begin())
        self.turn()
        if len(self.inside) < MOST:
            self.inside.append(self.number)
        elif eighths == 0 or len(self.queue) == MOST:
            self.refused.add(self.number)
        else:
            self.queue.append((self.number, self.loop.time() + eighths / 8))

    @rule()
    def come_without_waiting(self) -> None:
        self.number += 1
        got = self.bulkhead.enter_now()
        assert got == (len(self.inside) < MOST)
        if got:
            self.inside.append(self.number)

    @rule(place=st.integers(0, MOST), gives_up=st.booleans())
    def leave(self, place: int, gives_up: bool) -> None:
        """Somebody leaves; the next gets the place, and perhaps is cancelled before he hears of it."""
        if not self.inside:
            return
        self.inside.pop(place % len(self.inside))
        self.bulkhead.leave()
        while self.queue:
            number, _ = self.queue.pop(0)
            if not gives_up:
                self.inside.append(number)
                break
            gives_up = False
            self.tasks[number].cancel()
            self.gone.add(number)
        self.turn()

    @rule(place=st.integers(0, MOST))
    def give_up(self, place: int) -> None:
        if not self.queue:
            return
        number, _ = self.queue.pop(place % len(self.queue))
        self.tasks[number].cancel()
        self.gone.add(number)
        self.turn()

    @rule(sixteenths=st.integers(1, 20))
    def wait(self, sixteenths: int) -> None:
        self.loop.run_until_complete(asyncio.sleep(sixteenths / 16))
        self.turn()
        late = {number for number, until in self.queue if until <= self.loop.time()}
        self.refused |= late
        self.queue = [one for one in self.queue if one[0] not in late]

    @invariant()
    def agrees(self) -> None:
        assert self.bulkhead.in_flight == len(self.inside) <= MOST
        assert self.bulkhead.has_room == (len(self.inside) < MOST)
        waiting = {number for number, _ in self.queue}
        for number, task in self.tasks.items():
            if number in waiting:
                assert not task.done()
            elif number in self.gone:
                assert task.cancelled()
            else:
                assert task.result() == (number not in self.refused)

    def teardown(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        self.turn()
        self.loop.close()


TestBulkhead = BulkheadMachine.TestCase
TestBulkhead.settings = settings(
    max_examples=size("bulkhead", quick=80, full=5_000), stateful_step_count=50, deadline=None
)
