"""RQ-A1: one matter, the same everywhere; a city may set declared parameters and nothing else."""

from pathlib import Path

import pytest

from decision_service.forms import read_form
from decision_service.offline import evidence_of
from decision_service.outcome import APPROVALS
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.readings.reference import judge
from decision_service.sheet import fact_sheet
from tests.requirements.deciding import answer, policies, policy_of, problem_codes, shelf, spoilt

CITIES = sorted(shelf().catalogue.prefectures)


def moved(part: object, old: str, new: str) -> object:
    """Every division code of one city read as the same place of another."""
    match part:
        case str() if len(part) == 6 and part.startswith(old[:4]):
            return new[:4] + part[4:]
        case dict():
            return {key: moved(value, old, new) for key, value in part.items()}
        case list():
            return [moved(value, old, new) for value in part]
        case _:
            return part


def approved(policy: Policy) -> WorkedCase:
    return next(case for case in policy.cases if case.expect["outcome"] in APPROVALS)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_the_same_application_in_another_city_meets_the_same_rules_and_outcome(policy: Policy) -> None:
    for case in [approved(policy), policy.cases[-1]]:
        for city in CITIES:
            form, facts = moved(dict(case.form), "210100", city), moved(dict(case.facts), "210100", city)
            assert isinstance(form, dict)
            assert isinstance(facts, dict)
            assert answer(policy.matter, form, facts, case.as_of)["outcome"] == case.expect["outcome"]
            reading = read_form(policy, form, case.as_of, CITIES)
            evidence = {} if reading.stopped else evidence_of(policy, facts, case.as_of)
            sheet = fact_sheet(policy, reading, evidence, case.as_of, shelf().catalogue.calendar)
            assert [one.rule for one in judge(policy, sheet).findings][: len(policy.rules)] == [
                rule.id for rule in policy.rules
            ]


def test_elsewhere_is_a_matter_of_jurisdiction_only() -> None:
    policy = policy_of("elderly_allowance")
    case = approved(policy)
    for city in CITIES[1:]:
        reply = answer("elderly_allowance", {**case.form, "city": city}, case.facts, case.as_of)
        assert (reply["outcome"], reply["result"]["redirect_city"]) == ("NOT_ACCEPTED", "210100")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("must: age >= minimum_age", 'must: age >= minimum_age or city = "210200"'),
        ("age:       years_between", 'here_only: city in ("210100", "210200")\n  age:       years_between'),
        ("must: not deaths.hit", 'must: not deaths.hit or (age > 99 and city != "210100")'),
    ],
)
def test_a_rule_that_differs_by_city_does_not_load(tmp_path: Path, old: str, new: str) -> None:
    assert "city_rule" in problem_codes(spoilt(tmp_path, "elderly_allowance", old, new))


@pytest.mark.parametrize("part", ["rules", "form", "materials", "ask"])
def test_there_is_no_key_for_a_city_override(tmp_path: Path, part: str) -> None:
    override = f"cities:\n  210200:\n    {part}: {{}}\n\nbasis:"
    assert "unknown_key" in problem_codes(spoilt(tmp_path, "elderly_allowance", "basis:", override))
