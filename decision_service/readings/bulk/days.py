"""Days as whole numbers yyyymmdd, from 1 January of year 1 to 31 December 9999: arithmetic on columns and constants.

Order and equality of days are those of the numbers, on any back end and in any century.
"""

from collections.abc import Callable, Mapping
from datetime import date

import ibis

from decision_service.facts import Why
from decision_service.readings.bulk.cells import BIT, Cell, both, either, highest, lowest, negated, static, when

Share = Callable[[Cell], Cell]
"""Puts a column that is used several times where it is computed once, if that is worth it."""

FIRST, LAST = 10101, 99991231
LAST_ORDINAL = date.max.toordinal()


def ymd(day: date) -> int:
    """A day of Python as such a number."""
    return day.year * 10000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    """Such a number as a day of Python."""
    return date(number // 10000, number // 100 % 100, number % 100)


def year(day: Cell) -> Cell:
    """Its year."""
    return day // 10000


def month(day: Cell) -> Cell:
    """Its month, 1 to 12."""
    return day // 100 % 100


def day_of_month(day: Cell) -> Cell:
    """Its day, 1 to 31."""
    return day % 100


def leap(of: Cell) -> Cell:
    """Whether a year has 29 February."""
    return either(both(of % 4 == 0, negated(of % 100 == 0)), of % 400 == 0)


def last_day(of_year: Cell, of_month: Cell) -> Cell:
    """How many days the month has."""
    short = either(of_month == 4, of_month == 6, of_month == 9, of_month == 11)
    return when(of_month == 2, when(leap(of_year), 29, 28), when(short, 30, 31))


def real(of_year: Cell, of_month: Cell, of_day: Cell) -> Cell:
    """Whether there is such a day."""
    return both(of_year >= 1, of_month >= 1, of_month <= 12, of_day >= 1, of_day <= last_day(of_year, of_month))


def add_months(day: Cell, months: Cell, share: Share) -> Cell:
    """So many months later, a day that the month lacks being its last; stops at the ends of the calendar."""
    if static(months) and months == 0:
        return day
    day = share(day)
    index = share(year(day) * 12 + month(day) - 1 + months)
    bounded = share(lowest((highest((index, 12)), 10000 * 12 - 1)))
    to_year, to_month = bounded // 12, bounded % 12 + 1
    moved = to_year * 10000 + to_month * 100 + lowest((day_of_month(day), last_day(to_year, to_month)))
    return when(index < 12, FIRST, when(index >= 10000 * 12, LAST, moved))


def ordinal(day: Cell) -> Cell:
    """The number of days since the day before 1 January of year 1."""
    shifted = when(month(day) <= 2, year(day) - 1, year(day))
    place = (month(day) + 9) % 12
    before = shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400
    return before + (place * 306 + 5) // 10 + day_of_month(day) - 306


def from_ordinal(number: Cell, share: Share) -> Cell:
    """The day of such a number; stops at the ends of the calendar."""
    days = share(lowest((highest((number, 1)), LAST_ORDINAL)) + 305)
    era = days // 146097
    rest = share(days - era * 146097)
    of_era = share((rest - rest // 1460 + rest // 36524 - rest // 146096) // 365)
    of_year = share(rest - (of_era * 365 + of_era // 4 - of_era // 100))
    place = (of_year * 5 + 2) // 153
    of_day = of_year - (place * 153 + 2) // 5 + 1
    of_month = when(place < 10, place + 3, place - 9)
    shifted = of_era + era * 400
    return when(place >= 10, shifted + 1, shifted) * 10000 + of_month * 100 + of_day


def add_days(day: Cell, days: Cell, share: Share) -> Cell:
    """So many days later; stops at the ends of the calendar."""
    return day if static(days) and days == 0 else from_ordinal(ordinal(share(day)) + days, share)


def years_between(first: Cell, second: Cell) -> Cell:
    """Full years: the anniversary itself counts, that of 29 February is 28 February in a common year."""
    written = first % 10000
    anniversary = when(both(written == 229, negated(leap(year(second)))), 228, written)
    whole = year(second) - year(first)
    return when(anniversary > second % 10000, whole - 1, whole)


def months_between(first: Cell, second: Cell) -> Cell:
    """Full months; a day that the last month lacks is its last."""
    whole = (year(second) - year(first)) * 12 + month(second) - month(first)
    reached = lowest((day_of_month(first), last_day(year(second), month(second))))
    return when(reached > day_of_month(second), whole - 1, whole)


def working_days_after(
    day: Cell, count: Cell, calendar: Mapping[int, frozenset[date]], share: Share
) -> tuple[Cell, Cell]:
    """The `count`th working day after a day, and the mask that a year on the way is not published."""
    value: Cell = day
    mask: Cell = BIT[Why.CALENDAR]
    following = share(ordinal(share(day)) + 1)
    for first, last in _runs(calendar):
        begin, end = date(first, 1, 1).toordinal(), min(date(last, 12, 31).toordinal(), LAST_ORDINAL - 1)
        published = {one for of in range(first, last + 1) for one in calendar[of] if one.year == of}
        working = sorted(one for one in published if one.toordinal() <= end)
        passed = _passed([one.toordinal() for one in working], begin, end)
        position = share(_pick(passed, following - begin) + count)
        fits = both(following >= begin, following <= end, position <= len(working))
        if working:
            value = when(fits, _pick([ymd(one) for one in working], position - 1), value)
            mask = when(fits, 0, mask)
    return when(count <= 0, day, value), when(count <= 0, 0, mask)


def _passed(working: list[int], begin: int, end: int) -> list[int]:
    """For each day of a run, how many of its working days lie before."""
    found, at = [], 0
    for one in range(begin, end + 1):
        while at < len(working) and working[at] < one:
            at += 1
        found.append(at)
    return found


def _runs(calendar: Mapping[int, frozenset[date]]) -> list[tuple[int, int]]:
    """Published years as runs without a gap."""
    runs: list[tuple[int, int]] = []
    for of in sorted(calendar):
        if runs and runs[-1][1] == of - 1:
            runs[-1] = (runs[-1][0], of)
        else:
            runs.append((of, of))
    return runs


def _pick(numbers: list[int], place: Cell) -> Cell:
    """The number at a place; the nearest one where there is no such place."""
    if static(place):
        return numbers[max(0, min(len(numbers) - 1, place))]
    return ibis.array(numbers)[lowest((highest((place, 0)), len(numbers) - 1)).cast("int32")]  # Spark takes no other
