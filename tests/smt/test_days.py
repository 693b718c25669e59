"""Days of the encoding against the language's own functions: leap days, ends of months, ends of the calendar."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from decision_service.facts import Unknown
from decision_service.language import functions
from decision_service.readings.smt import calls, days, numbers
from decision_service.readings.smt.days import Calendar, Day
from decision_service.readings.smt.formulas import Formula, raw
from decision_service.readings.smt.numbers import Number, constant, unknown
from decision_service.readings.smt.values import Content, Length, Term, Text
from decision_service.readings.smt.workdays import WorkingDays
from tests.properties.deciding import thorough
from verifiers.kinds import Period

FIRST, LAST = date(1901, 1, 1), date(2099, 12, 31)
MONTHS = -1_000_000

ends = st.builds(date, st.integers(1901, 2099), st.integers(1, 12), st.just(1))
leap_days = st.integers(0, 48).map(lambda number: date(1904 + 4 * number, 2, 29))
around = st.builds(
    lambda day, more: date.fromordinal(max(FIRST.toordinal(), min(LAST.toordinal(), day.toordinal() + more))),
    st.one_of(ends, leap_days),
    st.integers(-2, 2),
)
some_days = st.one_of(st.dates(FIRST, LAST), around, leap_days)
some_months = st.one_of(st.integers(-40, 40), st.integers(-1300, 1300), st.integers(-30_000, 130_000))
some_numbers = st.one_of(st.integers(-40, 40), st.integers(-900_000, 3_000_000))


class Bench:
    """Unknown days and numbers, set to given ones: what a formula of them then comes to."""

    def __init__(self) -> None:
        self.calendar = Calendar()
        self.pins: list[Formula] = []
        self.count = 0

    def day(self, value: date, *, civil: bool = True) -> Day:
        """An unknown day that is this one."""
        self.count += 1
        if not civil:
            ordinal = Number(z3.Int(f"o{self.count}"), FIRST.toordinal(), LAST.toordinal())
            self.pins.append(ordinal.term == value.toordinal())
            return Day(self.calendar, None, ordinal)
        year, month, day = (z3.Int(f"{part}{self.count}") for part in "ymd")
        self.pins += [year == value.year, month == value.month, day == value.day]
        return Day(self.calendar, (Number(year, 1901, 2099), Number(month, 1, 12), Number(day, 1, 31)))

    def number(self, value: int, *, known: bool = False) -> Number:
        """A constant, or an unknown number that is this one."""
        if known:
            return constant(value)
        self.count += 1
        found = z3.Int(f"n{self.count}")
        self.pins.append(found == value)
        return unknown(found)

    def model(self) -> "z3.ModelRef":
        """The one model of the pins."""
        solver = z3.SimpleSolver()
        solver.add(*(raw(one) for one in (*self.pins, *self.calendar.defined)))
        assert solver.check() == z3.sat
        return solver.model()

    def whole(self, number: Number) -> int:
        """What a number comes to."""
        return self.wholes([number])[0]

    def wholes(self, several: Sequence[Number]) -> list[int]:
        """What numbers come to, in one model."""
        model = self.model()
        return [int(model.eval(one.term, model_completion=True).as_long()) for one in several]

    def date(self, day: Day) -> date:
        """What a day comes to; by its running number and by year, month and day alike."""
        ordinal, *civil = self.wholes([day.ordinal, *day.civil])
        found = date.fromordinal(ordinal)
        assert civil == [found.year, found.month, found.day]
        return found

    def true(self, formula: Formula) -> bool:
        """What a formula comes to."""
        return z3.is_true(self.model().eval(raw(formula), model_completion=True))


def call(function: str, arguments: list[Content]) -> Content:
    """A function of the language on encoded values."""
    return calls._PLAIN[function](arguments)


@thorough("smt_days", quick=15, full=3_000)
@given(some_days, some_months, some_numbers, st.booleans(), st.booleans(), st.sampled_from((1, -1)))
def test_a_period_leads_to_the_same_day(
    start: date, months: int, more: int, civil: bool, known: bool, sign: int
) -> None:
    """Months first, then days, by constants or by unknown numbers, from either form of a day, on or back."""
    for period in (Period(months, 0), Period(0, more), Period(months, more)):
        bench = Bench()
        day = bench.day(start, civil=civil)
        length = Length(bench.number(period.months, known=known), bench.number(period.days, known=known))
        assert bench.date(calls.moved(day, length, sign)) == functions.add_period(start, period, sign)


@thorough("smt_between", quick=20, full=3_000)
@given(some_days, some_days, st.booleans(), st.booleans())
def test_years_and_months_between_two_days(first: date, second: date, civil: bool, other: bool) -> None:
    """Birthdays on 29 February, ends of months, days in the wrong order; and which day is earlier."""
    bench = Bench()
    one, two = bench.day(first, civil=civil), bench.day(second, civil=other)
    assert bench.whole(days.years_between(one, two)) == functions.years_between(first, second)
    assert bench.whole(days.months_between(one, two)) == functions.months_between(first, second)
    assert bench.true(days.before(one, two)) == (first < second)
    assert bench.true(days.same_day(one, two)) == (first == second)
    earlier, later = call("earlier", [one, two]), call("later", [one, two])
    assert isinstance(earlier, Day)
    assert isinstance(later, Day)
    assert (bench.date(earlier), bench.date(later)) == (min(first, second), max(first, second))


@thorough("smt_birthdays", quick=15, full=2_000)
@given(
    some_days, st.integers(-5, 130), st.sampled_from(("1965-01", "1970-01", "1975-06")),
    st.sampled_from((2, 4, 0, -1)), st.integers(0, 60), st.booleans(),
)  # fmt: skip
def test_birthdays_months_after_and_retirement(
    born: date, age: int, first: str, step: int, most: int, known: bool
) -> None:
    """What is counted from a day of birth."""
    bench = Bench()
    day, number = bench.day(born), bench.number(age, known=known)
    birthday, after = call("birthday", [day, number]), call("month_after", [day])
    assert isinstance(birthday, Day)
    assert isinstance(after, Text)
    assert bench.date(birthday) == functions.add_months(born, 12 * age)
    year, month = functions.month_after(born).split("-")
    assert bench.whole(after.number) == MONTHS + int(year) * 12 + int(month) - 1
    begins = Text(constant(MONTHS + int(first[:4]) * 12 + int(first[5:]) - 1))
    retires = call("retirement_date", [day, number, begins, constant(step), bench.number(most, known=known)])
    assert isinstance(retires, Day)
    assert bench.date(retires) == functions.retirement_date(born, age, first, step, most)


def _weekdays(year: int) -> frozenset[date]:
    day, found = date(year, 1, 1), set()
    while day.year == year:
        if day.weekday() < 5 and (day.month, day.day) not in ((5, 1), (10, 1)):
            found.add(day)
        day = date.fromordinal(day.toordinal() + 1)
    return frozenset(found)


PUBLISHED = {2026: _weekdays(2026), 2027: _weekdays(2027), 2029: _weekdays(2029), 2031: frozenset[date]()}


@thorough("smt_working_days", quick=12, full=3_000)
@given(st.dates(date(2025, 12, 20), date(2031, 12, 31)), st.integers(-3, 300), st.booleans())
@pytest.mark.parametrize("civil", [True, False])
def test_working_days_end_where_the_calendar_is_not_published(
    civil: bool, start: date, number: int, known: bool
) -> None:
    """By a constant or an unknown number, out of a year that is not published, across years, over a gap."""
    bench = Bench()
    term: Term = WorkingDays(PUBLISHED).after(bench.day(start, civil=civil), bench.number(number, known=known))
    meant = functions.working_days_after(start, number, PUBLISHED)
    assert bench.true(term.causes.some) == isinstance(meant, Unknown)
    if not isinstance(meant, Unknown):
        assert isinstance(term.content, Day)
        assert bench.date(term.content) == meant


@pytest.mark.parametrize("work", [numbers.least, numbers.greatest])
@given(values=st.lists(st.integers(-50, 50), min_size=1, max_size=4))
@thorough("smt_least", quick=25, full=1_000)
def test_least_and_greatest(work: Callable[[list[Number]], Number], values: list[int]) -> None:
    """And that the bounds which they carry are true of them."""
    bench = Bench()
    found = work([Number(bench.number(value).term, value - 1, value + 2) for value in values])
    value = bench.whole(found)
    assert value == (min(values) if work is numbers.least else max(values))
    assert found.low is not None
    assert found.high is not None
    assert found.low <= value <= found.high
