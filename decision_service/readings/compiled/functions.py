"""What the functions of the language come to, written apart from `language.functions` so that one error cannot be in
both: months are counted on (year, month, day) tuples, working days are picked from the year's list.

None of them takes null; a wrong kind raises TypeError or AttributeError.
"""

from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, date, timedelta
from decimal import Decimal

from decision_service.facts import Unknown, Why
from verifiers.kinds import Period, Value

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FOLLOWING = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUE = {character: value for value, character in enumerate(_CREDIT)}
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # GB 32100-2015, table 3
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997
_DIGITS = frozenset("0123456789")


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _last_day(year: int, month: int) -> int:
    return 29 if month == 2 and _leap(year) else _LENGTHS[month - 1]


def _months_on(day: date, months: int) -> date:
    """The same day so many months on, or that month's last; stops at the ends of the calendar."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year < MINYEAR:
        return date.min
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, _last_day(year, month + 1)))


def shift(day: date, sign: int, period: Period) -> date:
    """`day` plus (`sign` 1) or minus (-1) a period: months first, then days."""
    months, days = period
    moved = _months_on(day, sign * months) if months else day
    if not days:
        return moved
    try:
        return moved + timedelta(days=sign * days)
    except OverflowError:
        return date.max if sign * days > 0 else date.min


def years_between(first: date, second: date) -> int:
    """Full years; the anniversary itself counts, that of 29 February is 28 February in a common year."""
    month, day = first.month, first.day
    if month == 2 and day == 29 and not _leap(second.year):
        day = 28
    return second.year - first.year - ((second.month, second.day) < (month, day))


def months_between(first: date, second: date) -> int:
    """Full months; a day that the last month lacks is its last."""
    whole = 12 * (second.year - first.year) + (second.month - first.month)
    return whole - (second.day < min(first.day, _last_day(second.year, second.month)))


def birth_date(number: str) -> date | None:
    """The date in a citizen ID, None where there is no such day."""
    try:
        return date.fromisoformat(number[6:14])
    except ValueError:
        return None


def birthday(birth: date, number: int) -> date:
    """The `number`th birthday."""
    return _months_on(birth, 12 * number)


def month_after(day: date) -> str:
    """YYYY-MM of the month after; December 9999 has none and stays."""
    year, month = day.year, day.month
    if month < 12 and year >= 1000:
        return f"{year}-{_FOLLOWING[month]}"
    if month < 12:
        return f"{year:04}-{_FOLLOWING[month]}"
    return f"{year + 1:04}-01" if year < MAXYEAR else "9999-12"


def working_days_after(day: date, number: int, calendar: Mapping[int, frozenset[date]]) -> date | Unknown:
    """The `number`th working day after `day`; unknown where a year on the way is not published."""
    if number <= 0:
        return day
    year = day.year if (day.month, day.day) != (12, 31) else day.year + 1
    while year in calendar and year <= MAXYEAR:
        ahead = sorted(one for one in calendar[year] if day < one < date.max and one.year == year)
        if number <= len(ahead):
            return ahead[number - 1]
        number -= len(ahead)
        year += 1
    return Unknown.of(Why.CALENDAR, str(min(year, MAXYEAR)))


def make_credit_code(prefix: str, region: str, body: str) -> str | None:
    """Prefix, division and body with both check characters (GB 32100, GB 11714); None if one is ill-formed."""
    if (len(prefix), len(region), len(body)) != (2, 6, 8) or not _DIGITS.issuperset(region):
        return None
    if not _CREDIT_VALUE.keys() >= set(prefix + body):
        return None
    total = sum(int(one, 36) * weight for one, weight in zip(body, _BODY_WEIGHTS, strict=True)) % 11
    front = prefix + region + body + ("0" if total == 0 else "X" if total == 1 else str(11 - total))
    left = sum(_CREDIT_VALUE[one] * weight for one, weight in zip(front, _CREDIT_WEIGHTS, strict=True)) % 31
    return front + _CREDIT[(31 - left) % 31]


def retirement_date(birth: date, base_age: int, first_birth_month: str, step: int, most: int) -> date:
    """Birth, the base age, and a month for each `step` months begun since `first_birth_month`, at most `most`."""
    step = max(step, 1)
    begun = (12 * birth.year + birth.month) - (12 * int(first_birth_month[:4]) + int(first_birth_month[5:])) + 1
    delay = min(-(-begun // step), most) if begun > 0 else 0
    return _months_on(birth, 12 * base_age + delay)


def floor(number: int | Decimal) -> int | Decimal:
    """The whole number not above."""
    return number if isinstance(number, int) else Decimal(number.__floor__())


def ceiling(number: int | Decimal) -> int | Decimal:
    """The whole number not below."""
    return number if isinstance(number, int) else Decimal(number.__ceil__())


FUNCTIONS: Mapping[str, Callable[..., Value | Unknown]] = {
    "years_between": years_between,
    "months_between": months_between,
    "birth_date": birth_date,
    "birthday": birthday,
    "days": lambda number: Period(0, +number),
    "months": lambda number: Period(+number, 0),
    "years": lambda number: Period(number * 12, 0),
    "month_after": month_after,
    "prefecture": lambda code: f"{code[:4]}00",
    "province": lambda code: f"{code[:2]}0000",
    "min": min,
    "max": max,
    "earlier": min,
    "later": max,
    "floor": floor,
    "ceiling": ceiling,
    "count": len,
    "working_days_after": working_days_after,
    "make_credit_code": make_credit_code,
    "certificate_holder": lambda number: number[0:18],
    "certificate_category": lambda number: "0123456789".index(number[18]),
    "certificate_level": lambda number: "0123456789".index(number[19]),
    "retirement_date": retirement_date,
    "starts_with": lambda text, beginning: text[: len(beginning)] == beginning,
}
"""By the name in the language. `working_days_after` takes the calendar as a last argument besides."""
