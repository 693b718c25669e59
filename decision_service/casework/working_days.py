"""Until when an officer must have acted: periods of the law are counted in working days (行政许可法 art. 82), and which
days those are is published year by year. Nothing is guessed for a year that is not published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

Calendar = Mapping[int, frozenset[date]]
"""Working days by year, for the years that are published."""

STATUTORY_DAYS: Final = 20
"""Within which an authority decides what it did not decide on the spot (行政许可法 art. 42 para 1)."""


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a period. `on` is None where it reaches into `unknown_year`, whose calendar is not published."""

    on: date | None
    unknown_year: int | None = None


def due_after(start: date, days: int, calendar: Calendar) -> Due:
    """The last of `days` working days that follow `start`; the day on which a period begins does not count."""
    day = start
    for _ in range(days):
        following = first_working_day(day + timedelta(days=1), calendar)
        if following.on is None:
            return following
        day = following.on
    return Due(day)


def first_working_day(day: date, calendar: Calendar) -> Due:
    """The first working day that is not before `day`."""
    while day.year in calendar:
        if day in calendar[day.year]:
            return Due(day)
        day += timedelta(days=1)
    return Due(None, day.year)
