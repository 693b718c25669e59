"""RQ-C5: several matters share one form; each keeps its own decision, and one that fails leaves the others alone."""

import pytest

from tests.http.staging import BY_ID, Got, Stage

FORM = {**BY_ID["ELD-1"]["form"], "delivery": "electronic"}
STEPS = ("senior_card", "elderly_allowance")


def decided(stage: Stage, number: str, form: dict, **facts: dict) -> Got:
    for matter in STEPS:
        stage.play(f"{number}:{matter}", {**BY_ID["ELD-1"]["facts"], **facts})
    sent = {"application_id": number, "channel": "mobile", "form": form}
    return stage.send("POST", "/v1/bundles/ELDER/decisions", sent, {"Idempotency-Key": number})


def test_each_fact_is_given_once_and_each_matter_has_its_own_decision(stage: Stage) -> None:
    """One form without repetition; two decisions, each on record under its own number."""
    got = decided(stage, "C5-one", FORM).json
    assert got["outcome"] == "APPROVED"
    assert set(got["parts"]) == set(STEPS)
    numbers = {part["decision_id"] for part in got["parts"].values()}
    assert len(numbers) == len(STEPS)
    for number in numbers:
        assert stage.send("GET", f"/v1/decisions/{number}").status == 200


@pytest.mark.parametrize(
    ("facts", "failed"),
    [
        ({"social_security_card": {"bank_function": "inactive"}}, "elderly_allowance"),
        ({"benefits": {"status": "error"}}, "elderly_allowance"),
    ],
)
def test_a_failed_step_leaves_the_independent_one_untouched(stage: Stage, facts: dict, failed: str) -> None:
    """Whatever stops one matter, the other is decided as it would be alone."""
    got = decided(stage, f"C5-{next(iter(facts))}", FORM, **facts).json
    outcomes = {matter: part["outcome"] for matter, part in got["parts"].items()}
    assert outcomes.pop(failed) not in ("APPROVED", "PARTIALLY_APPROVED")
    assert set(outcomes.values()) == {"APPROVED"}
    assert got["outcome"] == "PARTIALLY_APPROVED"
