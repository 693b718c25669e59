"""RQ-B4: real name, present person and document from its issuer are three levels, and none stands for a higher one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from decision_service.outcome import APPROVALS, FAVOURABLE
from decision_service.policy.shape import Policy
from tests.requirements.deciding import answer, codes, policies, policy_of, problem_codes, spoilt

FACE = "C09_FACE_CHECK_FAILED"


def approved(policy: Policy) -> Any:
    return next(one for one in policy.cases if one.expect["outcome"] in FAVOURABLE)


def with_answer(policy: Policy, register: str, changes: Mapping[str, object]) -> Mapping[str, Any]:
    case = approved(policy)
    return answer(policy.matter, case.form, {**case.facts, register: {**case.facts[register], **changes}}, case.as_of)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_each_matter_states_its_level(policy: Policy) -> None:
    assert policy.identity in ("real_name", "real_person")
    assert "population" in policy.asks
    assert ("liveness" in policy.asks) == (policy.identity == "real_person")


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
@pytest.mark.parametrize("changes", [{"match": False}, {"status_code": "cancelled"}, {"status_code": "moved"}], ids=str)
def test_real_name_without_agreement_nothing_is_decided_or_told(policy: Policy, changes: Mapping[str, object]) -> None:
    reply = with_answer(policy, "population", changes)
    assert (reply["outcome"], codes(reply)) == ("REFERRED", ["R05_IDENTITY_MISMATCH"])
    assert reply["advice"] == []
    assert set(reply["result"]) <= {"referred_items"}


@pytest.mark.parametrize("passed", [True, False])
@pytest.mark.parametrize("level", ["L1", "L2", "L3"])
def test_real_person_below_its_level_an_application_is_corrected_and_never_decided(passed: bool, level: str) -> None:
    policy = policy_of("individual_business")
    reply = with_answer(policy, "liveness", {"passed": passed, "level": level})
    if passed and level == "L3":
        assert reply["outcome"] in APPROVALS
    else:
        assert (reply["outcome"], codes(reply)) == ("CORRECTION_REQUIRED", [FACE])


@pytest.mark.parametrize("status", ["timeout", "error", "no_record"])
def test_real_person_a_check_that_says_nothing_is_no_check(status: str) -> None:
    policy = policy_of("individual_business")
    case = approved(policy)
    reply = answer(policy.matter, case.form, {**case.facts, "liveness": {"status": status}}, case.as_of)
    assert reply["outcome"] == "REFERRED"


def test_real_person_a_check_of_yesterday_is_too_old() -> None:
    policy = policy_of("individual_business")
    reply = with_answer(policy, "liveness", {"data_as_of": "2026-03-15"})
    assert (reply["outcome"], codes(reply)) == ("REFERRED", ["R02_STALE_DATA"])


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_document_from_its_issuer_nothing_is_decided_on_papers_alone(policy: Policy) -> None:
    """With every register silent nothing is granted and nothing refused, whatever was uploaded."""
    case = approved(policy)
    form = {**case.form, **{field.name: "paper.pdf" for field in policy.fields if field.upload}}
    facts = {name: {"status": "timeout"} for name in policy.asks}
    assert answer(policy.matter, form, facts, case.as_of)["outcome"] in ("REFERRED", "CORRECTION_REQUIRED")


def test_a_level_without_a_rule_that_holds_it_does_not_load(tmp_path: Path) -> None:
    problems = spoilt(tmp_path, "elderly_allowance", "identity: real_name", "identity: real_person")
    assert "identity_level" in problem_codes(problems)


def test_a_check_that_decides_instead_of_correcting_does_not_load(tmp_path: Path) -> None:
    problems = spoilt(
        tmp_path, "individual_business", f"else: CORRECTION_REQUIRED {FACE}", "else: REFERRED R08_NEEDS_JUDGEMENT"
    )
    assert "identity_level" in problem_codes(problems)
