"""The blind sample over HTTP: every closed decision is drawn here; officers find without knowing, and it is counted."""

import json
from collections.abc import Iterator

import pytest

from decision_service.casework.error_bound import upper_bound
from tests.casework.office import ANALYST, GRANT, OFFICER, Office, office, problem


@pytest.fixture(scope="module")
def sampled(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("sampled"), registers, sample_rate="1") as found:
        yield found


def drawn(sampled: Office, decision: dict) -> str:
    """The sample of a decision, once the worker has put it on record."""
    sampled.until(lambda: bool(sampled.items(decision, "blind_sample")), "the sample")
    return sampled.claim(decision, "blind_sample")


def sample(sampled: Office) -> dict:
    told = sampled.guarded.send(ANALYST, "GET", "/staff/v1/quality").json
    return next(one for one in told["matters"] if one["matter"] == "elderly_allowance")["sample"]


def test_an_officer_sees_form_and_facts_and_not_what_the_machine_did(sampled: Office) -> None:
    approved, refused = sampled.decide("ELD-1"), sampled.decide("ELD-3")
    files = []
    for decision in (approved, refused):
        item_id = drawn(sampled, decision)
        (item,) = [one for one in sampled.items(decision) if one["item_id"] == item_id]
        assert item["reasons"] == []
        got = sampled.guarded.send(OFFICER, "GET", f"/staff/v1/queue/{item_id}/file?purpose=blind_sample")
        assert got.status == 200, got.body
        files.append(got.json)
        text = json.dumps(item) + got.body.decode()
        words = (decision["outcome"], decision["outcome_text"]["zh"], *(one["code"] for one in decision["reasons"]))
        assert all(word not in text for word in words)
    assert files[0].keys() == files[1].keys(), "the shape of the file tells nothing either"
    assert files[0]["form"]
    assert files[0]["facts"]


def test_a_finding_is_compared_afterwards_and_changes_nothing(sampled: Office) -> None:
    decision = sampled.decide("ELD-1")
    item_id = drawn(sampled, decision)
    before = sample(sampled)
    right = {"outcome": "APPROVED", "reasons_zh": "符合条件", "basis": [1], "result": decision["result"]}
    got = sampled.act(OFFICER, item_id, "finding", right)
    assert (got.status, set(got.json)) == (200, {"item_id", "recorded_at"})
    after = sample(sampled)
    assert (after["approvals"], after["disagreements"]) == (before["approvals"] + 1, before["disagreements"])
    assert after["error_rate_at_most"] == round(upper_bound(after["disagreements"], after["approvals"]), 6)
    assert sampled.case(decision)["status"] == "decided"
    assert sampled.items(decision) == []


def test_a_disagreement_with_an_approval_opens_a_task_and_takes_nothing_back(sampled: Office) -> None:
    decision = sampled.decide("ELD-1")
    item_id = drawn(sampled, decision)
    before = sample(sampled)
    other = {**GRANT, "monthly_amount": "999.00"}
    sent = {"outcome": "APPROVED", "reasons_zh": "金额有误", "basis": [1], "result": other}
    assert sampled.act(OFFICER, item_id, "finding", sent).status == 200
    after = sample(sampled)
    assert after["disagreements"] == before["disagreements"] + 1
    assert after["error_rate_at_most"] > before["error_rate_at_most"] or before["approvals"] == 0
    (task,) = sampled.items(decision)
    assert (task["task_type"], task["reasons"]) == ("wrong_approval", ["blind_sample"])
    assert sampled.case(decision)["status"] == "decided"


def test_a_sample_is_not_decided_and_a_decision_is_no_finding(sampled: Office) -> None:
    item_id = drawn(sampled, sampled.decide("ELD-1"))
    assert problem(sampled.outcome(OFFICER, item_id, "APPROVED")) == "409 wrong_kind_of_item"
    referral = sampled.claim(sampled.decide("ELD-5"), "referral")
    sent = {"outcome": "APPROVED", "reasons_zh": "符合", "basis": [1], "result": GRANT}
    assert problem(sampled.act(OFFICER, referral, "finding", sent)) == "409 wrong_kind_of_item"


def test_what_is_still_open_is_not_drawn(sampled: Office) -> None:
    open_cases = [sampled.decide("ELD-5"), sampled.decide("X-6")]
    closed = sampled.decide("ELD-1")
    sampled.until(lambda: bool(sampled.items(closed, "blind_sample")), "the sample")
    assert all(not sampled.items(one, "blind_sample") for one in open_cases)
