"""Answers kept for the next application, only where the catalogue allows it."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verifiers.deadline import Clock
from verifiers.evidence import Evidence
from verifiers.freshness import age, live_moment
from verifiers.guard.marks import Marks
from verifiers.registers import Register
from verifiers.verifier import Question

NEGATIVE_SECONDS = 30.0
"""How long "no record" is kept at most: a record that was just made must soon be seen."""

MOST_TEXT = 16 * 1024
"""Characters of text in an answer beyond which it is not kept, so that memory stays bounded."""

_NUMBER_LENGTHS = range(15, 19)
"""ID numbers have 15 or 18 characters, credit codes 18, old registration numbers 15."""


def may_keep(question: Question) -> bool:
    """Whether the catalogue lets an answer to this question be used for the next application."""
    register = question.register
    if register.cache_seconds <= 0 or register.asked_once or register.allocator:
        return False
    needed = register.cached_when_asked_with
    return not needed or any(name in question.asked_with and name in question.params for name in needed)


@dataclass(frozen=True, slots=True)
class Ticket:
    """When a question went out (seconds), and how many erasures there had been by then."""

    asked_at: float
    purges: int


@dataclass(frozen=True, slots=True)
class _Kept:
    evidence: Evidence
    register: Register
    until: float
    persons: frozenset[bytes]


class Cache:
    """The answers kept, by the mark of their question; the least used one goes first when there are too many.

    What is kept is judged again when it is used: an answer grown older than the register's limit is not served.
    """

    def __init__(self, marks: Marks, most: int, clock: Clock, now: Callable[[], datetime]) -> None:
        """`now` is the instant, with an offset, at which freshness is judged."""
        self._marks = marks
        self._most = most
        self._clock = clock
        self._now = now
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._purges = 0

    def __len__(self) -> int:
        """How many answers are kept, those included that are out of date and not yet dropped."""
        return len(self._kept)

    def find(self, mark: bytes, question: Question) -> Evidence | None:
        """An answer to the question marked so, good now."""
        kept = self._kept.get(mark)
        if kept is None:
            return None
        if kept.register != question.register or self._clock() >= kept.until or not self._is_fresh(kept):
            del self._kept[mark]
            return None
        self._kept.move_to_end(mark)
        return kept.evidence

    def ticket(self) -> Ticket:
        """To be taken when a question goes out, and handed in with its answer."""
        return Ticket(self._clock(), self._purges)

    def keep(self, mark: bytes, question: Question, evidence: Evidence, ticket: Ticket) -> None:
        """Keep an answer to a question that `may_keep`. Times count from when it was asked.

        Only facts and "no record" are kept, and nothing that was asked before the last erasure.
        """
        seconds = float(question.register.cache_seconds)
        match evidence.status:
            case "ok":
                pass
            case "no_record":
                seconds = min(seconds, NEGATIVE_SECONDS)
            case _:
                return
        texts = [question.subject, *_texts(question.params), *_texts(evidence.facts)]
        if ticket.purges != self._purges or sum(map(len, texts)) > MOST_TEXT:
            return
        persons = frozenset(
            self._marks.person(text) for text in texts if text == question.subject or len(text) in _NUMBER_LENGTHS
        )
        stripped = replace(evidence, origin="cached", credential=None, wire=None, elapsed_ms=0)
        self._kept[mark] = _Kept(stripped, question.register, ticket.asked_at + seconds, persons)
        self._kept.move_to_end(mark)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def purge(self, subject: str) -> int:
        """Forget every answer in which this ID number or credit code stands, as the subject, a parameter or a fact;
        answers still out are not kept. How many were forgotten."""
        self._purges += 1
        person = self._marks.person(subject)
        theirs = [mark for mark, kept in self._kept.items() if person in kept.persons]
        for mark in theirs:
            del self._kept[mark]
        return len(theirs)

    def _is_fresh(self, kept: _Kept) -> bool:
        if kept.evidence.status == "no_record":
            return True
        old = age(kept.evidence.data_as_of, live_moment(self._now()))
        return isinstance(old, timedelta) and old <= timedelta(hours=kept.register.max_age_hours)


def _texts(value: object) -> Iterator[str]:
    """Every text in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
