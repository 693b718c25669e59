"""Weeks of decisions by the real rules on a real ledger; on one day the rules have a wrong parameter."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from decision_service.casework.projection import Projection
from decision_service.casework.tallies import Alarm, alarms
from decision_service.publishing import Published
from tests.casework.books import Books, books, decision_entry, id_number, publication, with_both, wrong_parameter
from tests.http.staging import BY_ID
from tests.sizes import size
from verifiers.freshness import CHINA

FIRST: Final = date(2026, 3, 2)
A_DAY = size("drift_decisions", quick=60, full=400)
CITIES = ("210100", "210200", "210300")


def a_day(found: Books, rules: Published, day: date, chance: random.Random) -> None:
    """One day's applications: people of 76 to 104, most of them on the low-income register."""
    case = BY_ID["ELD-2"]
    entries = []
    for number in range(A_DAY):
        city = chance.choice(CITIES)
        form = {**case["form"], "city": city, "id_no": id_number(born(day, chance), number)}
        facts = {name: {**one, "data_as_of": str(day)} for name, one in case["facts"].items()}
        facts["population"]["hukou_code"] = f"{city[:4]}03"
        if chance.random() < 0.1:
            facts["low_income"]["status_code"] = "none"
        at = datetime.combine(day, datetime.min.time(), CHINA) + timedelta(hours=9, seconds=number)
        entries.append(decision_entry(rules, form, facts, at))
    for entry in entries:
        found.ledger.append_blocking(entry)


def born(day: date, chance: random.Random) -> date:
    return day - timedelta(days=int(365.25 * chance.uniform(76, 104)))


def read(projection: Projection) -> list[Alarm]:
    while projection.advance():
        pass
    with projection.file.reading() as connection:
        return list(alarms(connection, unrecorded=True))


def days(count: int) -> Iterator[date]:
    return (FIRST + timedelta(days=number) for number in range(count))


def test_a_wrong_parameter_raises_an_alarm_within_the_day_and_does_not_flap(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    right, wrong = publication().versions["elderly_allowance"][0], wrong_parameter(tmp_path)
    with books(tmp_path, with_both(wrong)) as found, found.projection() as projection:
        for day in days(8):
            a_day(found, right, day, chance)
        assert read(projection) == [], "nothing moved so far"
        bad_days = [FIRST + timedelta(days=8 + number) for number in range(3)]
        a_day(found, wrong, bad_days[0], chance)
        raised = read(projection)
        told = {(one.series.city, one.series.rate) for one in raised}
        assert ("", "approval") in told, "on the same day"
        for day in bad_days[1:]:
            a_day(found, wrong, day, chance)
        everywhere = [one for one in read(projection) if (one.series.city, one.series.rate) == ("", "approval")]
        assert len(everywhere) == 1, "raised once, and it stands"
        assert everywhere[0].day == bad_days[0]
        assert everywhere[0].seen.total <= A_DAY
        assert everywhere[0].seen.hits / everywhere[0].seen.total < everywhere[0].usual.hits / everywhere[0].usual.total
        assert everywhere[0].ended_on is None


def test_when_the_rules_are_put_right_the_alarm_ends_after_a_complete_day(tmp_path: Path) -> None:
    chance = random.Random(7)
    right, wrong = publication().versions["elderly_allowance"][0], wrong_parameter(tmp_path)
    with books(tmp_path, with_both(wrong)) as found, found.projection() as projection:
        for day in days(12):
            a_day(found, wrong if day == FIRST + timedelta(days=6) else right, day, chance)
        history = [one for one in read(projection) if (one.series.city, one.series.rate) == ("", "approval")]
    assert [one.day for one in history] == [FIRST + timedelta(days=6)]
    assert history[0].ended_on is not None
    assert history[0].ended_on > history[0].day
