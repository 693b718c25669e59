"""Long work of the workbench: our own commands as processes beside it, so that pages stay quick and a fault in a solver
ends nothing but itself."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson

NICENESS: Final = 10
"""What is asked here may wait for what is decided elsewhere on the same machine."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended (exit code 0 good, 1 findings, 2 misuse), and the JSON that it printed."""

    code: int
    said: Any


class JobFailedError(Exception):
    """A command ended as none of ours does; the text is what it printed last."""


class Jobs:
    """Runs at most so many commands at once; others wait their turn."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def run(self, *arguments: str) -> Done:
        """`miaopi ARGUMENTS --json`. Leaving (cancellation) ends the command. Raises JobFailedError."""
        async with self._places, _started(arguments) as child:
            said, told = await child.communicate()
            code = child.returncode
        if code not in {0, 1, 2}:
            raise JobFailedError(_last(told))
        try:
            return Done(code, orjson.loads(said))
        except orjson.JSONDecodeError:
            raise JobFailedError(_last(told or said)) from None


@asynccontextmanager
async def _started(arguments: tuple[str, ...]) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "decision_service", *arguments, "--json",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
    try:
        yield child
    finally:
        # What it started is in its session too.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, 9)
        await child.wait()


def _last(told: bytes) -> str:
    return " ".join(told.decode("utf-8", "replace").split())[-2000:]
