"""The functions: published vectors, leap days, ends of months and of the calendar, working days, reckoned apart."""

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.facts import Unknown
from decision_service.language import functions
from tests.language.reckoned import months_between, moved, years_between
from tests.shipped import shelf
from verifiers.kinds import Period, Value

BASE = {"M60": (60, 4, 36), "W55": (55, 4, 36), "W50": (50, 2, 60)}
"""Base age, step and most months of delay by category (NPCSC decision of 13 September 2024)."""
FIRST = {"M60": "1965-01", "W55": "1970-01", "W50": "1975-01"}
VECTORS = [
    ("1964-12-31", "M60", "2024-12-31"),
    ("1965-01-15", "M60", "2025-02-15"),
    ("1966-02-20", "M60", "2026-06-20"),
    ("1976-09-30", "M60", "2039-09-30"),
    ("1970-01-15", "W55", "2025-02-15"),
    ("1981-09-01", "W55", "2039-09-01"),
    ("1975-01-15", "W50", "2025-02-15"),
    ("1984-11-01", "W50", "2039-11-01"),
]
DAYS = st.dates() | st.sampled_from([date.min, date.max, date(2024, 2, 29), date(2023, 2, 28), date(2024, 1, 31)])


def apply(name: str, *arguments: Value) -> Value | Unknown:
    return functions.apply(name, list(arguments), calendar())


@cache
def calendar() -> dict[int, frozenset[date]]:
    return dict(shelf().catalogue.calendar)


@pytest.mark.parametrize(("birth", "category", "retired"), VECTORS)
def test_retirement_dates_of_the_published_table(birth: str, category: str, retired: str) -> None:
    age, step, most = BASE[category]
    found = apply("retirement_date", date.fromisoformat(birth), age, FIRST[category], step, most)
    assert found == date.fromisoformat(retired)


@given(DAYS, DAYS)
def test_full_years_and_months(first: date, second: date) -> None:
    assert apply("years_between", first, second) == years_between(first, second)
    assert apply("months_between", first, second) == months_between(first, second)


@given(st.dates(date(1900, 1, 1), date(2000, 12, 31)), st.integers(0, 120))
def test_the_nth_birthday_is_the_first_day_of_that_age(birth: date, years: int) -> None:
    day = apply("birthday", birth, years)
    assert isinstance(day, date)
    assert apply("years_between", birth, day) == years
    assert years == 0 or apply("years_between", birth, day - timedelta(days=1)) == years - 1


@pytest.mark.parametrize(
    ("name", "first", "second", "wanted"),
    [
        ("years_between", "2004-02-29", "2022-02-28", 18),
        ("years_between", "2004-02-29", "2022-02-27", 17),
        ("years_between", "2004-02-29", "2024-02-28", 19),
        ("years_between", "2004-02-29", "2024-02-29", 20),
        ("months_between", "2026-01-31", "2026-02-28", 1),
        ("months_between", "2026-01-31", "2026-02-27", 0),
        ("months_between", "2026-01-31", "2026-04-30", 3),
        ("months_between", "2025-11-30", "2026-02-28", 3),
    ],
)
def test_leap_days_and_ends_of_months(name: str, first: str, second: str, wanted: int) -> None:
    assert apply(name, date.fromisoformat(first), date.fromisoformat(second)) == wanted


@given(DAYS, st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_dates_stop_at_the_ends_of_the_calendar(day: date, months: int, days: int) -> None:
    assert functions.add_period(day, Period(months, days), 1) == moved(day, months, days)
    assert functions.add_period(day, Period(months, days), -1) == moved(day, -months, -days)


def test_the_last_month_has_no_next() -> None:
    assert apply("month_after", date(9999, 12, 31)) == "9999-12"
    assert apply("month_after", date(2026, 12, 1)) == "2027-01"


@given(st.dates(date(2025, 12, 1), date(2027, 1, 31)), st.integers(0, 300))
def test_working_days_are_counted_in_published_years_only(day: date, number: int) -> None:
    left, at, years = number, day, calendar()
    while left > 0 and (at + timedelta(days=1)).year in years:
        at += timedelta(days=1)
        left -= at in years[at.year]
    found = apply("working_days_after", day, number)
    assert isinstance(found, Unknown) if left else found == at


@given(st.sampled_from(sorted(functions.SIGNATURES)))
def test_null_in_null_out(name: str) -> None:
    count = len(functions.SIGNATURES[name].parameters)
    assert apply(name, *[None] * count) is None


def test_every_function_has_a_meaning_and_words() -> None:
    assert set(functions.SIGNATURES) == {*functions.IMPLEMENTATIONS, "working_days_after"}
    assert all(one.zh and one.en for one in functions.SIGNATURES.values())
