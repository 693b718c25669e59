"""RQ-C4: commitment is a free choice with a fixed text and a check afterwards."""

from collections.abc import Mapping
from datetime import date

import pytest

from tests.requirements.deciding import answer, answer_of, codes, guide, policies, policy_of

MATTER = "hygiene_permit"
CASE = policy_of(MATTER).cases[0]


def changed(form: Mapping[str, object]) -> Mapping[str, object]:
    return answer(MATTER, {**CASE.form, **form}, CASE.facts, CASE.as_of)


def test_the_text_is_fixed_and_published() -> None:
    commitment = guide(MATTER)["commitment"]
    own = policy_of(MATTER).commitment
    assert own is not None
    assert commitment["text"] == {"zh": own.text.zh, "en": own.text.en}
    for part in ("text", "consequences", "free"):
        assert len(commitment[part]["zh"]) > 10
        assert len(commitment[part]["en"]) > 10
    assert commitment["checked_by"]


def test_choosing_and_signing_grants_with_a_day_for_the_check() -> None:
    reply = answer_of(MATTER, CASE)
    assert reply["outcome"] == "APPROVED_ON_COMMITMENT"
    check = date.fromisoformat(reply["result"]["post_check_by"])
    assert check > date.fromisoformat(reply["as_of"])
    assert [one["due_on"] for one in reply["obligations"] if one["code"] == "POST_CHECK"] == [check.isoformat()]
    assert "I04_POST_CHECK_DUE" in [note["code"] for note in reply["notes"]]


@pytest.mark.parametrize("signed", [False, None, "", "yes", 1])
def test_without_a_signature_there_is_no_commitment(signed: object) -> None:
    reply = changed({"commitment_signed": signed})
    assert reply["outcome"] == "CORRECTION_REQUIRED"


@pytest.mark.parametrize("chosen", [False, None, "true", 1])
@pytest.mark.parametrize("signed", [True, False])
def test_nobody_is_taken_to_have_chosen_it(chosen: object, signed: bool) -> None:
    reply = changed({"use_commitment": chosen, "commitment_signed": signed})
    assert reply["outcome"] in ("REFERRED", "CORRECTION_REQUIRED")


def test_declining_leads_to_the_ordinary_procedure_and_not_to_refusal() -> None:
    reply = changed({"use_commitment": False, "commitment_signed": False, "test_report": "T-1", "floor_plan": "P-1"})
    assert reply["outcome"] == "REFERRED"
    assert codes(reply) == ["R14_ORDINARY_PROCEDURE"]


def test_no_matter_without_a_commitment_text_grants_on_commitment() -> None:
    for policy in policies():
        outcomes = {one.outcome for rule in policy.rules for one in rule.alternatives}
        assert ("APPROVED_ON_COMMITMENT" in outcomes) == (guide(policy.matter)["commitment"] is not None)
