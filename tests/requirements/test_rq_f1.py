"""RQ-F1: filing is completion: the call itself returns the decision, in time, and never an error without a receipt."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from decision_service.policy.shape import Budget
from decision_service.proof.receipt import verify_receipt
from tests.http.staging import BY_ID, Stage, application, changed, staged


@pytest.mark.parametrize("case", ["ELD-1", "ELD-3", "HYG-1", "ROAD-1", "UNE-1", "CARD-1", "HPF-1", "DIS-2", "BIR-1"])
def test_one_call_decides_without_a_person(stage: Stage, case: str) -> None:
    """The answer of the one call is final, and its receipt holds without the service."""
    got = stage.decide(application(case))
    assert got.status == 200
    assert got.json["outcome"] == BY_ID[case]["expect"]["outcome"]
    receipt = stage.send("GET", f"/v1/decisions/{got.json['decision_id']}/receipt")
    verify_receipt(receipt.body, base64.b64decode(receipt.json["public_key"]))


def test_at_the_deadline_the_answer_is_a_referral_on_record(registers: str, tmp_path: Path) -> None:
    """Every register hangs: the answer still comes, refers, and can be read again by its number."""
    short = changed("elderly_allowance", lambda policy: replace(policy, budget=Budget(100, 200, 500)))
    with staged(tmp_path, registers, short) as stage:
        sent = application("ELD-1")
        stage.play(sent["application_id"], {name: {"status": "timeout"} for name in BY_ID["ELD-1"]["facts"]})
        got = stage.decide(sent)
        assert (got.status, got.json["outcome"]) == (200, "REFERRED")
        assert set(got.codes) == {"R01_VERIFIER_UNAVAILABLE"}
        assert got.json["record"]["signature"]
        assert stage.send("GET", f"/v1/decisions/{got.json['decision_id']}").body == got.body
