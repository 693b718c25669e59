"""How days are counted: leap years, lengths of months, running numbers (1 January of the year 1 is 1)."""

from datetime import date
from typing import cast

from decision_service.readings.smt import numbers
from decision_service.readings.smt.formulas import Formula, conj, disj, neg
from decision_service.readings.smt.numbers import Number, at_most, constant, less, minus, pick, plus

Civil = tuple[Number, Number, Number]
"""Year, month, day."""
_SOME_YEARS = 400
"""Of so many years the common centuries are named."""


def within(year: Number, month: Number, day: Number) -> list[Formula]:
    """That these unknowns make a day between their bounds."""
    edges = [formula for part in (year, month, day) for formula in (part.term >= part.low, part.term <= part.high)]
    return [*edges, at_most(day, last_day(year, month))]


def leap(year: Number) -> Formula:
    """Whether the year has a 29 February."""
    common = _common_centuries(year)
    if common is not None:
        return conj(_by(year, 4), *(neg(numbers.equal(year, constant(one))) for one in common))
    return conj(_by(year, 4), disj(neg(_by(year, 100)), _by(year, 400)))


def _by(year: Number, number: int) -> Formula:
    return numbers.equal(numbers.remainder(year, number), constant(0))


def _common_centuries(year: Number) -> list[int] | None:
    """The years that four divides and that are common all the same, within the bounds; None where they are many."""
    if year.low is None or year.high is None or year.high - year.low > _SOME_YEARS:
        return None
    return [one for one in range(int(year.low), int(year.high) + 1) if one % 100 == 0 and one % 400]


def last_day(year: Number, month: Number) -> Number:
    """How many days the month has."""
    if month.constant is not None:
        if month.constant == 2:
            return pick(leap(year), constant(29), constant(28))
        return constant(30 if month.constant in (4, 6, 9, 11) else 31)
    short = disj(*(numbers.equal(month, constant(one)) for one in (4, 6, 9, 11)))
    february = pick(leap(year), constant(29), constant(28))
    return pick(numbers.equal(month, constant(2)), february, pick(short, constant(30), constant(31)))


def ordinal_of(year: Number, month: Number, day: Number) -> Number:
    """The running number of a day."""
    total = plus(_before_year(year), plus(_before_month(month), day))
    total = plus(total, pick(conj(less(constant(2), month), leap(year)), constant(1), constant(0)))
    if year.low is None or year.high is None:
        return total
    low, high = date(int(year.low), 1, 1).toordinal(), date(int(year.high), 12, 31).toordinal()
    return Number(total.expr, low, high) if total.constant is None else total


def _before_year(year: Number) -> Number:
    """The running number of the last day before the year."""
    before = minus(year, constant(1))
    common = _common_centuries(year)
    if common is None:
        leaps = [
            numbers.floor_div(before, 4),
            numbers.negative(numbers.floor_div(before, 100)),
            numbers.floor_div(before, 400),
        ]
    else:
        # Where few centuries are met, what they take away is a number for each; and the same quotient tells leap years.
        first = int(cast("int", year.low)) - 1
        skipped = constant(first // 400 - first // 100)
        found = skipped
        for place, one in enumerate(common, 1):
            found = pick(less(constant(one), year), constant(first // 400 - first // 100 - place), found)
        leaps = [numbers.floor_div(year, 4), numbers.pick(_by(year, 4), constant(-1), constant(0)), found]
    total = numbers.scaled(before, 365)
    for part in leaps:
        total = plus(total, part)
    return total


def _before_month(month: Number) -> Number:
    """How many days a common year has before its month."""
    starts = [date(2001, one, 1).timetuple().tm_yday - 1 for one in range(1, 13)]
    found = constant(starts[11])
    for one in range(11, 0, -1):
        found = pick(numbers.equal(month, constant(one)), constant(starts[one - 1]), found)
    return found
