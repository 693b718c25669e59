"""Whose turn it is with an application: a late check of it is under way, or it is being decided, never both."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from decision_service.ledger.entry import Recorded
from decision_service.resubmission import Late

Key = tuple[str, str]
"""An application: its caller and its number."""

LANDING_SECONDS: Final = 2.0
"""How long a new submission waits for a check under way; longer than the credit register may take."""


class Turns:
    """What the desk and the worker of one process know of each other. Belongs to one event loop."""

    def __init__(self, late: Callable[[Sequence[str]], Late] | None = None) -> None:
        """`late` looks up, for decisions that went out without credit, what was answered since; it may block.
        None where nothing is followed up."""
        self.woken = asyncio.Event()
        self._others: list[asyncio.Event] = []
        self._late = late
        self._under_way: dict[Key, asyncio.Event] = {}

    def wake(self) -> None:
        """There is a new record: have the workers look at it."""
        for one in (self.woken, *self._others):
            one.set()

    def listen(self) -> asyncio.Event:
        """An event that is set whenever there is a new record, for one more worker."""
        self._others.append(asyncio.Event())
        return self._others[-1]

    def is_under_way(self, key: Key) -> bool:
        """Whether a late check of this application is under way."""
        return key in self._under_way

    @contextmanager
    def check(self, key: Key) -> Iterator[None]:
        """A late check is under way for as long as the block runs."""
        landed = self._under_way[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._under_way[key]
            landed.set()

    async def landed(self, key: Key) -> bool:
        """Wait for a late check that is under way, so that the centre is not asked twice at once; False if it does not
        end in time."""
        check = self._under_way.get(key)
        if check is None:
            return True
        try:
            async with asyncio.timeout(LANDING_SECONDS):
                await check.wait()
        except TimeoutError:
            return False
        return True

    async def late_answers(self, earlier: Sequence[Recorded]) -> Late:
        """What late checks brought for these decisions of one application."""
        if not earlier or self._late is None:
            return {}
        return await asyncio.to_thread(self._late, [one.entry.decision_id for one in earlier])
