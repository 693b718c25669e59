"""An alarm from day to day: raised once, ended when things are as before or have become usual, and no flapping
between."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from decision_service.casework.drift import BASELINE_DAYS
from decision_service.casework.file import CaseworkFile
from decision_service.casework.tallies import Alarm, alarms, count

FIRST = date(2026, 1, 5)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[CaseworkFile]:
    opened = CaseworkFile(tmp_path / "casework.sqlite3")
    yield opened
    opened.close()


def history(file: CaseworkFile, rates: Sequence[float], a_day: int) -> list[Alarm]:
    """All alarms of a series whose days have exactly these rates, spread evenly over each day."""
    with file.writing() as connection:
        for number, rate in enumerate(rates):
            for turn in range(a_day):
                day, hit = FIRST + timedelta(days=number), turn * 618 % 1000 < rate * 1000
                count(connection, "senior_card", "", "approval", day, hit=hit)
        return alarms(connection, unrecorded=True)


@pytest.mark.parametrize("a_day", [40, 64, 100, 400])
def test_a_bad_day_is_one_alarm_that_ends_on_the_next_and_spoils_no_baseline(file: CaseworkFile, a_day: int) -> None:
    found = history(file, [0.9] * 10 + [0.4] + [0.9] * 30, a_day)
    assert [one.day for one in found] == [FIRST + timedelta(days=10)]
    assert found[0].ended_on == FIRST + timedelta(days=11)


@pytest.mark.parametrize("a_day", [40, 100])
def test_a_change_that_stays_is_one_alarm_until_it_is_the_usual(file: CaseworkFile, a_day: int) -> None:
    found = history(file, [0.9] * 10 + [0.4] * 60, a_day)
    assert [one.day for one in found] == [FIRST + timedelta(days=10)]
    assert found[0].ended_on == found[0].day + timedelta(days=BASELINE_DAYS)


def test_a_second_bad_day_after_good_ones_is_a_second_alarm(file: CaseworkFile) -> None:
    found = history(file, [0.9] * 10 + [0.4] + [0.9] * 7 + [0.4] + [0.9] * 7, 200)
    assert [one.day for one in found] == [FIRST + timedelta(days=10), FIRST + timedelta(days=18)]


def test_days_that_an_alarm_told_of_make_no_good_day_look_bad(file: CaseworkFile) -> None:
    found = history(file, [0.9] * 10 + [0.4] * 9 + [0.9] * 30, 200)
    assert [one.day for one in found] == [FIRST + timedelta(days=10)]
    assert found[0].ended_on == FIRST + timedelta(days=19)
