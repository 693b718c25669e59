"""Single flight: who asks what is being asked already waits for that answer."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.guard.hedge import drop
from verifiers.registers import Register
from verifiers.verifier import Question

Put = Callable[[], Coroutine[Any, Any, Evidence]]
"""Puts the question. Raises nothing but cancellation."""


@dataclass(eq=False, slots=True)
class _Flight:
    register: Register
    task: asyncio.Task[Evidence]
    limit: Deadline
    cut: bool
    waiting: dict[asyncio.Future[None], None] = field(default_factory=dict)

    def serves(self, register: Register, deadline: Deadline) -> bool:
        """Whether one more may wait for it: it is about the register as described now, and was given the register's
        whole time or at least as much as the newcomer has."""
        same = self.register is register or self.register == register
        return same and (not self.cut or deadline.remaining() <= self.limit.remaining())


class Flights:
    """The questions under way, by mark.

    The call runs as a task of its own, so it outlives whoever made it as long as anybody waits for it, and is cancelled
    when the last one has gone. Its deadline is that of the first; who has later a longer one than a call that was cut
    short by it makes a call of his own, so nobody loses time by sharing.
    """

    def __init__(self) -> None:
        self._by_mark: dict[bytes, _Flight] = {}

    def __len__(self) -> int:
        """How many questions are under way."""
        return len(self._by_mark)

    async def ask(self, mark: bytes, question: Question, deadline: Deadline, put: Put) -> Evidence:
        """The answer to `question`, own or shared, at the latest when `deadline` passes. `elapsed_ms` is left alone."""
        flight = self._by_mark.get(mark)
        shared = flight is not None and flight.serves(question.register, deadline)
        if flight is None or not shared:
            flight = self._start(mark, question, deadline, put)
        # By hand: asyncio.wait does the same at three times the cost, for every call.
        loop = asyncio.get_running_loop()
        ended = loop.create_future()
        flight.waiting[ended] = None  # in order, so that a simulated run is the same each time
        timer = loop.call_later(deadline.remaining(), _wake, ended)
        try:
            await ended
        finally:
            timer.cancel()
            del flight.waiting[ended]
            if not flight.waiting and not flight.task.done():
                self._remove(mark, flight)
                drop(flight.task)
        evidence = _outcome(question, flight.task)
        return replace(evidence, origin="shared", wire=None) if shared else evidence

    def _start(self, mark: bytes, question: Question, deadline: Deadline, put: Put) -> _Flight:
        register = question.register
        seconds = register.timeout_ms / 1000
        task = asyncio.get_running_loop().create_task(put())
        flight = _Flight(register, task, deadline.at_most(seconds), deadline.remaining() < seconds)
        self._by_mark[mark] = flight
        task.add_done_callback(lambda _: self._landed(mark, flight))
        return flight

    def _landed(self, mark: bytes, flight: _Flight) -> None:
        self._remove(mark, flight)
        for ended in tuple(flight.waiting):
            _wake(ended)

    def _remove(self, mark: bytes, flight: _Flight) -> None:
        if self._by_mark.get(mark) is flight:
            del self._by_mark[mark]


def _wake(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)


def _outcome(question: Question, task: asyncio.Task[Evidence]) -> Evidence:
    if not task.done():
        return Evidence(question.register.name, "timeout")
    if task.cancelled() or task.exception() is not None:
        return Evidence(question.register.name, "error", fault="raised")
    return task.result()
