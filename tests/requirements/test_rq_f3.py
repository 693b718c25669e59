"""RQ-F3: what an applicant declares and a register also holds is compared; a difference is told, never overwritten."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from decision_service.outcome import FAVOURABLE
from decision_service.policy.shape import Policy
from tests.requirements.deciding import answer, codes, policy_of

OTHER = "210100198505239078"
DECLARED = [
    # matter, declared field and the other value declared, what is told, which register it is compared with
    ("housing_fund_rent", {"marital": "divorced"}, "C06_DATA_MISMATCH", "marriage"),
    ("disability_allowances", {"cert_no": "21010019690616964922"}, "C06_DATA_MISMATCH", "disability"),
    ("disability_allowances", {"cert_no": "21010019690616964911"}, "C06_DATA_MISMATCH", "disability"),
    ("hygiene_permit", {"service_staff": 4}, "C06_DATA_MISMATCH", "health_certificates"),
]
REGISTERED = [
    # matter, register, what it holds otherwise, what is told
    ("housing_fund_rent", "marriage", {"marital": "married", "spouse_id": OTHER}, "C06_DATA_MISMATCH"),
    ("disability_allowances", "disability", {"category": 2}, "C06_DATA_MISMATCH"),
    ("disability_allowances", "disability", {"level": 1}, "C06_DATA_MISMATCH"),
    ("hygiene_permit", "health_certificates", {"valid_certificates": 2}, "C06_DATA_MISMATCH"),
    ("hygiene_permit", "enterprises", {"legal_rep_id": OTHER}, "R05_IDENTITY_MISMATCH"),
    *((matter, "population", {"match": False}, "R05_IDENTITY_MISMATCH") for matter in (
        "elderly_allowance", "senior_card", "individual_business", "housing_fund_rent", "unemployment_registration",
        "disability_allowances", "road_freight_renewal", "birth_registration", "hygiene_permit",
    )),
]  # fmt: skip


def granted(policy: Policy) -> Any:
    """A case that is granted, so that the difference is all there is."""
    return next(one for one in policy.cases if one.expect["outcome"] in FAVOURABLE)


@pytest.mark.parametrize(("matter", "form", "code", "register"), DECLARED, ids=lambda one: str(one)[:40])
def test_declared_otherwise_than_registered_is_told(
    matter: str, form: Mapping[str, object], code: str, register: str
) -> None:
    case = granted(policy_of(matter))
    before = copy.deepcopy((case.form, case.facts))
    reply = answer(matter, {**case.form, **form}, case.facts, case.as_of)
    assert (reply["outcome"], codes(reply)) == ("CORRECTION_REQUIRED", [code])
    assert reply["result"] == {}
    label = policy_of(matter).field(next(iter(form))).label
    assert label.zh in reply["reasons"][0]["zh"]
    assert policy_of(matter).asks[register].register.zh in reply["reasons"][0]["zh"]
    assert (case.form, case.facts) == before


@pytest.mark.parametrize(("matter", "register", "facts", "code"), REGISTERED, ids=lambda one: str(one)[:40])
def test_registered_otherwise_than_declared_is_told(
    matter: str, register: str, facts: Mapping[str, object], code: str
) -> None:
    case = granted(policy_of(matter))
    changed = {**case.facts, register: {**case.facts[register], **facts}}
    reply = answer(matter, case.form, changed, case.as_of)
    assert code in codes(reply)
    assert reply["outcome"] in ("CORRECTION_REQUIRED", "REFERRED")


def test_a_spouse_who_is_someone_else_is_told() -> None:
    policy = policy_of("housing_fund_rent")
    case = next(
        one for one in policy.cases if one.form.get("marital") == "married" and one.expect["outcome"] in FAVOURABLE
    )
    reply = answer(policy.matter, {**case.form, "spouse_id": OTHER}, case.facts, case.as_of)
    assert (reply["outcome"], codes(reply)) == ("CORRECTION_REQUIRED", ["C06_DATA_MISMATCH"])
    assert policy.field("spouse_id").label.zh in reply["reasons"][0]["zh"]


def test_who_is_no_parent_can_not_register_a_birth() -> None:
    policy = policy_of("birth_registration")
    case = granted(policy)
    reply = answer(policy.matter, {**case.form, "id_no": OTHER}, case.facts, case.as_of)
    assert (reply["outcome"], codes(reply)) == ("REFERRED", ["R05_IDENTITY_MISMATCH"])


def test_agreeing_in_everything_is_granted() -> None:
    for matter in sorted({one[0] for one in REGISTERED}):
        case = granted(policy_of(matter))
        assert answer(matter, case.form, case.facts, case.as_of)["outcome"] in FAVOURABLE
