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
    one = asyncio.ensure_future(first())
    other: asyncio.Task[Evidence] | None = None
    try:
        await asyncio.wait((one,), timeout=max(after, 0.0))
        if one.done() or not may():
            return await one, False
        other = asyncio.ensure_future(second())
        waiting = {one, other}
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in (one, other):
                if task in done and answered(task.result()):
                    return task.result(), task is other
        return one.result(), False
    finally:
        drop(one)
        if other is not None:
            drop(other)


def drop(task: asyncio.Task[Any]) -> None:
    """Cancel what nobody waits for any more, and look at what comes of it, so that asyncio does not complain."""
    if not task.done():
        task.add_done_callback(_look_at)
        task.cancel()


def _look_at(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
