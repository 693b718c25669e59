"""Days and ages by the domain's rules, counted on fingers: no code of the service is used here."""

import calendar
from datetime import date, timedelta


def in_months(day: date, months: int) -> date:
    """So many months later; a day that the month lacks becomes its last."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def birthday(birth: date, age: int) -> date:
    """The day on which someone reaches an age; born on 29 February, on 28 February of a common year."""
    year = birth.year + age
    if (birth.month, birth.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return birth.replace(year=year)


def age(birth: date, on: date) -> int:
    """Full years (周岁)."""
    years = 0
    while birthday(birth, years + 1) <= on:
        years += 1
    return years


def full_months(first: date, second: date) -> int:
    """Full months between two days, by the same rule."""
    months = 0
    while in_months(first, months + 1) <= second:
        months += 1
    return months


def born(number: str) -> date:
    """The date of birth in a citizen ID."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def next_month(day: date) -> str:
    """The month after, as YYYY-MM."""
    return f"{day.year + 1}-01" if day.month == 12 else f"{day.year}-{day.month + 1:02d}"


def working_days_later(day: date, number: int) -> date | None:
    """So many working days later; 2026 is Monday to Friday, no other year is published: None."""
    while number:
        day += timedelta(days=1)
        if day.year != 2026:
            return None
        number -= day.weekday() < 5
    return day


def citizen(region: str, birth: date, sequence: int) -> str:
    """A citizen ID with its check character by the weights of GB 11643."""
    body = f"{region}{birth.year:04d}{birth.month:02d}{birth.day:02d}{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def firm(prefix: str, region: str, body: str) -> str:
    """A credit code with the checks of GB 11714 and GB 32100."""
    value = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index
    inner = (11 - sum(value(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11) % 11
    front = prefix + region + body + ("X" if inner == 10 else str(inner))
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(alphabet.index(character) * weight for character, weight in zip(front, weights, strict=True))
    return front + alphabet[(31 - total % 31) % 31]
