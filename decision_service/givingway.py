"""Long work beside an event loop: in a thread that gives the interpreter back as soon as the loop wants it."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

SWITCH_SECONDS: Final = 0.0001
"""How long the event loop waits for the interpreter, after each call to the system that it makes. With Python's default
of 5 ms a decision beside rules that are being read took several times as long."""

T = TypeVar("T")


class _Interval:
    """The interpreter's switch interval, short as long as anybody needs it so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._needed = 0
        self._usual = sys.getswitchinterval()

    @contextmanager
    def short(self) -> Iterator[None]:
        """For the block."""
        with self._lock:
            if not self._needed:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(SWITCH_SECONDS)
            self._needed += 1
        try:
            yield
        finally:
            with self._lock:
                self._needed -= 1
                if not self._needed:
                    sys.setswitchinterval(self._usual)


_INTERVAL: Final = _Interval()


async def giving_way(work: Callable[[], T]) -> T:
    """What `work` returns, or raises, in a thread of its own beside the running event loop."""
    with _INTERVAL.short():
        return await asyncio.to_thread(work)
