"""One second call where the first does not answer, and the budget that keeps second calls few."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from verifiers.evidence import Evidence

Call = Callable[[], Coroutine[Any, Any, Evidence]]
"""Puts the question once. Raises nothing but cancellation."""


@dataclass(frozen=True, slots=True)
class HedgeRules:
    """Second calls are at most `share` of the calls of a register, `burst` of them at once; none comes earlier than
    `least_seconds` after the first, because a pause of this process is no tail of the register's."""

    share: float = 0.05
    burst: float = 5.0
    least_seconds: float = 0.1


class Budget:
    """Tokens for second calls: each call earns `share` of one. It starts empty, so at no time were more than `share` of
    all calls extra."""

    def __init__(self, rules: HedgeRules) -> None:
        self._rules = rules
        self._tokens = 0.0

    def earn(self) -> None:
        """A first call is made."""
        self._tokens = min(self._tokens + self._rules.share, self._rules.burst)

    @property
    def has_one(self) -> bool:
        """Whether a second call may be made. A hair below one counts as one: twenty times 0.05 is not quite 1."""
        return self._tokens >= 1 - 1e-9

    def spend(self) -> None:
        """A second call is made; only where `has_one`."""
        self._tokens = max(self._tokens - 1, 0.0)


def answered(evidence: Evidence) -> bool:
    """Whether it is the register's own word: facts, none on record, or facts too old."""
    return evidence.status in ("ok", "no_record", "stale")


async def first_answer(first: Call, second: Call, after: float, may: Callable[[], bool]) -> tuple[Evidence, bool]:
    """The first answer of two calls, and whether it is the second's; the other is cancelled.

    `second` is made only if `first` says nothing within `after` seconds and `may` then agrees. What `first` says before
    that is final, an error too. Where one of two fails, the other, which is out already, is waited for; where both
    fail, it is the first's failure. Answers are never mixed.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is None:
        raise RuntimeError("first_answer: to be awaited in a task")
    rival = _Rival(task, second, may)
    timer = loop.call_later(max(after, 0.0), rival.start)
    # The first call runs here and not in a task of its own: nearly always it is the only one, and a task costs as much
    # as all else that the guard does. So an answer of the second interrupts it as asyncio.timeout would.
    cancelling = task.cancelling()
    try:
        evidence = await first()
        rival.first_is_out = False
        if rival.interrupted:  # it would not be interrupted
            task.uncancel()
        if rival.task is None or answered(evidence):
            return evidence, False
        await asyncio.wait((rival.task,))
        return (rival.task.result(), True) if rival.answered else (evidence, False)
    except asyncio.CancelledError:
        if rival.interrupted and rival.task is not None and rival.first_is_out and task.uncancel() <= cancelling:
            return rival.task.result(), True
        raise
    finally:
        timer.cancel()
        rival.first_is_out = False
        if rival.task is not None:
            drop(rival.task)


class _Rival:
    """The second call: a timer starts it, and with an answer it interrupts the task in which the first one waits."""

    __slots__ = ("_call", "_may", "_waiting", "first_is_out", "interrupted", "task")

    def __init__(self, waiting: asyncio.Task[Any], call: Call, may: Callable[[], bool]) -> None:
        self._waiting = waiting
        self._call = call
        self._may = may
        self.task: asyncio.Task[Evidence] | None = None
        self.first_is_out = True
        self.interrupted = False

    @property
    def answered(self) -> bool:
        """Whether it ended with an answer."""
        task = self.task
        ended = task is not None and task.done() and not task.cancelled() and task.exception() is None
        return task is not None and ended and answered(task.result())

    def start(self) -> None:
        """The first call has been silent for long enough."""
        if self._may():
            self.task = asyncio.ensure_future(self._call())
            self.task.add_done_callback(self._ended)

    def _ended(self, _: asyncio.Task[Evidence]) -> None:
        if self.first_is_out and self.answered:
            self.interrupted = True
            self._waiting.cancel()


def drop(task: asyncio.Task[Any]) -> None:
    """Cancel what nobody waits for any more, and look at what comes of it, so that asyncio does not complain."""
    if not task.done():
        task.add_done_callback(_look_at)
        task.cancel()


def _look_at(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
