"""RQ-G4: credit counts only where the matter's lists say so, and a repaired entry counts as none."""

from collections.abc import Mapping
from typing import Any

import pytest

from decision_service.policy.shape import Policy, WorkedCase
from tests.requirements.deciding import answer, policies, policy_of

CLEAN: dict[str, Any] = {"judgment_defaulter": False, "serious_lists": [], "false_commitments": [], "repaired": []}
LISTS = ("SERIOUS_ILLEGAL", "HPF_FRAUD", "JUDGMENT_DEFAULTER", "TAX_EVASION")
LISTED = "2025-05-05"
RECORDED, EFFECTLESS, DEFERRED = "I01_CREDIT_RECORDED_NO_EFFECT", "I02_CREDIT_REPAIRED_IGNORED", "I05_DEFERRED_CHECK"


def entry(name: str, repaired_on: str | None = None, repaired: str | None = None) -> dict[str, Any]:
    """A record with one entry, repaired or not."""
    repairs = [] if repaired_on is None else [{"list": repaired or name, "repaired_on": repaired_on}]
    return {**CLEAN, "serious_lists": [{"list": name, "listed_on": LISTED}], "repaired": repairs}


BAD = [
    *(entry(name) for name in LISTS),
    {**CLEAN, "judgment_defaulter": True},
    {**CLEAN, "false_commitments": [{"matter": "hygiene_permit", "date": "2025-01-01"}]},
    {**CLEAN, "judgment_defaulter": True, "serious_lists": [{"list": name, "listed_on": LISTED} for name in LISTS]},
    entry("SERIOUS_ILLEGAL", "2025-05-04"),
]


def decide(policy: Policy, case: WorkedCase, credit: Mapping[str, Any]) -> Mapping[str, Any]:
    stated = {"status": "ok", "data_as_of": case.as_of.isoformat(), **credit}
    return answer(policy.matter, case.form, {**case.facts, "credit": stated}, case.as_of)


def notes(reply: Mapping[str, Any]) -> set[str]:
    return {one["code"] for one in reply["notes"]}


def decision(reply: Mapping[str, Any]) -> tuple[Any, ...]:
    """Everything but notes and evidence."""
    return tuple(reply[part] for part in ("outcome", "reasons", "advice", "items", "result", "obligations"))


@pytest.mark.parametrize(
    "policy", [one for one in policies() if one.credit.policy == "record_only"], ids=lambda p: p.matter
)
def test_where_credit_is_only_recorded_nothing_in_it_counts(policy: Policy) -> None:
    """In every worked case: any entry, repaired or not, no record, late, faulty, old or not asked."""
    for case in policy.cases:
        clean = decide(policy, case, CLEAN)
        assert RECORDED not in notes(clean)
        for credit in BAD:
            reply = decide(policy, case, credit)
            assert decision(reply) == decision(clean)
        for status in ("no_record", "timeout", "error", "unheard_of"):
            facts = {**case.facts, "credit": {"status": status}}
            assert decision(answer(policy.matter, case.form, facts, case.as_of)) == decision(clean)
        unasked = {name: found for name, found in case.facts.items() if name != "credit"}
        assert decision(answer(policy.matter, case.form, unasked, case.as_of)) == decision(clean)


@pytest.mark.parametrize(
    "policy", [one for one in policies() if one.credit.policy == "record_only"], ids=lambda p: p.matter
)
def test_what_is_recorded_is_said(policy: Policy) -> None:
    case = policy.cases[0]
    for credit in BAD:
        assert RECORDED in notes(decide(policy, case, credit))
        assert EFFECTLESS not in notes(decide(policy, case, credit))
    assert notes(decide(policy, case, entry("SERIOUS_ILLEGAL", LISTED))) & {RECORDED, EFFECTLESS} == {EFFECTLESS}
    late = answer(policy.matter, case.form, {**case.facts, "credit": {"status": "timeout"}}, case.as_of)
    assert DEFERRED in notes(late)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
@pytest.mark.parametrize("day", [LISTED, "2025-05-06", "2026-03-16"])
def test_repaired_is_clean(policy: Policy, day: str) -> None:
    """Under every credit policy and in every worked case, from the day of listing on."""
    for case in policy.cases:
        clean = decide(policy, case, CLEAN)
        for name in LISTS:
            repaired = decide(policy, case, entry(name, day))
            assert decision(repaired) == decision(clean)
        defaulter = {
            **CLEAN,
            "judgment_defaulter": True,
            "repaired": [{"list": "JUDGMENT_DEFAULTER", "repaired_on": day}],
        }
        assert decision(decide(policy, case, defaulter)) == decision(clean)


@pytest.mark.parametrize(
    ("matter", "code", "counting"),
    [
        ("hygiene_permit", "R07_CREDIT_BARS_COMMITMENT", {"SERIOUS_ILLEGAL", "JUDGMENT_DEFAULTER"}),
        ("housing_fund_rent", "R11_PROPOSED_REFUSAL", {"HPF_FRAUD"}),
    ],
)
def test_elsewhere_only_the_named_lists_count_and_lead_to_an_officer(
    matter: str, code: str, counting: set[str]
) -> None:
    policy = policy_of(matter)
    case = policy.cases[0]
    for name in LISTS:
        unrepaired = [entry(name), entry(name, "2025-05-04"), entry(name, "2026-01-01", "OTHER")]
        for credit in unrepaired:
            reply = decide(policy, case, credit)
            told = {one["code"] for one in reply["reasons"]}
            assert (reply["outcome"] == "REFERRED") == (name in counting)
            assert (code in told) == (name in counting)


def test_credit_never_refuses() -> None:
    for policy in policies():
        for case in policy.cases:
            refused = decide(policy, case, CLEAN)["outcome"] == "REJECTED"
            for credit in BAD:
                assert refused or decide(policy, case, credit)["outcome"] != "REJECTED"
