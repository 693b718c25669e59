"""An event loop on which waiting takes no time: its clock jumps to whatever is due next."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")


class ForeverError(Exception):
    """Everything waits and nothing is due: on a real clock this would hang."""


class _Jumping(selectors.SelectSelector):
    """Instead of waiting, moves the clock on."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise ForeverError
        if not ready and timeout is not None and timeout > 0:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop in virtual seconds from 0. What comes from threads or sockets is not waited for."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run(main: Callable[[Callable[[], float]], Awaitable[Result]]) -> Result:
    """What `main` returns; it is given the virtual clock. Raises ForeverError where it would never end, and
    AssertionError where it leaves a task behind."""
    loop = VirtualLoop()

    async def whole() -> Result:
        result = await main(loop.time)
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not left, f"left behind: {left}"
        return result

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(whole())
