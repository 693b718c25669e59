"""What every kind of connection must do, as checks that any test runner can run.

Who writes a kind brings a `Stand`: the other side, played so that it behaves as asked. With pytest:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
    def test_it_conforms(check):
        asyncio.run(check.run(MyStand()))
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, Protocol

from verifiers.conformance.sample import FACTS, FIRST, HOSTILE, NOBODY, QUICK, SECOND, question
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence, Status
from verifiers.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Iterator

Behaviour = Literal[
    "knows",
    "another_person",
    "two_records",
    "field_missing",
    "field_wrong",
    "undated",
    "old",
    "future",
    "garbage",
    "huge",
    "broken",
    "silent",
]
"""How the other side behaves. knows: as sample.PEOPLE, dated DATA_AS_OF. another_person: whoever is asked for, it
answers with the record of SECOND. two_records: there are two about the person. field_missing, field_wrong: `months` is
left out, is a text. undated, old, future: no date, OLD, FUTURE. garbage: what it says is not its format. huge: over 64
KiB. broken: it fails or hangs up. silent: it takes the question and says nothing."""


class NotPlayableError(Exception):
    """Raised by a stand where its medium can't behave so (a table has its columns); the text says why."""


class NonconformingError(AssertionError):
    """A check that a kind did not pass; the text says what was expected. Holds no value of the sample."""


class Stand(Protocol):
    """The other side, and a verifier of the kind that is tried, connected to it with sample.CLOCKS."""

    def playing(self, behaviour: Behaviour) -> AbstractAsyncContextManager[Verifier]:
        """The verifier while the other side behaves so. At the end both are closed. Raises NotPlayableError."""
        ...


@dataclass(frozen=True, slots=True)
class AdapterCheck:
    """One check. `run` raises NonconformingError, and NotPlayableError where the stand says so."""

    name: str
    run: Callable[[Stand], Awaitable[None]]


_GENEROUS: Final = 30.0
"""Seconds after which something hangs rather than answers."""


async def _ask(verifier: Verifier, subject: str = FIRST, *, quick: bool = False) -> Evidence:
    asked = question(subject, QUICK) if quick else question(subject)
    try:
        async with asyncio.timeout(_GENEROUS):
            return await verifier.ask(asked, Deadline.after(_GENEROUS))
    except TimeoutError:
        raise NonconformingError("nothing came back long after the register's own limit") from None
    except Exception as error:
        raise NonconformingError(f"raised {type(error).__name__}; what goes wrong is evidence") from error


def _expect(evidence: Evidence, *allowed: Status) -> None:
    if evidence.status not in allowed:
        raise NonconformingError(f"{' or '.join(allowed)} was expected, {evidence.status} ({evidence.fault}) came")
    if evidence.status != "ok" and evidence.facts:
        raise NonconformingError("there are facts, though it was not ok")
    if evidence.status == "error" and not evidence.fault:
        raise NonconformingError("an error must say in a word what was wrong (`fault`)")


async def _behaving(behaviour: Behaviour, allowed: tuple[Status, ...], stand: Stand) -> None:
    async with stand.playing(behaviour) as verifier:
        _expect(await _ask(verifier, quick=behaviour == "silent"), *allowed)


def _expect_facts(evidence: Evidence, subject: str) -> None:
    _expect(evidence, "ok")
    if dict(evidence.facts) != FACTS[subject]:
        raise NonconformingError("the facts are not those of the person asked about")


async def _knows(stand: Stand) -> None:
    async with stand.playing("knows") as verifier:
        for subject in (FIRST, SECOND, FIRST):
            evidence = await _ask(verifier, subject)
            _expect_facts(evidence, subject)
            if not evidence.digest or not evidence.request_id or not evidence.data_as_of or not evidence.wire:
                raise NonconformingError("digest, request_id, data_as_of and wire must be there")
        numbers = {(await _ask(verifier)).request_id for _ in range(3)}
        if len(numbers) != 3:
            raise NonconformingError("every answer must have a number (request_id) of its own")


async def _knows_nobody(stand: Stand) -> None:
    async with stand.playing("knows") as verifier:
        _expect(await _ask(verifier, NOBODY), "no_record")


async def _many_at_once(stand: Stand) -> None:
    async with stand.playing("knows") as verifier:
        subjects = [FIRST, SECOND] * 10
        for subject, evidence in zip(
            subjects, await asyncio.gather(*(_ask(verifier, subject) for subject in subjects)), strict=True
        ):
            _expect_facts(evidence, subject)


async def _hostile(stand: Stand) -> None:
    async with stand.playing("knows") as verifier:
        for subject in HOSTILE:
            _expect(await _ask(verifier, subject), "no_record", "error")
        _expect_facts(await _ask(verifier), FIRST)


async def _past_the_deadline(stand: Stand) -> None:
    async with stand.playing("knows") as verifier:
        _expect(await verifier.ask(question(FIRST), Deadline.after(0)), "timeout")


async def _own_deadline(stand: Stand) -> None:
    async with stand.playing("silent") as verifier, asyncio.timeout(_GENEROUS):
        _expect(await verifier.ask(question(FIRST), Deadline.after(0.2)), "timeout")


async def _given_up(stand: Stand) -> None:
    """Whoever asked goes away; the next one is none the worse, and closing does not wait for ever."""
    async with asyncio.timeout(_GENEROUS), stand.playing("silent") as verifier:
        asked = [asyncio.create_task(verifier.ask(question(FIRST), Deadline.after(_GENEROUS))) for _ in range(3)]
        await asyncio.sleep(0.05)
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        _expect(await _ask(verifier, quick=True), "timeout")


async def _closed(stand: Stand) -> None:
    async with stand.playing("knows") as verifier:
        pass
    _expect(await _ask(verifier, quick=True), "error", "timeout")


async def _nothing_personal(stand: Stand) -> None:
    behaviours: tuple[Behaviour, ...] = ("knows", "field_wrong", "garbage", "broken")
    with _listening() as lines:
        for behaviour in behaviours:
            try:
                async with stand.playing(behaviour) as verifier:
                    lines += [repr(await _ask(verifier, subject)) for subject in (NOBODY, HOSTILE[1])]
                    lines.append(str((await _ask(verifier)).fault))
            except NotPlayableError:
                continue
    if any(subject in line for line in lines for subject in (FIRST, SECOND, NOBODY)):
        raise NonconformingError("a personal value stands in a log line, a fault or a representation")


@contextmanager
def _listening() -> "Iterator[list[str]]":
    """Every line that is logged meanwhile, whatever its level."""
    lines: list[str] = []
    catcher = logging.Handler(0)
    catcher.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign] # a handler of four lines would be longer
    root = logging.getLogger()
    before = root.level
    root.addHandler(catcher)
    root.setLevel(0)
    try:
        yield lines
    finally:
        root.setLevel(before)
        root.removeHandler(catcher)


_EXPECTED: Final[tuple[tuple[Behaviour, tuple[Status, ...]], ...]] = (
    ("another_person", ("error",)),
    ("two_records", ("error",)),
    ("field_missing", ("error",)),
    ("field_wrong", ("error",)),
    ("undated", ("error",)),
    ("old", ("stale",)),
    ("future", ("error",)),
    ("garbage", ("error",)),
    ("huge", ("error",)),
    ("broken", ("error", "timeout")),
    ("silent", ("timeout",)),
)

CHECKS: Final[tuple[AdapterCheck, ...]] = (
    AdapterCheck("knows", _knows),
    AdapterCheck("knows_nobody", _knows_nobody),
    *(AdapterCheck(behaviour, partial(_behaving, behaviour, allowed)) for behaviour, allowed in _EXPECTED),
    AdapterCheck("many_at_once", _many_at_once),
    AdapterCheck("hostile_identifiers", _hostile),
    AdapterCheck("past_the_deadline", _past_the_deadline),
    AdapterCheck("own_deadline", _own_deadline),
    AdapterCheck("given_up", _given_up),
    AdapterCheck("closed", _closed),
    AdapterCheck("nothing_personal", _nothing_personal),
)
"""All of them. A kind conforms when each passes, or can't be played on its medium."""
