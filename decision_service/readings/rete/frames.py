"""What passes between a worker and its second engine: length-prefixed JSON, with a tag on what JSON has no word for.

JSON and not pickle: a child whose memory the C engine has spoilt must not be able to make its parent run anything.
"""

import struct
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import cast

import orjson

from decision_service.facts import Cause, Fact, FactSheet, Unknown, Why
from decision_service.outcome import Outcome
from decision_service.verdict import Finding, ItemVerdict, State, Verdict
from verifiers.kinds import Period, Value

LENGTH = struct.Struct(">I")
"""Before each frame: the number of its bytes."""

MOST_BYTES = 16 * 1024 * 1024
"""A longer frame is garbage."""

LEARN = "learn"
"""The key of a frame that is no batch of sheets."""

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_TAG = "$"


class Word(StrEnum):
    """How a child answers for one sheet, and when it is to learn what is in the rules folder."""

    JUDGED = "judged"
    UNKNOWN_VERSION = "unknown_version"
    READING = "reading"
    KNOWS = "knows"
    FAULT = "fault"


class BadFrameError(Exception):
    """Bytes that are no frame of ours."""


def pack(content: object) -> bytes:
    """A frame. Raises BadFrameError for what is no value of ours."""
    try:
        body = orjson.dumps(content, default=_tagged, option=_OPTIONS)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadFrameError("a value that no frame can carry") from error
    if len(body) > MOST_BYTES:
        raise BadFrameError(f"a frame of {len(body)} bytes; at most {MOST_BYTES} pass")
    return LENGTH.pack(len(body)) + body


def unpack(body: bytes) -> object:
    """The JSON in a frame; the values in it are still tagged. Raises BadFrameError."""
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise BadFrameError("a frame that is no JSON") from error


def _tagged(value: object) -> object:
    match value:
        case Decimal():
            return {_TAG: "n", "v": str(value)}
        case date():
            return {_TAG: "d", "v": value.toordinal()}
        case Period():
            return {_TAG: "p", "v": [value.months, value.days]}
        case Unknown():
            return {_TAG: "u", "v": _causes(value.causes)}
        case Mapping():
            return dict(value)
        case _:
            raise TypeError


def _causes(causes: frozenset[Cause]) -> list[list[str]]:
    return [[cause.why, cause.source] for cause in causes]


def _fact(raw: object) -> Fact:
    if isinstance(raw, list):
        return tuple(cast("Value", _fact(element)) for element in raw)
    if not isinstance(raw, dict):
        return cast("Value", raw)
    if _TAG not in raw:
        return {name: cast("Value", _fact(value)) for name, value in raw.items()}
    content = raw["v"]
    match raw[_TAG]:
        case "n":
            return Decimal(content)
        case "d":
            return date.fromordinal(content)
        case "p":
            return Period(*content)
        case "u":
            return Unknown(_read_causes(content))
        case _:
            raise BadFrameError("a value of no known kind")


def _read_causes(raw: list[list[str]]) -> frozenset[Cause]:
    return frozenset(Cause(Why(why), source) for why, source in raw)


def sheet_content(sheet: FactSheet) -> list[object]:
    """A sheet without its calendar, to be packed."""
    return [sheet.as_of, sheet.form, sheet.registers, sheet.items, sheet.form_outcome]


def read_sheet(raw: object, calendar: Mapping[int, frozenset[date]]) -> FactSheet:
    """The sheet of `sheet_content`. Raises BadFrameError."""
    try:
        as_of, form, registers, items, outcome = cast("list[object]", raw)
        return FactSheet(
            cast("date", _fact(as_of)),
            cast("Mapping[str, Fact]", _fact(form)),
            cast("Mapping[str, Mapping[str, Value] | Unknown]", _fact(registers)),
            tuple(cast("list[str]", items)),
            None if outcome is None else Outcome(cast("str", outcome)),
            calendar,
        )
    except (KeyError, TypeError, ValueError, OverflowError, InvalidOperation) as error:
        raise BadFrameError("no sheet of facts") from error


def calendar_content(calendar: Mapping[int, frozenset[date]]) -> list[object]:
    """A calendar, to be packed."""
    return [[year, [day.toordinal() for day in days]] for year, days in calendar.items()]


def read_calendar(raw: object) -> dict[int, frozenset[date]]:
    """The calendar of `calendar_content`. Raises BadFrameError."""
    try:
        years = cast("list[tuple[int, list[int]]]", raw)
        return {year: frozenset(map(date.fromordinal, days)) for year, days in years}
    except (TypeError, ValueError, OverflowError) as error:
        raise BadFrameError("no calendar") from error


def verdict_content(verdict: Verdict) -> list[object]:
    """A verdict, to be packed."""
    findings = [
        [one.rule, one.state, one.outcome, one.alternative, _causes(one.causes), one.told] for one in verdict.findings
    ]
    items = [[one.item, one.outcome, one.amount] for one in verdict.items]
    return [verdict.outcome, findings, items, verdict.result, verdict.notes]


def read_verdict(raw: object) -> Verdict:
    """The verdict of `verdict_content`. Raises BadFrameError."""
    try:
        outcome, findings, items, result, notes = cast("list[list[list[object]]]", raw)
        return Verdict(
            Outcome(cast("str", outcome)),
            tuple(_finding(one) for one in findings),
            tuple(
                ItemVerdict(cast("str", item), Outcome(cast("str", one)), cast("Value", _fact(amount)))
                for item, one, amount in items
            ),
            cast("Mapping[str, Value]", _fact(result)),
            tuple(cast("list[str]", notes)),
        )
    except (KeyError, TypeError, ValueError, OverflowError, InvalidOperation, RecursionError) as error:
        raise BadFrameError("no verdict") from error


@lru_cache(4096)
def _bare(rule: str, state: str, outcome: str | None, alternative: int | None) -> Finding:
    """A finding that tells nothing, as most do: there are as many as rules and what can follow from each."""
    return Finding(rule, State(state), None if outcome is None else Outcome(outcome), alternative)


def _finding(raw: list[object]) -> Finding:
    rule, state, outcome, alternative, causes, told = raw
    if not causes and not told:
        return _bare(rule, state, outcome, alternative)
    return Finding(
        cast("str", rule),
        State(cast("str", state)),
        None if outcome is None else Outcome(cast("str", outcome)),
        cast("int | None", alternative),
        _read_causes(cast("list[list[str]]", causes)),
        cast("Mapping[str, Value]", _fact(told)),
    )
