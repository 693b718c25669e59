"""What is due after a grant: which registers, on which days, and what counts as turned."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.afterwards.grants import Check, check_after, following, months_after, turned, watched, watching
from decision_service.outcome import Outcome
from decision_service.policy.afterwards import Afterwards
from decision_service.policy.shelf import read_shelf
from decision_service.source import PolicyProblems
from decision_service.verdict import Finding, State, Verdict
from tests.http.staging import DAY, RULES, publication

AFTERWARDS = publication().catalogue.afterwards
DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))


def policy(matter: str):
    found = publication().in_force(matter, DAY)
    assert found is not None
    return found.policy


@pytest.mark.parametrize(
    ("matter", "registers", "rules"),
    [
        ("elderly_allowance", ("population", "deaths"), {"IDENTITY", "E1", "E3"}),
        ("senior_card", ("population", "deaths", "residence"), {"IDENTITY", "S2", "S3"}),
        ("road_freight_renewal", ("population",), {"IDENTITY"}),
    ],
)
def test_only_registers_that_may_change_and_rules_that_rest_on_them(
    matter: str, registers: tuple[str, ...], rules: set[str]
) -> None:
    assert watched(policy(matter), AFTERWARDS) == registers
    assert watching(policy(matter), registers) == rules


def check(matter: str, outcome: Outcome = Outcome.APPROVED, afterwards: Afterwards = AFTERWARDS, **result: object):
    answer = {"outcome": outcome.value, "result": result}
    return check_after(answer, date(2026, 1, 31), policy(matter), afterwards)


def test_a_benefit_that_runs_is_checked_every_month_and_a_grant_for_once_a_single_time() -> None:
    assert check("elderly_allowance", pay_from="2026-02") == Check(date(2026, 2, 28), 1)
    assert check("senior_card", card="A") == Check(date(2026, 2, 28), 0)


@pytest.mark.parametrize("outcome", Outcome)
def test_what_granted_nothing_is_not_checked(outcome: Outcome) -> None:
    granted = outcome.value.startswith(("APPROVED", "PARTIALLY"))
    assert (check("elderly_allowance", outcome, pay_from="2026-02") is not None) == granted


def test_a_rules_folder_that_says_nothing_of_it_has_no_checks() -> None:
    assert check("elderly_allowance", afterwards=Afterwards(), pay_from="2026-02") is None


@given(DAYS, st.integers(0, 60))
def test_months_are_counted_from_the_day_of_the_grant(day: date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(1, 12), st.integers(0, 3000))
def test_what_was_missed_is_not_made_up(granted_on: date, every: int, later: int) -> None:
    today = granted_on + timedelta(days=later)
    found = following(granted_on, every, today)
    assert found > today
    earlier = [months_after(granted_on, every * number) for number in range(1, 200)]
    assert found == min(one for one in earlier if one > today)


def verdict(**states: State) -> Verdict:
    return Verdict(Outcome.APPROVED, tuple(Finding(rule, state) for rule, state in states.items()))


@given(st.sampled_from(State), st.sampled_from(State), st.booleans())
def test_turned_is_what_held_and_is_known_to_fail(before: State, after: State, rests: bool) -> None:
    found = turned(verdict(E3=before, E1=State.HOLDS), verdict(E3=after, E1=State.HOLDS), {"E3"} if rests else {"E1"})
    assert found == (("E3",) if (before, after, rests) == (State.HOLDS, State.FAILS, True) else ())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("registers: [deaths,", "registers: [credit,", "unknown_word"),  # asked once by law
        ("registers: [deaths,", "registers: [death,", "unknown_word"),
        ("every: 1 month", "every: 1 day", "wrong_shape"),
        ("every: 1 month", "each: 1 month", "missing_key"),
    ],
)
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    file = rules / "catalogue" / "afterwards.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyProblems) as caught:
        read_shelf(rules)
    assert code in [one.code for one in caught.value.problems]


def test_how_often_is_looked_again_is_no_part_of_a_version(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    (rules / "catalogue" / "afterwards.yaml").unlink()
    without = read_shelf(rules)
    assert without.catalogue.afterwards == Afterwards()
    assert {one.digest for one in without.policies()} == {one.policy.digest for one in publication()}
