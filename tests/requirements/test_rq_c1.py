"""RQ-C1: a paper that a register replaces is never asked for, but where the register itself has no record."""

import pytest

from decision_service.language.tree import Literal
from decision_service.policy.shape import Policy
from tests.requirements.deciding import answer, codes, guide, policies

UNAVAILABLE = [{"status": "timeout"}, {"status": "error"}]
FALLBACKS = [(one, name) for one in policies() for name, ask in one.asks.items() if ask.fallback is not None]


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_no_upload_is_required_by_the_form(policy: Policy) -> None:
    for material in policy.materials:
        if material.fallback is not None and policy.field(material.fallback).upload:
            required = policy.field(material.fallback).required
            assert isinstance(required, Literal)
            assert required.value is False
    schema = guide(policy.matter)["form_schema"]
    assert not {one.name for one in policy.fields if one.upload} & set(schema["required"])


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_a_replaced_paper_without_upload_cannot_be_handed_in_at_all(policy: Policy) -> None:
    labels = {field.label.zh for field in policy.fields if field.upload}
    for material in policy.materials:
        if set(material.replaced_by) & set(policy.asks) and material.fallback is None:
            assert material.label.zh not in labels
            published = next(one for one in guide(policy.matter)["materials"] if one["name"]["zh"] == material.label.zh)
            assert "免于提交" in published["when"]["zh"]


@pytest.mark.parametrize(("policy", "register"), FALLBACKS, ids=lambda one: getattr(one, "matter", one))
def test_a_paper_is_asked_for_on_no_record_and_never_because_of_a_fault(policy: Policy, register: str) -> None:
    asked = 0
    for case in policy.cases:
        stated = case.facts.get(register)
        if not isinstance(stated, dict) or stated.get("status") != "no_record":
            continue
        if codes(answer(policy.matter, case.form, case.facts, case.as_of)) != ["C04_MATERIAL_NEEDED"]:
            continue
        asked += 1
        without = {name: facts for name, facts in case.facts.items() if name != register}
        for gone in ({register: {"status": "timeout"}}, {register: {"status": "error"}}, {}):
            reply = answer(policy.matter, case.form, {**without, **gone}, case.as_of)
            assert (reply["outcome"], codes(reply)) == ("REFERRED", ["R01_VERIFIER_UNAVAILABLE"]), case.name
    assert asked


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_whatever_register_is_out_of_reach_no_paper_replaced_by_it_is_asked_for(policy: Policy) -> None:
    approved = next(case for case in policy.cases if str(case.expect["outcome"]).startswith("APPROVED"))
    for register in policy.asks:
        for gone in UNAVAILABLE:
            reply = answer(policy.matter, approved.form, {**approved.facts, register: gone}, approved.as_of)
            assert "C04_MATERIAL_NEEDED" not in codes(reply), register
            assert reply["outcome"] in (approved.expect["outcome"], "REFERRED"), register
