"""Days moved and months and years counted by the calendar of Python, apart from what is tested."""

from calendar import monthrange
from datetime import date, timedelta


def moved(day: date, months: int, more: int) -> date:
    """A day so many months and days on, kept within the calendar: by the calendar module, not by ours."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        day = date.min if year < 1 else date.max
    else:
        day = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return max(date.min, date.max if more > (date.max - day).days else _days_on(day, more))


def _days_on(day: date, more: int) -> date:
    return date.min if more < (date.min - day).days else day + timedelta(days=more)


def months_between(first: date, second: date) -> int:
    """Full months: the most that do not lead past the second day."""
    guess = (second.year - first.year) * 12 + second.month - first.month
    return guess - (moved(first, guess, 0) > second)


def years_between(first: date, second: date) -> int:
    """Full years: the most that do not lead past the second day."""
    guess = second.year - first.year
    return guess - (moved(first, 12 * guess, 0) > second)
