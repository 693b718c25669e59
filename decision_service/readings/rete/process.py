"""The second engine beside a worker: asked from asyncio, in a process of its own, replaced when it fails.

A crash, a hang or garbage of the child costs an EngineUnavailable for what it was working on, never more: the C engine
shares no memory with the first engine, and its work does not hold up the event loop.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from decision_service.facts import FactSheet
from decision_service.readings.rete.frames import BadFrameError, Word, read_verdict
from decision_service.readings.rete.spawned import Answer, Child, ChildLostError, NotLearntError, command_for
from decision_service.verdict import Verdict

MOST_WAITING = 1000
"""More sheets than this in line are turned away at once."""

MOST_IN_A_BATCH = 32
START_SECONDS = 60.0
STEADY_SECONDS = 10.0
"""A child that worked as long as this is replaced without delay."""

FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0
READ_SECONDS = 600.0
"""For a child to read hundreds of matters on a busy machine. Whoever starts it does not wait as long."""
BETWEEN_STEPS_SECONDS = 0.02
"""Between two steps of a child that learns new rules."""


class EngineUnavailable(Exception):  # noqa: N818 - it names a state of the engine; callers refer the application
    """There is no second opinion: nothing was decided. The message names no person."""


@dataclass(frozen=True, slots=True)
class _Asked:
    digest: str
    sheet: FactSheet
    answer: "asyncio.Future[Verdict]"


@dataclass(frozen=True, slots=True)
class _Step:
    """A child is to learn; `is_last`: whether it has."""

    turn: int
    kept: Collection[str]
    is_last: "asyncio.Future[bool]"


class SecondEngine:
    """The second engine of one worker, for all versions in a rules folder. Belongs to one event loop."""

    def __init__(self, rules: Path, *, patience: float = 1.0, command: Sequence[str] | None = None) -> None:
        """`patience`: seconds after which a child that is silent is taken for hung, and killed."""
        self._command = command_for(rules) if command is None else tuple(command)
        self._patience = patience
        self._waiting: deque[_Asked] = deque()
        self._wanted = asyncio.Event()
        self._ready = asyncio.Event()
        self._child: Child | None = None
        self._step: _Step | None = None
        self._learning = asyncio.Lock()
        self._turn = 0
        self._keeper: asyncio.Task[None] | None = None
        self.replaced = 0
        self.last_fault = ""

    @property
    def ready(self) -> bool:
        """Whether a child is there that has read the rules."""
        return self._ready.is_set()

    @property
    def digests(self) -> frozenset[str]:
        """The policy versions that the child knows; none while there is no child."""
        return frozenset() if self._child is None else self._child.digests

    @property
    def pid(self) -> int | None:
        """The child's process id, for the operator."""
        return None if self._child is None else self._child.pid

    async def start(self, seconds: float = START_SECONDS) -> None:
        """Starts the child and waits until it is ready. Raises EngineUnavailable; it is tried again all the same."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name="second engine")
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError as error:
            raise EngineUnavailable(
                f"the second engine did not start within {seconds:g} s: {self.last_fault}"
            ) from error

    async def judge(self, digest: str, sheet: FactSheet, timeout: float) -> Verdict:  # noqa: ASYNC109 - the caller's own remaining time
        """The verdict of the version `digest` on a sheet. Raises EngineUnavailable, after `timeout` seconds at most."""
        if self._keeper is None or len(self._waiting) >= MOST_WAITING:
            raise EngineUnavailable(
                "the second engine is not running" if self._keeper is None else "too many wait for it"
            )
        loop = asyncio.get_running_loop()
        asked = _Asked(digest, sheet, loop.create_future())
        self._waiting.append(asked)
        self._wanted.set()
        late = loop.call_later(timeout, _turn_away, (asked,), f"no second opinion within {timeout * 1000:.0f} ms")
        try:
            return await asked.answer
        finally:
            late.cancel()

    async def reload(self, needed: Collection[str] = (), kept: Collection[str] = ()) -> None:
        """Has the child learn what is in the rules folder now, besides those of `kept` that it knows, while it goes on
        judging; returns when it knows all of `needed`. Raises EngineUnavailable."""
        async with self._learning:
            self._turn += 1
            try:
                async with asyncio.timeout(READ_SECONDS):
                    while not await self._learns(kept):  # noqa: ASYNC110 - another process, which is asked step by step
                        await asyncio.sleep(BETWEEN_STEPS_SECONDS)
            except TimeoutError as error:
                why = f"the second engine had not read the new rules after {READ_SECONDS:g} s"
                raise EngineUnavailable(why) from error
        if not self.digests.issuperset(needed):
            raise EngineUnavailable("the second engine read other rules than those that are wanted")

    async def _learns(self, kept: Collection[str]) -> bool:
        """One step: whether it was the last."""
        if self._keeper is None:
            raise EngineUnavailable("the second engine is not running")
        self._step = _Step(self._turn, kept, asyncio.get_running_loop().create_future())
        self._wanted.set()
        return await self._step.is_last

    async def close(self) -> None:
        """Ends the child; whoever still waits gets EngineUnavailable."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
        self._ready.clear()
        _turn_away(self._waiting, "the second engine is closed")
        if self._step is not None:
            _refuse(self._step, EngineUnavailable("the second engine is closed"))
        self._waiting.clear()

    async def _keep(self) -> None:
        """Always has a child: starts one, lets it serve, and after a fault the next one, ever more slowly."""
        loop, delay = asyncio.get_running_loop(), 0.0
        while True:
            started = loop.time()
            try:
                self._child = await Child.start(self._command, READ_SECONDS)
                self._ready.set()
                await self._serve(self._child)
            except Exception as error:  # noqa: BLE001 - whatever a child has made of us, there is to be a next one
                self.last_fault = str(error) if isinstance(error, ChildLostError) else type(error).__name__
                self.replaced += 1
                delay = (
                    0.0 if loop.time() - started > STEADY_SECONDS else min(LONGEST_DELAY, max(FIRST_DELAY, delay * 2))
                )
            finally:
                self._ready.clear()
                gone, self._child = self._child, None
                if gone is not None:
                    await gone.end()
            await asyncio.sleep(delay)

    async def _serve(self, child: Child) -> NoReturn:
        """Serves until the child is lost. Raises ChildLostError."""
        watch = asyncio.create_task(child.until_ended(), name="second engine: its end")
        watch.add_done_callback(lambda _: self._wanted.set())
        try:
            await self._serve_batches(child)
        finally:
            watch.cancel()

    async def _serve_batches(self, child: Child) -> NoReturn:
        while True:
            if child.ended:
                raise ChildLostError("it has gone")
            step, self._step = self._step, None
            if step is not None:
                await self._take(step, child)
            batch = self._batch()
            if not batch:
                self._wanted.clear()
                await self._wanted.wait()
                continue
            try:
                answers = await child.ask([(one.digest, one.sheet) for one in batch], self._patience)
            except BadFrameError as error:
                _turn_away(batch, str(error))
                continue
            except ChildLostError as error:
                _turn_away(batch, f"the second engine was lost: {error}")
                raise
            except asyncio.CancelledError:
                _turn_away(batch, "the second engine is closed")
                raise
            for one, answer in zip(batch, answers, strict=True):
                if not one.answer.done():
                    _settle(one, answer)

    async def _take(self, step: _Step, child: Child) -> None:
        """Raises ChildLostError."""
        try:
            found = await child.learn(step.turn, step.kept, self._patience)
        except NotLearntError as error:
            why = EngineUnavailable(f"the second engine did not take the new rules: {error}")
        except ChildLostError as error:
            _refuse(step, EngineUnavailable(f"the second engine was lost over the new rules: {error}"))
            raise
        except asyncio.CancelledError:
            _refuse(step, EngineUnavailable("the second engine is closed"))
            raise
        else:
            if not step.is_last.done():
                step.is_last.set_result(found)
            return
        _refuse(step, why)

    def _batch(self) -> list[_Asked]:
        """What waits, without those who have gone."""
        batch: list[_Asked] = []
        while self._waiting and len(batch) < MOST_IN_A_BATCH:
            asked = self._waiting.popleft()
            if not asked.answer.done():
                batch.append(asked)
        return batch


def _refuse(step: _Step, why: EngineUnavailable) -> None:
    if not step.is_last.done():
        step.is_last.set_exception(why)


def _turn_away(those: Sequence[_Asked] | deque[_Asked], why: str) -> None:
    for one in those:
        if not one.answer.done():
            one.answer.set_exception(EngineUnavailable(why))


def _settle(asked: _Asked, answer: Answer) -> None:
    match answer.word:
        case Word.JUDGED:
            try:
                asked.answer.set_result(read_verdict(answer.content))
            except BadFrameError:
                asked.answer.set_exception(EngineUnavailable("the second engine's verdict was garbage"))
        case Word.UNKNOWN_VERSION:
            why = "the second engine does not know this version; let it reload the rules"
            asked.answer.set_exception(EngineUnavailable(why))
        case _:
            asked.answer.set_exception(EngineUnavailable(f"the second engine failed: {answer.content}"))
