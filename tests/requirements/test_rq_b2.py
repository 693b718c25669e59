"""RQ-B2: applied for in the wrong place, the answer names the right one, with remedies and a number: no dead end."""

from collections.abc import Mapping
from typing import Any

import pytest

from decision_service.outcome import APPROVALS
from decision_service.policy.shape import Policy
from tests.requirements.deciding import answer, codes, policies, shelf

WRONG_OFFICE = "N01_NOT_IN_JURISDICTION"
CITIES = shelf().catalogue.prefectures


def bound() -> list[Policy]:
    """The matters that belong to one office."""
    return [one for one in policies() if any(c.code == WRONG_OFFICE for rule in one.rules for c in rule.alternatives)]


def elsewhere(policy: Policy, division: str) -> Mapping[str, Any]:
    """An application that would be approved, but that everybody is registered in `division`."""
    case = next(one for one in policy.cases if one.expect["outcome"] in APPROVALS)
    population = dict(case.facts["population"])  # type: ignore[call-overload]  # an object of facts
    father = None if population["father_hukou_code"] is None else division
    population |= {"hukou_code": division, "father_hukou_code": father}
    return answer(policy.matter, case.form, {**case.facts, "population": population}, case.as_of)


def test_there_are_such_matters() -> None:
    assert len(bound()) >= 3


@pytest.mark.parametrize("policy", bound(), ids=lambda one: one.matter)
@pytest.mark.parametrize("division", ["220102", "110101", "630123", "650000", "820000"])
def test_someone_of_another_province_is_told_where_to_go(policy: Policy, division: str) -> None:
    reply = elsewhere(policy, division)
    province = shelf().catalogue.provinces[division[:2]]
    assert (reply["outcome"], codes(reply)) == ("NOT_ACCEPTED", [WRONG_OFFICE])
    assert reply["result"]["redirect_city"] == division[:4] + "00"
    assert province.zh in reply["reasons"][0]["zh"]
    assert province.en in reply["reasons"][0]["en"]


@pytest.mark.parametrize(
    "policy", [one for one in bound() if one.matter != "birth_registration"], ids=lambda p: p.matter
)
@pytest.mark.parametrize("city", sorted(set(CITIES) - {"210100"}))
def test_someone_of_another_city_is_told_where_to_go(policy: Policy, city: str) -> None:
    reply = elsewhere(policy, city[:4] + "02")
    assert (reply["outcome"], codes(reply)) == ("NOT_ACCEPTED", [WRONG_OFFICE])
    assert reply["result"]["redirect_city"] == city
    assert CITIES[city].zh in reply["reasons"][0]["zh"]
    assert CITIES[city].en in reply["reasons"][0]["en"]


@pytest.mark.parametrize("policy", bound(), ids=lambda one: one.matter)
def test_the_answer_is_a_numbered_one_with_remedies(policy: Policy) -> None:
    reply = elsewhere(policy, "220102")
    assert reply["decision_id"]
    assert reply["application_id"]
    assert reply["remedies"]["review_channel"].startswith("https://")
    assert reply["remedies"]["human_review_key"]


@pytest.mark.parametrize("policy", bound(), ids=lambda one: one.matter)
def test_nobody_is_sent_away_while_the_register_is_silent(policy: Policy) -> None:
    case = next(one for one in policy.cases if one.expect["outcome"] in APPROVALS)
    for answered in ({"status": "timeout"}, {"status": "no_record"}, {"status": "error"}):
        reply = answer(policy.matter, case.form, {**case.facts, "population": answered}, case.as_of)
        assert reply["outcome"] == "REFERRED"
