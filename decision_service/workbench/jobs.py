"""Long work of the workbench: our own commands as processes beside it, so that pages stay quick and a fault in a solver
ends nothing but itself."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson

from decision_service.progress import LINES, VARIABLE, Pace, line, read_line

NICENESS: Final = 10
"""What is asked here may wait for what is decided elsewhere on the same machine."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended (exit code 0 good, 1 findings, 2 misuse), and the JSON that it printed."""

    code: int
    said: Any


@dataclass(frozen=True, slots=True)
class Progress:
    """So many things are done, of so many."""

    done: float
    of: float

    @property
    def percent(self) -> int:
        """How much of all that is: 0 to 100."""
        return 0 if self.of <= 0 else max(0, min(100, int(100 * self.done / self.of)))


Hears = Callable[[Progress], None]
"""Whoever hears how far something is."""


class JobFailedError(Exception):
    """A command ended as none of ours does; the text is what it printed last."""


class Jobs:
    """Runs at most so many commands at once; others wait their turn."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def run(self, *arguments: str, told: Hears = lambda _: None) -> Done:
        """`miaopi ARGUMENTS --json`; `told` hears how far it is. Leaving (cancellation) ends the command. Raises
        JobFailedError."""
        async with self._places, _started("decision_service", *arguments, "--json") as child:
            said, wrong = await _ended(child, b"", told)
            code = child.returncode
        if code not in {0, 1, 2}:
            raise JobFailedError(_last(wrong))
        try:
            return Done(code, orjson.loads(said))
        except orjson.JSONDecodeError:
            raise JobFailedError(_last(wrong or said)) from None

    async def work(self, module: str, given: object, told: Hears = lambda _: None) -> Any:
        """Runs `module`, whose main part is `worked` below, with `given` (JSON); `told` hears how far it is. What it
        came to, as JSON. Leaving ends it. Raises JobFailedError."""
        async with self._places, _started(module) as child:
            said, wrong = await _ended(child, orjson.dumps(given), told)
            code = child.returncode
        if code or not said:
            raise JobFailedError(_last(wrong))
        return orjson.loads(said)


def worked(work: Callable[[Any, Callable[[float, float], None]], object]) -> None:
    """The main part of a module that `Jobs.work` runs: what it was given is worked on, and told of (done, of how many)
    a few times a second."""
    pace = Pace()

    def told(done: float, of: float) -> None:
        if pace.lets(done, of):
            sys.stderr.buffer.write(line(done, of))
            sys.stderr.buffer.flush()

    sys.stdout.buffer.write(orjson.dumps(work(orjson.loads(sys.stdin.buffer.read()), told)))
    sys.stdout.buffer.flush()


async def _ended(child: Process, given: bytes, told: Hears) -> tuple[bytes, bytes]:
    """What it printed, and what it said besides how far it was."""
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise AssertionError("a process without its pipes")
    wrong: deque[bytes] = deque(maxlen=_MOST_LINES)
    async with asyncio.TaskGroup() as group:
        said = group.create_task(child.stdout.read())
        group.create_task(_fed(child.stdin, given))
        async for one in child.stderr:
            far = read_line(one)
            if far is None:
                wrong.append(one)
            else:
                told(Progress(*far))
        await child.wait()
    return said.result(), b"".join(wrong)


async def _fed(pipe: asyncio.StreamWriter, content: bytes) -> None:
    with suppress(ConnectionError):  # it ended before it had read all: its exit code tells
        pipe.write(content)
        await pipe.drain()
        pipe.close()


@asynccontextmanager
async def _started(module: str, *arguments: str) -> AsyncIterator[Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**os.environ, VARIABLE: LINES},
        # Not a session of its own: where the kernel shares processors out among sessions, it would give way to none.
        process_group=0, limit=_MOST_LINE,
    )  # fmt: skip
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
    try:
        yield child
    finally:
        # What it started is in its group too.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, 9)
        await child.wait()


_MOST_LINE: Final = 16 * 1024 * 1024
_MOST_LINES: Final = 100
"""What it said last is told where it fails; a fault that comes again and again is not kept whole."""


def _last(told: bytes) -> str:
    """What it said at the end; a fault of ours tells there what it was, and above only where in the program."""
    lines = told.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[-500:] if lines else ""
