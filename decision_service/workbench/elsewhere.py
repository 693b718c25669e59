"""Short work of the workbench in processes that stay warm: what a page asks for at every pause of typing must neither
wait for a command to start nor hold up other people's pages."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Final, ParamSpec, TypeVar

from decision_service.orphans import dies_with_parent

_P = ParamSpec("_P")
_T = TypeVar("_T")

AT_ONCE: Final = 2
"""What is quick need not wait for what is thorough."""


class Elsewhere:
    """The processes, started when first needed. Close it at the end."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._is_closed = False

    async def __call__(self, work: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
        """What `work`, a function of a module, makes of what is given; both it and what it gives are pickled. If its
        process dies it is tried once more in a new one; raises what `work` raises, and BrokenProcessPool. Whoever asks
        after the end is cancelled."""
        loop = asyncio.get_running_loop()
        call = partial(work, *given, **named)
        pool = self._started()
        try:
            return await loop.run_in_executor(pool, call)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
            return await loop.run_in_executor(self._started(), call)

    def close(self) -> None:
        """Ends the processes; what waits is not begun, what is begun is waited for."""
        self._is_closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        if self._is_closed:
            raise asyncio.CancelledError
        if self._pool is None:
            # Threads run here: a fork would take their locks along.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(AT_ONCE, context, _begin)
        return self._pool


def _begin() -> None:
    """A stop from the keyboard reaches the whole group; the workbench ends its processes itself."""
    dies_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
