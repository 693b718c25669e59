"""The closed set of functions: their signatures, their words, and what they mean. Total: any values of the right
kinds give a value. Dates that would leave the years 1 to 9999 stop at the last day there is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import cast

from decision_service.facts import Unknown, Why
from verifiers.identifiers import make_credit_code
from verifiers.kinds import Period, Value


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives. Parameters and result are kind names ("number": any number; "same": the
    combined kind of the arguments); `variadic` repeats the last parameter."""

    parameters: tuple[str, ...]
    result: str
    zh: str
    en: str
    variadic: bool = False


SIGNATURES: Mapping[str, Signature] = {
    "years_between": Signature(
        ("date", "date"), "whole", "两日之间的周年数", "full years from the first to the second day"
    ),
    "months_between": Signature(("date", "date"), "whole", "两日之间的足月数", "full months between two days"),
    "birth_date": Signature(("citizen_id",), "date", "身份号码中的出生日期", "the date of birth in a citizen ID"),
    "birthday": Signature(("date", "whole"), "date", "第n个周岁生日", "the nth birthday of someone born on that day"),
    "days": Signature(("whole",), "period", "n日", "n days"),
    "months": Signature(("whole",), "period", "n个月", "n months"),
    "years": Signature(("whole",), "period", "n年", "n years"),
    "month_after": Signature(("date",), "month", "次月（YYYY-MM）", "the month after that of the day"),
    "prefecture": Signature(("region",), "region", "区划所在的市", "the prefecture-level city of a division"),
    "province": Signature(("region",), "region", "区划所在的省", "the province of a division"),
    "min": Signature(("number", "number"), "same", "较小者", "the least", variadic=True),
    "max": Signature(("number", "number"), "same", "较大者", "the greatest", variadic=True),
    "earlier": Signature(("date", "date"), "date", "较早的一日", "the earlier of two days"),
    "later": Signature(("date", "date"), "date", "较晚的一日", "the later of two days"),
    "floor": Signature(("number",), "same", "舍去小数", "rounded down to a whole number"),
    "ceiling": Signature(("number",), "same", "小数进一", "rounded up to a whole number"),
    "count": Signature(("list",), "whole", "个数", "how many elements a list has"),
    "working_days_after": Signature(("date", "whole"), "date", "其后第n个工作日", "the nth working day after a day"),
    "make_credit_code": Signature(
        ("text", "region", "text"), "text", "编制统一社会信用代码", "a credit code from prefix, division and body"
    ),
    "certificate_holder": Signature(
        ("disability_certificate",), "citizen_id", "残疾人证持证人", "the holder's citizen ID"
    ),
    "certificate_category": Signature(
        ("disability_certificate",), "whole", "残疾类别", "the category on the certificate"
    ),
    "certificate_level": Signature(("disability_certificate",), "whole", "残疾等级", "the level on the certificate"),
    "retirement_date": Signature(
        ("date", "whole", "month", "whole", "whole"),
        "date",
        "法定退休日（出生日、原年龄、起始出生月、每几月延一月、最多延几月）",
        "the statutory retirement date (birth, base age, first birth month, step in months, most months of delay)",
    ),
    "starts_with": Signature(("text", "text"), "boolean", "以……开头", "whether a text starts with another"),
}

Calendar = Mapping[int, frozenset[date]]


def add_months(day: date, months: int) -> date:
    """`day` so many months later; a day that the month lacks becomes its last (Civil Code art. 202, month-end rule)."""
    index = day.year * 12 + day.month - 1 + months
    if index < 12:
        return date.min
    if index >= 10000 * 12:
        return date.max
    year, month = index // 12, index % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else date.max
    last = (following - timedelta(days=1)).day if (year, month) != (9999, 12) else 31
    return date(year, month, min(day.day, last))


def add_period(day: date, period: Period, sign: int) -> date:
    """`day` plus (`sign` 1) or minus (-1) a period: months first, then days; stops at the ends of the calendar."""
    moved = add_months(day, sign * period.months)
    ordinal = moved.toordinal() + sign * period.days
    return date.fromordinal(max(date.min.toordinal(), min(date.max.toordinal(), ordinal)))


def years_between(first: date, second: date) -> int:
    """Full years (周岁): the Nth birthday itself counts; 29 February falls on 28 February in common years."""
    years = second.year - first.year
    return years - 1 if add_months(first, 12 * years) > second else years


def months_between(first: date, second: date) -> int:
    """Full months by the same rule."""
    months = (second.year - first.year) * 12 + second.month - first.month
    return months - 1 if add_months(first, months) > second else months


def birth_date(number: str) -> date | None:
    """The date of birth in characters 7 to 14 (GB 11643), None where they are no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def month_after(day: date) -> str:
    """The month after that of `day`, as YYYY-MM."""
    following = add_months(day.replace(day=1), 1)
    return f"{following.year:04d}-{following.month:02d}"


def working_days_after(day: date, number: int, calendar: Calendar) -> date | Unknown:
    """The `number`th working day after `day` (which does not count); unknown where a year is not published."""
    while number > 0:
        day = add_period(day, Period(0, 1), 1)
        if day.year not in calendar or day == date.max:
            return Unknown.of(Why.CALENDAR, str(day.year))
        if day in calendar[day.year]:
            number -= 1
    return day


def retirement_date(birth: date, base_age: int, first_birth_month: str, step: int, most: int) -> date:
    """Birth plus the base age, plus one month for every `step` months begun since `first_birth_month`, at most `most`
    (NPCSC decision of 13 September 2024)."""
    year, month = first_birth_month.split("-")
    since = (birth.year - int(year)) * 12 + birth.month - int(month)
    delay = 0 if since < 0 else min(most, since // max(step, 1) + 1)
    return add_months(birth, 12 * base_age + delay)


def _rounded(number: Value, rounding: str) -> Value:
    return number if isinstance(number, int) else cast("Decimal", number).to_integral_value(rounding=rounding)


IMPLEMENTATIONS: Mapping[str, Callable[..., Value]] = {
    "years_between": years_between,
    "months_between": months_between,
    "birth_date": birth_date,
    "birthday": lambda birth, number: add_months(birth, 12 * number),
    "days": lambda number: Period(0, number),
    "months": lambda number: Period(number, 0),
    "years": lambda number: Period(12 * number, 0),
    "month_after": month_after,
    "prefecture": lambda code: code[:4] + "00",
    "province": lambda code: code[:2] + "0000",
    "min": lambda *numbers: min(numbers),
    "max": lambda *numbers: max(numbers),
    "earlier": min,
    "later": max,
    "floor": lambda number: _rounded(number, ROUND_FLOOR),
    "ceiling": lambda number: _rounded(number, ROUND_CEILING),
    "count": len,
    "make_credit_code": make_credit_code,
    "certificate_holder": lambda number: number[:18],
    "certificate_category": lambda number: int(number[18]),
    "certificate_level": lambda number: int(number[19]),
    "retirement_date": retirement_date,
    "starts_with": lambda text, beginning: text.startswith(beginning),
}
"""What each function means on known values that are not null; `working_days_after` needs the calendar besides."""


def apply(function: str, arguments: list[Value], calendar: Calendar) -> Value | Unknown:
    """The value of a function for known arguments; null where an argument is null."""
    if any(argument is None for argument in arguments):
        return None
    if function == "working_days_after":
        return working_days_after(cast("date", arguments[0]), cast("int", arguments[1]), calendar)
    return IMPLEMENTATIONS[function](*arguments)
