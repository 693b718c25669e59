"""Short work of the workbench in processes that stay warm: what a page asks for at every pause of typing must neither
wait for a command to start nor hold up other people's pages."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from decision_service.orphans import dies_with_parent

_P = ParamSpec("_P")
_T = TypeVar("_T")

AT_ONCE: Final = 2
"""What is quick need not wait for what is thorough."""


class _Place:
    """One process, started when first needed: what it is asked for and has not done, and for what module last."""

    def __init__(self) -> None:
        self.pool: ProcessPoolExecutor | None = None
        self.last = ""
        self._asked: list[Future[Any]] = []

    @property
    def waiting(self) -> int:
        """What is begun is done to its end, also for somebody who no longer waits for it."""
        self._asked = [one for one in self._asked if not one.done()]
        return len(self._asked)

    def started(self) -> ProcessPoolExecutor:
        """The process."""
        if self.pool is None:
            # Threads run here: a fork would take their locks along.
            self.pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin)
        return self.pool

    async def made(self, pool: ProcessPoolExecutor, call: Callable[[], _T]) -> _T:
        """What comes of a call. Raises BrokenProcessPool."""
        found = pool.submit(call)
        self._asked.append(found)
        return await asyncio.wrap_future(found)


class Elsewhere:
    """The processes. Close it at the end."""

    def __init__(self) -> None:
        self._places = [_Place() for _ in range(AT_ONCE)]
        self._is_closed = False

    async def __call__(self, work: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
        """What `work`, a function of a module, makes of what is given; both it and what it gives are pickled. If its
        process dies it is tried once more in a new one; raises what `work` raises, and BrokenProcessPool. Whoever asks
        after the end is cancelled."""
        call = partial(work, *given, **named)
        # Where the same was done last, what was read for it is still known.
        place = min(self._places, key=lambda one: (one.waiting, one.last != work.__module__))
        place.last = work.__module__
        pool = self._started(place)
        try:
            return await place.made(pool, call)
        except BrokenProcessPool:
            if place.pool is pool:
                place.pool = None
            return await place.made(self._started(place), call)

    def _started(self, place: _Place) -> ProcessPoolExecutor:
        if self._is_closed:
            raise asyncio.CancelledError
        return place.started()

    def close(self) -> None:
        """Ends the processes; what waits is not begun, what is begun is waited for."""
        self._is_closed = True
        for place in self._places:
            if place.pool is not None:
                place.pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """A stop from the keyboard reaches the whole group; the workbench ends its processes itself."""
    dies_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
