"""Coverage laid over the source: each line of the file with what is shown and what is missing on it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal as OneOfText

from decision_service.covering.measured import Coverage, Seen

State = OneOfText["plain", "shown", "missing"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters of a line that stand alike; `by` names the goals there and the cases that show them."""

    text: str
    state: State
    by: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a rule file, counted from 1, with the goals whose place begins on it."""

    number: int
    stretches: tuple[Stretch, ...]
    seen: tuple[Seen, ...]

    @property
    def text(self) -> str:
        """The line as it is written."""
        return "".join(one.text for one in self.stretches)

    @property
    def missing(self) -> tuple[Seen, ...]:
        """The goals of this line that no case shows."""
        return tuple(one for one in self.seen if not one.by)

    @property
    def state(self) -> State:
        """How the line stands as a whole."""
        if not self.seen:
            return "plain"
        return "missing" if self.missing else "shown"


def lines(coverage: Coverage) -> Iterator[Line]:
    """Every line of the version's file, from its beginning to where its worked cases begin."""
    if not coverage.seen:
        return
    text = coverage.seen[0].goal.span.source.text
    begins: dict[int, list[Seen]] = defaultdict(list)
    for one in coverage.seen:
        begins[one.goal.span.line].append(one)
    states = _states(text, coverage)
    at = 0
    for number, written in enumerate(text.split("\n"), 1):
        if written.startswith("cases:"):
            return
        yield Line(number, tuple(_stretches(written, at, states)), tuple(begins[number]))
        at += len(written) + 1


def folded(found: Iterable[Line]) -> Iterator[Line | None]:
    """The lines, each long stretch on which nothing is to be shown cut to its ends, with None where lines are left
    out."""
    for plain, stretch in groupby(found, lambda line: line.state == "plain"):
        alike = list(stretch)
        if plain and len(alike) > 2 * ENDS + 1:
            yield from (*alike[:ENDS], None, *alike[-ENDS:])
        else:
            yield from alike


ENDS = 3
"""How many lines of a stretch are left at either end."""


def _states(text: str, coverage: Coverage) -> list[tuple[State, str]]:
    """How each character stands: missing where any goal over it is missing; named by the goals that begin there."""
    states: list[tuple[State, str]] = [("plain", "")] * len(text)
    # Wider places first, so that what stands inside one keeps its own words.
    for one in sorted(coverage.seen, key=lambda one: (one.goal.span.start - one.goal.span.end, not one.by)):
        span = one.goal.span
        said = f"{one.goal.what.zh}：{'、'.join(one.by[:MOST]) or '—'}"
        for place in range(span.start, span.end):
            state, before = states[place]
            if not one.by:
                states[place] = ("missing", said)
            elif state != "missing":
                states[place] = ("shown", f"{before}\n{said}" if _begins_there(before, one, place) else said)
    return states


def _begins_there(before: str, one: Seen, place: int) -> bool:
    """Whether words of another goal of the same place stand there already."""
    return bool(before) and one.goal.span.start <= place and before.count("\n") < MOST


MOST = 4
"""How many names are given where there are many."""


def _stretches(written: str, at: int, states: list[tuple[State, str]]) -> Iterator[Stretch]:
    place = 0
    for (state, by), characters in groupby(states[at : at + len(written)]):
        length = len(list(characters))
        yield Stretch(written[place : place + length], state, by)
        place += length
    if not written:
        yield Stretch("", "plain")
