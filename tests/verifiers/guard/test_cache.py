"""The cache against a model: a plain list of everything that was ever handed in, searched from the end."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.sizes import size
from tests.verifiers.guard.acting import CREDIT, KEPT, NOON, NUMBERS, PLAIN, question
from verifiers.evidence import Evidence
from verifiers.guard.cache import Cache, Ticket, may_keep
from verifiers.guard.marks import Marks

PEOPLE = ["210100193505208826", "210100194603168850", "21010019310315882X"]
REGISTERS = [replace(KEPT, name="cards"), replace(KEPT, name="firms", cache_seconds=20, max_age_hours=1)]
MOST = 3
WHO, WHICH = st.integers(0, 2), st.integers(0, 1)


@dataclass
class Handed:
    """An answer that was handed in: whose, by which register, until when good, and of when its facts are."""

    who: int
    which: int
    number: int
    until: float
    dated: float | None
    about: set[int]
    used: int = 0


class CacheMachine(RuleBasedStateMachine):
    """Answers are kept, looked for, outlived and erased; time moves in steps of five seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.steps, self.numbers = 0.0, 0, 0
        self.marks = Marks()
        self.cache = Cache(self.marks, MOST, lambda: self.now, lambda: NOON + timedelta(seconds=self.now))
        self.handed: list[Handed] = []
        self.tickets: list[tuple[Ticket, float, bool]] = []

    def asked(self, who: int, which: int) -> tuple[bytes, object]:
        put = question(REGISTERS[which], PEOPLE[who])
        mark = self.marks.question(put)
        assert mark is not None
        return mark, put

    @rule()
    def go_out(self) -> None:
        self.tickets.append((self.cache.ticket(), self.now, False))

    @rule(
        who=WHO, which=WHICH, status=st.sampled_from(["ok", "ok", "no_record", "stale", "error", "timeout"]),
        hours=st.sampled_from([0.0, 0.5, 0.99, 23.99]), other=WHO,
    )  # fmt: skip
    def come_back(self, who: int, which: int, status: str, hours: float, other: int) -> None:
        if not self.tickets:
            self.go_out()
        ticket, asked_at, purged = self.tickets.pop(0)
        mark, put = self.asked(who, which)
        self.numbers, self.steps = self.numbers + 1, self.steps + 1
        dated = self.now - hours * 3600
        written = (NOON + timedelta(seconds=dated)).isoformat() if status == "ok" else None
        facts = {"roles": [{"owner_id": PEOPLE[other]}]} if status == "ok" else {}
        evidence = Evidence(put.register.name, status, facts, written, f"r-{self.numbers}", wire=b"signed")
        self.cache.keep(mark, put, evidence, ticket)
        if purged or status not in ("ok", "no_record"):
            return
        seconds = put.register.cache_seconds if status == "ok" else min(put.register.cache_seconds, 30)
        about = {who, other} if status == "ok" else {who}
        self.handed = [one for one in self.handed if (one.who, one.which) != (who, which)]
        when = dated if status == "ok" else None
        self.handed.append(Handed(who, which, self.numbers, asked_at + seconds, when, about, self.steps))
        if len(self.handed) > MOST:
            self.handed.remove(min(self.handed, key=lambda one: one.used))

    @rule(place=st.integers(0, MOST - 1))
    def look_at_one_that_was_handed_in(self, place: int) -> None:
        if self.handed:
            one = self.handed[place % len(self.handed)]
            self.look(one.who, one.which)

    @rule(who=WHO, which=WHICH)
    def look(self, who: int, which: int) -> None:
        self.steps += 1
        mark, put = self.asked(who, which)
        found = self.cache.find(mark, put)
        model = next((one for one in self.handed if (one.who, one.which) == (who, which)), None)
        if model is not None:
            young = model.dated is None or self.now - model.dated <= put.register.max_age_hours * 3600
            if self.now >= model.until or not young:
                self.handed.remove(model)
                model = None
            else:
                model.used = self.steps
        assert (found is None) == (model is None)
        if found is not None and model is not None:
            told = (found.request_id, found.origin, found.wire, found.elapsed_ms)
            assert told == (f"r-{model.number}", "cached", None, 0)

    @rule(fives=st.sampled_from([1, 1, 2, 4, 7, 60, 118, 720]))
    def wait(self, fives: int) -> None:
        self.now += 5 * fives

    @rule(who=WHO, small=st.booleans())
    def purge(self, who: int, small: bool) -> None:
        gone = [one for one in self.handed if who in one.about]
        assert self.cache.purge(PEOPLE[who].lower() if small else PEOPLE[who]) == len(gone)
        self.handed = [one for one in self.handed if who not in one.about]
        self.tickets = [(ticket, at, True) for ticket, at, _ in self.tickets]

    @invariant()
    def agrees(self) -> None:
        assert len(self.cache) == len(self.handed) <= MOST


TestCache = CacheMachine.TestCase
TestCache.settings = settings(max_examples=size("cache", quick=100, full=20_000), stateful_step_count=50, deadline=None)


@pytest.mark.parametrize(
    ("register", "more", "kept"),
    [
        (PLAIN, {}, False),
        (KEPT, {}, True),
        (CREDIT, {}, False),
        (NUMBERS, {}, False),
        (replace(KEPT, cached_when_asked_with=("uscc",)), {}, False),
        (replace(KEPT, cached_when_asked_with=("uscc",)), {"uscc": "91210100MA0000000X"}, True),
    ],
)
def test_only_what_the_catalogue_allows_is_kept(register: object, more: dict, kept: bool) -> None:
    assert may_keep(question(register, **more)) == kept


@given(st.sampled_from(["register", "matter", "purpose", "subject", "params", "asked_with"]))
def test_a_question_that_differs_in_anything_has_another_mark(part: str) -> None:
    marks, put = Marks(), question()
    other = {"register": KEPT, "params": {"id_no": "another"}, "asked_with": ("id_no", "father_id")}.get(
        part, "another"
    )
    changed = replace(put, **{part: other})
    assert marks.question(put) == marks.question(replace(put, application_id="SB2"))
    assert marks.question(put) != marks.question(changed)
    assert Marks().question(put) != marks.question(put)  # another process: another key


def test_marks_hold_nothing_of_a_person() -> None:
    marks = Marks()
    for mark in (marks.question(question()), marks.person(PEOPLE[0])):
        assert mark is not None
        assert len(mark) == 16
        assert PEOPLE[0].encode() not in mark
    assert marks.question(question(more={1, 2})) is None  # no JSON: not to be shared


@pytest.mark.parametrize("used", [True, False])
def test_an_answer_that_was_used_or_kept_anew_is_the_last_to_go(used: bool) -> None:
    marks = Marks()
    cache = Cache(marks, 2, lambda: 0.0, lambda: NOON)
    for step, number in enumerate((1, 2, 1, 3)):
        put = question(KEPT, f"person {number}")
        mark = marks.question(put)
        assert mark is not None
        if step == 2 and used:
            assert cache.find(mark, put) is not None
        else:
            cache.keep(mark, put, Evidence("cards", "no_record"), cache.ticket())
    held = [cache.purge(f"person {number}") for number in (1, 2, 3)]
    assert held == [1, 0, 1]


def test_an_answer_without_end_is_not_kept() -> None:
    marks = Marks()
    cache = Cache(marks, 10, lambda: 0.0, lambda: NOON)
    put = question(KEPT)
    mark = marks.question(put)
    assert mark is not None
    for length, kept in ((17_000, 0), (1_000, 1)):
        evidence = Evidence("cards", "ok", {"name": "名" * length}, NOON.isoformat())
        cache.keep(mark, put, evidence, cache.ticket())
        assert len(cache) == kept
