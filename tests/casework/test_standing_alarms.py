"""An alarm from day to day: raised once, ended when things are as before or have become usual, and no flapping
between."""

import random
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


def history(file: CaseworkFile, rates: Sequence[float], a_day: int, seed: int) -> list[Alarm]:
    """All alarms of a series whose days have these rates."""
    chance = random.Random(seed)
    with file.writing() as connection:
        for number, rate in enumerate(rates):
            for _ in range(a_day):
                day, hit = FIRST + timedelta(days=number), chance.random() < rate
                count(connection, "senior_card", "", "approval", day, hit=hit)
        return alarms(connection, unrecorded=True)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("a_day", [64, 400])
def test_a_bad_day_is_one_alarm_that_ends_soon_and_spoils_no_baseline(
    file: CaseworkFile, a_day: int, seed: int
) -> None:
    found = history(file, [0.9] * 10 + [0.5] + [0.9] * 30, a_day, seed)
    assert [one.day for one in found] == [FIRST + timedelta(days=10)]
    assert found[0].ended_on is not None
    # A complete good day is calm with probability 0.95: four in a row that are not happen once in 160,000 times.
    assert found[0].ended_on <= FIRST + timedelta(days=14)


@pytest.mark.parametrize("seed", range(5))
def test_a_change_that_stays_is_one_alarm_until_it_is_the_usual(file: CaseworkFile, seed: int) -> None:
    found = history(file, [0.9] * 10 + [0.5] * 60, 64, seed)
    assert [one.day for one in found] == [FIRST + timedelta(days=10)]
    assert found[0].ended_on == found[0].day + timedelta(days=BASELINE_DAYS)


def test_a_second_bad_day_after_a_good_one_is_a_second_alarm(file: CaseworkFile) -> None:
    found = history(file, [0.9] * 10 + [0.5] + [0.9] * 7 + [0.5] + [0.9] * 7, 200, 3)
    assert [one.day for one in found] == [FIRST + timedelta(days=10), FIRST + timedelta(days=18)]
