"""Days of the encoding: year, month and day side by side, or a running number; each is made from the other only where
something asks for it. The calendar is the proleptic Gregorian one, as `datetime.date` has it."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import z3

from decision_service.readings.smt import numbers
from decision_service.readings.smt.counting import Civil, last_day, leap, ordinal_of, within
from decision_service.readings.smt.formulas import Formula, conj, disj, neg
from decision_service.readings.smt.numbers import Number, constant, less, minus, pick, plus

FIRST, LAST = date.min.toordinal(), date.max.toordinal()
_FEW = 28
"""So many days lead into the neighbouring month at most."""
_SOME = 400
"""So many days are counted month by month."""


class Calendar:
    """Makes what has no formula of its own: the civil date of a running number. `defined` says what it must be."""

    def __init__(self) -> None:
        self.defined: list[Formula] = []
        self._civil: dict[int, tuple[Number, Civil]] = {}

    def civil_of(self, ordinal: Number) -> Civil:
        """Fresh year, month and day, defined by the running number that they come to; there is exactly one, made once
        for each running number."""
        if isinstance(ordinal.constant, int):
            known = date.fromordinal(ordinal.constant)
            return constant(known.year), constant(known.month), constant(known.day)
        if ordinal.term.get_id() not in self._civil:
            self._civil[ordinal.term.get_id()] = (ordinal, self._new(ordinal))
        return self._civil[ordinal.term.get_id()][1]

    def _new(self, ordinal: Number) -> Civil:
        low, high = (date.fromordinal(max(FIRST, min(LAST, int(edge)))) if edge is not None else None
                     for edge in (ordinal.low, ordinal.high))  # fmt: skip
        year = Number(z3.FreshConst(z3.IntSort(), "year"), low.year if low else 1, high.year if high else 9999)
        month = Number(z3.FreshConst(z3.IntSort(), "month"), 1, 12)
        day = Number(z3.FreshConst(z3.IntSort(), "day"), 1, 31)
        self.defined += [*within(year, month, day), numbers.equal(ordinal_of(year, month, day), ordinal)]
        self.defined += _hints(year, month, day, ordinal)
        return year, month, day


def _hints(year: Number, month: Number, day: Number, ordinal: Number) -> list[Formula]:
    """What follows from how a day is counted, said without quotients or cases so that a solver finds it at once: 400
    years have 146097 days, and 5 months some 153."""
    years, months = year.term - 1, month.term - 1
    since = 400 * ordinal.term - 146097 * years
    inside = 1000 * (ordinal.term - day.term) - 365243 * years - 30600 * months
    return [since >= -400, since <= 147000, inside >= -9000, inside <= 2000]


class Day:
    """One day: known by year, month and day, or by its running number (1 January of the year 1 is 1)."""

    __slots__ = ("_calendar", "_civil", "_ordinal", "_since")

    def __init__(
        self,
        calendar: Calendar,
        civil: Civil | None = None,
        ordinal: Number | None = None,
        since: tuple["Day", int] | None = None,
    ) -> None:
        self._calendar = calendar
        self._civil = civil
        self._ordinal = ordinal
        self._since = since
        """The day that it was counted from, and how many days on."""

    @property
    def is_civil(self) -> bool:
        """Whether year, month and day are at hand."""
        return self._civil is not None

    @property
    def civil(self) -> Civil:
        """Year, month, day."""
        if self._civil is None and self._since is not None:
            start, left = self._since
            civil = start.civil
            while left:
                step = max(-_FEW, min(_FEW, left))
                civil, left = _few_days_on(civil, step), left - step
            self._civil = civil
        if self._civil is None:
            self._civil = self._calendar.civil_of(self.ordinal)
        return self._civil

    @property
    def ordinal(self) -> Number:
        """The running number, as `date.toordinal` counts."""
        if self._ordinal is None:
            self._ordinal = ordinal_of(*self.civil)
        return self._ordinal

    @property
    def code(self) -> Number:
        """A number that grows with the day, cheaper than `ordinal`."""
        year, month, day = self.civil
        return plus(numbers.scaled(year, 372), plus(numbers.scaled(month, 31), day))

    @property
    def calendar(self) -> Calendar:
        """Where its other form would be made."""
        return self._calendar


def known_day(calendar: Calendar, day: date) -> Day:
    """A constant."""
    civil = (constant(day.year), constant(day.month), constant(day.day))
    return Day(calendar, civil, constant(day.toordinal()))


def before(left: Day, right: Day) -> Formula:
    """Whether the first day lies before the second."""
    return less(*_comparable(left, right))


def same_day(left: Day, right: Day) -> Formula:
    """Whether both are one day."""
    if left.is_civil and right.is_civil:
        return conj(*(numbers.equal(one, other) for one, other in zip(left.civil, right.civil, strict=True)))
    return numbers.equal(left.ordinal, right.ordinal)


def _comparable(left: Day, right: Day) -> tuple[Number, Number]:
    if left.is_civil and right.is_civil:
        return left.code, right.code
    return left.ordinal, right.ordinal


def either_day(condition: Formula, then: Day, otherwise: Day) -> Day:
    """`then` where the condition is true, else `otherwise`."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then.is_civil and otherwise.is_civil:
        year, month, day = (pick(condition, a, b) for a, b in zip(then.civil, otherwise.civil, strict=True))
        return Day(then.calendar, (year, month, day))
    return Day(then.calendar, None, pick(condition, then.ordinal, otherwise.ordinal))


def months_on(start: Day, months: Number) -> Day:
    """The same day so many months on, or that month's last; stops at the ends of the calendar."""
    year, month, day = start.civil
    if isinstance(months.constant, int):
        years, extra = divmod(months.constant, 12)
        moved = plus(month, constant(extra))
        over = less(constant(12), moved)
        year = pick(over, plus(year, constant(years + 1)), plus(year, constant(years)))
        month = pick(over, minus(moved, constant(12)), moved)
    else:
        index = plus(plus(numbers.scaled(year, 12), minus(month, constant(1))), months)
        year = numbers.floor_div(index, 12)
        month = plus(numbers.remainder(index, 12), constant(1))
    return _ended(start.calendar, year, month, day)


def _ended(calendar: Calendar, year: Number, month: Number, day: Number) -> Day:
    early, late = less(year, constant(1)), less(constant(9999), year)
    ends = (known_day(calendar, date.min), known_day(calendar, date.max))
    inside = Number(year.expr, _limit(year.low, 1, max), _limit(year.high, 9999, min))
    found = Day(calendar, (inside, month, numbers.least([day, last_day(inside, month)])))
    return either_day(early, ends[0], either_day(late, ends[1], found))


def _limit(edge: int | Fraction | None, end: int, work: Callable[[int, int], int]) -> int:
    return end if edge is None else work(int(edge), end)


def days_on(start: Day, days: Number) -> Day:
    """So many days later (earlier where negative); stops at the ends of the calendar."""
    if days.constant == 0:
        return start
    if start.is_civil and isinstance(days.constant, int) and abs(days.constant) <= _FEW and _far_from_ends(start):
        return Day(start.calendar, _few_days_on(start.civil, days.constant))
    moved = plus(start.ordinal, days)
    if not _inside(moved):
        moved = numbers.least([numbers.greatest([moved, constant(FIRST)]), constant(LAST)])
    elif start.is_civil and isinstance(days.constant, int) and abs(days.constant) <= _SOME and _far_from_ends(start):
        # By steps of less than a month each: a solver finds its way back through them, not through running numbers.
        return Day(start.calendar, None, moved, (start, days.constant))
    return Day(start.calendar, None, moved)


def _inside(ordinal: Number) -> bool:
    return ordinal.low is not None and ordinal.high is not None and ordinal.low >= FIRST and ordinal.high <= LAST


def _far_from_ends(start: Day) -> bool:
    year = start.civil[0]
    return year.low is not None and year.high is not None and year.low > 1 and year.high < 9999


def _few_days_on(civil: Civil, days: int) -> Civil:
    year, month, day = civil
    moved = plus(day, constant(days))
    if days > 0:
        length = last_day(year, month)
        over = less(length, moved)
        at_end = numbers.equal(month, constant(12))
        later = (pick(at_end, plus(year, constant(1)), year), pick(at_end, constant(1), plus(month, constant(1))))
        return _chosen(over, (*later, minus(moved, length)), (year, month, moved))
    under = less(moved, constant(1))
    at_start = numbers.equal(month, constant(1))
    earlier = (pick(at_start, minus(year, constant(1)), year), pick(at_start, constant(12), minus(month, constant(1))))
    return _chosen(under, (*earlier, plus(moved, last_day(*earlier))), (year, month, moved))


def _chosen(condition: Formula, then: Civil, otherwise: Civil) -> Civil:
    year, month, day = (pick(condition, a, b) for a, b in zip(then, otherwise, strict=True))
    return year, Number(month.expr, 1, 12), Number(day.expr, 1, 31)


def years_between(first: Day, second: Day) -> Number:
    """Full years; the anniversary itself counts, that of 29 February is 28 February in a common year."""
    (year, month, day), (late_year, late_month, late_day) = first.civil, second.civil
    leapling = conj(numbers.equal(month, constant(2)), numbers.equal(day, constant(29)))
    kept = pick(conj(leapling, neg(leap(late_year))), constant(28), day)
    short = disj(less(late_month, month), conj(numbers.equal(late_month, month), less(late_day, kept)))
    years = minus(late_year, year)
    low = None if years.low is None else years.low - 1
    return Number(minus(years, pick(short, constant(1), constant(0))).expr, low, years.high)


def months_between(first: Day, second: Day) -> Number:
    """Full months by the same rule."""
    (_, _, day), (late_year, late_month, late_day) = first.civil, second.civil
    months = minus(month_index(second), month_index(first))
    short = conj(less(late_day, day), less(late_day, last_day(late_year, late_month)))
    return minus(months, pick(short, constant(1), constant(0)))


def month_index(day: Day) -> Number:
    """How many months began since the year 0: twelve times the year and the month from 0."""
    year, month, _ = day.civil
    return plus(numbers.scaled(year, 12), minus(month, constant(1)))
