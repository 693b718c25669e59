"""One child process of the second engine, as its parent sees it: started, asked batch by batch, ended."""

import asyncio
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from decision_service.facts import FactSheet
from decision_service.readings.rete.frames import (
    LEARN,
    LENGTH,
    MOST_BYTES,
    BadFrameError,
    Word,
    calendar_content,
    pack,
    sheet_content,
    unpack,
)

MOST_CALENDARS = 8
"""How many calendars a child keeps; a service has one, and a new one after each reload of the rules."""

_ALLOCATOR = {
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "MALLOC_TOP_PAD_": "16777216",
}
"""A session of the engine is allocated and freed whole; without these glibc gives the pages back at every decision."""

Calendar = Mapping[int, frozenset[date]]


class ChildLostError(Exception):
    """The child ended, hung, or said what it must not say."""


class NotLearntError(Exception):
    """The child can't use what is in the rules folder, and judges what it knew. The text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child says to one sheet: a Word, and the verdict's content or what went wrong."""

    word: str
    content: object


def command_for(rules: Path) -> tuple[str, ...]:
    """How a child is started."""
    return (sys.executable, "-m", "decision_service.readings.rete.child", str(rules))


class Child:
    """A running child that has said which policy versions it knows."""

    def __init__(self, process: asyncio.subprocess.Process, digests: frozenset[str]) -> None:
        self.digests = digests
        self._process = process
        self._calendars: list[Calendar] = []
        self._sent = 0

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @staticmethod
    async def start(command: Sequence[str], seconds: float) -> "Child":
        """Starts a child and waits at most `seconds` until it has read the rules. Raises ChildLostError."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, **_ALLOCATOR},
            )
        except OSError as error:
            raise ChildLostError("it could not be started") from error
        try:
            async with asyncio.timeout(seconds):
                digests = await _receive(process)
        except BaseException as error:
            await _end(process)
            if isinstance(error, TimeoutError):
                raise ChildLostError(f"it had not read the rules after {seconds:g} s") from error
            raise
        if isinstance(digests, list) and all(isinstance(one, str) for one in digests):
            return Child(process, frozenset(digests))
        await _end(process)
        raise ChildLostError("its first word was not a list of versions")

    async def ask(self, sheets: Sequence[tuple[str, FactSheet]], seconds: float) -> list[Answer]:
        """The answers to a batch of (digest, sheet), in its order. Raises ChildLostError (then end the
        child), BadFrameError where a sheet can't be sent."""
        answers = await self._exchange(self._frame(sheets), seconds)
        try:
            found = [Answer(word, content) for word, content in cast("list[tuple[str, object]]", answers)]
        except (TypeError, ValueError) as error:
            raise ChildLostError("its answer was garbage") from error
        if len(found) != len(sheets):
            raise ChildLostError("it answered another question")
        return found

    async def learn(self, turn: int, kept: Collection[str], seconds: float) -> bool:
        """One step towards knowing what is in the rules folder now, besides those of `kept` that it knows: whether that
        was the last. The first of a `turn` begins anew. Raises NotLearntError, ChildLostError (then end the child)."""
        match await self._exchange(pack({LEARN: [turn, sorted(kept)]}), seconds):
            case [Word.READING]:
                return False
            case [Word.KNOWS, [*digests]]:
                self.digests = frozenset(map(str, digests))
                return True
            case [Word.FAULT, str(why)]:
                raise NotLearntError(why)
            case _:
                raise ChildLostError("its answer was garbage")

    async def _exchange(self, frame: bytes, seconds: float) -> object:
        stdin = self._process.stdin
        try:
            async with asyncio.timeout(seconds):
                if stdin is not None:
                    stdin.write(frame)
                    await stdin.drain()
                return await _receive(self._process)
        except TimeoutError as error:
            raise ChildLostError(f"it did not answer within {seconds:g} s") from error
        except OSError as error:
            raise ChildLostError("it has gone") from error

    async def end(self) -> None:
        """Ends it at once; it holds nothing worth keeping. Returns or raises only when it has ended."""
        await _end(self._process)

    @property
    def ended(self) -> bool:
        """Whether the process has ended by itself."""
        return self._process.returncode is not None

    async def until_ended(self) -> None:
        """Waits for that."""
        await self._process.wait()

    def _frame(self, sheets: Sequence[tuple[str, FactSheet]]) -> bytes:
        calendars, sent = self._calendars, self._sent
        asked = []
        for digest, sheet in sheets:
            number, unseen = self._calendar(sheet.calendar)
            calendar = calendar_content(sheet.calendar) if unseen else None
            asked.append((digest, number, calendar, sheet_content(sheet)))
        try:
            return pack(asked)
        except BadFrameError:
            self._calendars, self._sent = calendars, sent
            raise

    def _calendar(self, calendar: Calendar) -> tuple[int, bool]:
        """The number under which the child knows a calendar, and whether it must be told of it first."""
        for place, known in enumerate(reversed(self._calendars), start=1):
            if known is calendar:
                return (self._sent - place) % MOST_CALENDARS, False
        self._calendars = [*self._calendars[1 - MOST_CALENDARS :], calendar]
        self._sent += 1
        return (self._sent - 1) % MOST_CALENDARS, True


async def _receive(process: asyncio.subprocess.Process) -> object:
    if process.stdout is None:
        raise ChildLostError("it has no output")
    try:
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        if length > MOST_BYTES:
            raise ChildLostError("its answer was garbage")
        return unpack(await process.stdout.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise ChildLostError("it has gone") from error
    except BadFrameError as error:
        raise ChildLostError("its answer was garbage") from error


async def _end(process: asyncio.subprocess.Process) -> None:
    """A child must be waited for even if whoever ends it is ended meanwhile."""
    ending = asyncio.create_task(_killed(process), name="second engine: ending a child")
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        await ending
        raise


async def _killed(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
        with suppress(OSError):
            await process.stdin.wait_closed()
    await process.wait()
