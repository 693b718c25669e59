"""RQ-A4: every field is explained with an example, and every matter ships a sample that passes and is approved."""

import pytest
from jsonschema import Draft202012Validator

from decision_service.forms import read_form
from decision_service.outcome import APPROVALS
from decision_service.policy.formschema import sample_of
from decision_service.policy.shape import Policy
from tests.requirements.deciding import answer, guide, policies, shelf


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_each_field_has_label_help_and_example(policy: Policy) -> None:
    fields = guide(policy.matter)["fields"]
    assert [one["name"] for one in fields] == [one.name for one in policy.fields]
    for one in fields:
        for part in ("label", "help", "type", "required"):
            assert one[part]["zh"].strip(), (one["name"], part)
            assert one[part]["en"].strip(), (one["name"], part)
        assert one["example"] is not None, one["name"]


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_the_sample_passes_its_schema_and_is_approved(policy: Policy) -> None:
    page, case = guide(policy.matter), sample_of(policy)
    assert case is not None
    form = page["sample"]["form"]
    schema = page["form_schema"]
    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(form)] == []
    assert read_form(policy, form, case.as_of, shelf().catalogue.prefectures).defects == ()
    reply = answer(policy.matter, form, case.facts, case.as_of)
    assert reply["outcome"] in APPROVALS
    assert reply["outcome"] == page["sample"]["outcome"]
    assert reply["engines"]["agree"]


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_the_schema_is_no_rubber_stamp(policy: Policy) -> None:
    page = guide(policy.matter)
    validator = Draft202012Validator(page["form_schema"])
    form = page["sample"]["form"]
    for name in page["form_schema"]["required"]:
        assert not validator.is_valid({key: value for key, value in form.items() if key != name}), name
    assert not validator.is_valid({**form, "one_more": 1})
    assert not validator.is_valid({**form, "id_no": "1"})
