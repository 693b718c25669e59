"""Long work of the workbench: our own commands as processes beside it, so that pages stay quick and a fault in a solver
ends nothing but itself."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import IO, Any, Final

import orjson

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

    done: int
    of: int


class JobFailedError(Exception):
    """A command ended as none of ours does; the text is what it printed last."""


class Jobs:
    """Runs at most so many commands at once; others wait their turn."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def run(self, *arguments: str) -> Done:
        """`miaopi ARGUMENTS --json`. Leaving (cancellation) ends the command. Raises JobFailedError."""
        async with self._places, _started("decision_service", *arguments, "--json") as child:
            said, told = await child.communicate()
            code = child.returncode
        if code not in {0, 1, 2}:
            raise JobFailedError(_last(told))
        try:
            return Done(code, orjson.loads(said))
        except orjson.JSONDecodeError:
            raise JobFailedError(_last(told or said)) from None

    async def work(self, module: str, given: object, told: Callable[[Progress], None] = lambda _: None) -> Any:
        """Runs `module`, whose main part is `worked` below, with `given` (JSON); `told` hears how far it is. What it
        came to, as JSON. Leaving ends it. Raises JobFailedError."""
        came: list[Any] = []
        async with self._places, _started(module, stdin=asyncio.subprocess.PIPE) as child, asyncio.TaskGroup() as group:
            if child.stdin is None or child.stdout is None or child.stderr is None:
                raise AssertionError("a process without its pipes")
            wrong = group.create_task(child.stderr.read())
            group.create_task(_fed(child.stdin, orjson.dumps(given)))
            async for line in child.stdout:
                name, said = orjson.loads(line)
                if name == "told":
                    told(Progress(*said))
                else:
                    came.append(said)
            code = await child.wait()
        if code or not came:
            raise JobFailedError(_last(wrong.result()))
        return came[0]


def worked(work: Callable[[Any, Callable[[int, int], None]], object]) -> None:
    """The main part of a module that `Jobs.work` runs: what it was given is worked on, and told of (done, of how many)
    a few times a second."""
    out, last = sys.stdout.buffer, 0.0

    def told(done: int, of: int) -> None:
        nonlocal last
        if monotonic() - last >= _TELL_SECONDS or done in {0, of}:
            last = monotonic()
            _said(out, ["told", [done, of]])

    _said(out, ["came", work(orjson.loads(sys.stdin.buffer.read()), told)])


_TELL_SECONDS: Final = 0.2
_MOST_BYTES: Final = 256 * 1024 * 1024


def _said(out: IO[bytes], what: object) -> None:
    out.write(orjson.dumps(what) + b"\n")
    out.flush()


async def _fed(pipe: asyncio.StreamWriter, content: bytes) -> None:
    with suppress(ConnectionError):  # it ended before it had read all: its exit code tells
        pipe.write(content)
        await pipe.drain()
        pipe.close()


@asynccontextmanager
async def _started(module: str, *arguments: str, stdin: int = asyncio.subprocess.DEVNULL) -> AsyncIterator[Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=stdin, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        # Not a session of its own: where the kernel shares processors out among sessions, it would give way to none.
        # In the child, since the loop of the server (uvloop) knows no argument for a group of processes.
        preexec_fn=os.setpgrp, limit=_MOST_BYTES,
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


def _last(told: bytes) -> str:
    """What it said at the end; a fault of ours tells there what it was, and above only where in the program."""
    lines = told.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[-500:] if lines else ""
