"""Cases that the machine writes: they show what they were written for, pass, read like any, and lean on a worked case;
what is said to be out of reach is not reached by anything drawn at random."""

import json
import shutil
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.covering.casefiles import CONFIRM, case_file
from decision_service.covering.generating import Generation, generate
from decision_service.covering.goals import Measure
from decision_service.covering.measured import Coverage, measure
from decision_service.covering.observing import observe, shows
from decision_service.covering.suite import Suite, Suites
from decision_service.policy.beside import read_beside
from decision_service.policy.shelf import read_shelf
from decision_service.readings.smt.solving import SECOND
from decision_service.trials import Case, worked
from tests.cli.running import RULES, miaopi
from tests.properties.applications import applications
from tests.properties.deciding import policy_of, shelf, thorough

MATTER = "housing_fund_rent"


@cache
def covered() -> Coverage:
    """One matter with the cases of its own file alone, which leave something out."""
    policy = policy_of(MATTER)
    suite = Suite(policy, tuple(worked(policy)))
    (found,) = measure(Suites(RULES, shelf().catalogue, (suite,)))
    return found


@cache
def generated() -> Generation:
    return generate(covered(), shelf().catalogue, steps=60 * SECOND)


def test_everything_that_is_missing_is_shown_or_proved_to_be_out_of_reach() -> None:
    found = generated()
    assert not found.undecided
    shown = {goal for one in found.cases for goal in one.goals}
    assert shown | set(found.impossible) == set(covered().missing)
    assert not shown & set(found.impossible)
    for one in found.cases:
        seen = observe(found.policy, shelf().catalogue, one.case)
        assert all(shows(seen, goal) for goal in one.goals)


def test_the_file_is_read_like_any_and_its_cases_pass(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    (rules / MATTER).mkdir()
    shutil.copy(RULES / MATTER / "2026-01-01.yaml", rules / MATTER)
    text = case_file(generated(), shelf().catalogue)
    (rules / MATTER / "more.cases.yaml").write_text(text, encoding="utf-8")
    beside = read_beside(rules, read_shelf(rules))
    assert len(beside) == len(generated().cases) == text.count(CONFIRM)
    for one, written in zip(generated().cases, beside, strict=True):
        assert written.case.expect["outcome"] == one.case.expect["outcome"]
        assert (written.case.form, written.case.facts) == (one.case.form, one.case.facts)
    answer = json.loads(miaopi("test", rules / MATTER, "--json").out)
    assert answer["failed"] == []
    left = json.loads(miaopi("coverage", rules / MATTER, "--json").out)["matters"][0]["missing"]
    assert len(left) == len(generated().impossible)


def test_a_case_differs_from_a_worked_one_by_no_more_than_it_needs() -> None:
    """Each difference was tried without: what is left is at most three fields here."""
    one = generated()
    for case in one.cases:
        text = case_file(Generation(one.policy, (case,), (), ()), shelf().catalogue)
        but = next((line for line in text.splitlines() if line.strip().startswith("but:")), "")
        assert but.count(": ") - 1 <= 3, but


@thorough("out_of_reach", quick=60, full=3000)
@given(st.data())
def test_nothing_drawn_reaches_what_was_proved_to_be_out_of_reach(random: st.DataObject) -> None:
    policy = policy_of(MATTER)
    one = random.draw(applications(policy, unknown=0.1))
    seen = observe(policy, shelf().catalogue, Case(MATTER, "drawn", one.as_of, one.form, one.facts, {}))
    assert not [goal.what.en for goal in generated().impossible if shows(seen, goal)]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, options: list[str]) -> None:
    there = tmp_path / "there.cases.yaml"
    there.write_text("mine", encoding="utf-8")
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    (rules / MATTER).mkdir()
    shutil.copy(RULES / MATTER / "2026-01-01.yaml", rules / MATTER)
    assert miaopi("coverage", rules, "--generate", there, *options).code == 2
    assert there.read_text(encoding="utf-8") == "mine"
    assert {goal.measure for goal in covered().missing} <= set(Measure)
