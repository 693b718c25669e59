"""Periods in working days, against counting with one's fingers."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.casework.working_days import STATUTORY_DAYS, Due, due_after, first_working_day
from tests.http.staging import publication

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
calendars = st.sets(st.sampled_from(YEAR), max_size=200).map(lambda off: {2026: frozenset(YEAR) - off})


@settings(deadline=None)
@given(st.sampled_from(YEAR), st.integers(0, 60), calendars)
def test_a_period_ends_on_the_nth_working_day_after_its_start(start: date, days: int, calendar: dict) -> None:
    working = sorted(day for day in calendar[2026] if day > start)
    due = due_after(start, days, calendar)
    if days == 0:
        assert due == Due(start)
    elif len(working) >= days:
        assert due == Due(working[days - 1])
    else:
        assert due == Due(None, 2027)


def test_the_calendar_of_the_rules_and_a_year_that_is_not_published() -> None:
    calendar = publication().catalogue.calendar
    assert due_after(date(2026, 3, 17), STATUTORY_DAYS, calendar) == Due(date(2026, 4, 14))
    assert due_after(date(2026, 12, 10), STATUTORY_DAYS, calendar) == Due(None, 2027)
    assert first_working_day(date(2026, 3, 21), calendar) == Due(date(2026, 3, 23))
    assert first_working_day(date(2027, 1, 1), calendar) == Due(None, 2027)
