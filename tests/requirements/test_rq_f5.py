"""RQ-F5: on request it is explained in plain words which rules were met or not, with the source and date of the
data."""

import re

import pytest

from tests.casework.office import OFFICER, PLATFORM, Office
from tests.http.staging import BY_ID, CASES, Stage, application, publication

STATES = {"holds", "fails", "unknown", "silent", "not_judged"}
OPEN_PLACEHOLDER = re.compile(r"\{\w+\}")


def explained(stage: Stage, case: str) -> tuple[dict, dict]:
    """The decision of a shared case, and its explanation."""
    sent = application(case)
    stage.play(sent["application_id"], BY_ID[case]["facts"])
    decision = stage.decide(sent).json
    got = stage.send("GET", f"/v1/decisions/{decision['decision_id']}/explanation")
    assert got.status == 200, got.body
    return decision, got.json


@pytest.mark.parametrize("case", [one["id"] for one in CASES])
def test_every_rule_is_met_or_not_in_plain_words_with_source_and_date(stage: Stage, case: str) -> None:
    decision, told = explained(stage, case)
    policy = publication().versions[decision["matter"]][0].policy
    assert told["outcome"] == decision["outcome"]
    gates = {rule.id for rule in policy.rules if rule.gate}
    rules = {one["rule"] for one in told["rules"]}
    # Where the identity is in doubt nothing that a register holds about that person is told.
    assert rules == {rule.id for rule in policy.rules} or (rules <= gates and decision["outcome"] == "REFERRED")
    answered = {one["register"]: one for one in decision["verifications"]}
    for rule in told["rules"]:
        assert rule["state"] in STATES
        for text in (rule, rule["state_text"]):
            assert re.search(r"[\u4e00-\u9fff]", text["zh"])
            assert re.search(r"[A-Za-z]{3}", text["en"])
        assert rule["basis"]
        for source in rule["sources"]:
            assert source["zh"]
            assert source["en"]
            found = answered.get(source["register"])
            assert source["status"] == ("not_asked" if found is None else found["status"])
            assert source["data_as_of"] == (None if found is None else found["data_as_of"])
    for one in (*told["reasons"], *told["advice"], *told["notes"], *told["counterfactual"]):
        assert one["zh"]
        assert not OPEN_PLACEHOLDER.search(one["zh"] + one["en"])


def test_it_is_told_from_when_or_where_one_can_apply(stage: Stage) -> None:
    _, early = explained(stage, "ELD-3")
    assert early["counterfactual"][0] == {
        "zh": "从2026-03-17起可以再次申请",
        "en": "from 2026-03-17 you can apply again",
    }
    _, elsewhere = explained(stage, "ELD-6")
    assert any("市" in one["zh"] and "competent office" in one["en"] for one in elsewhere["counterfactual"])
    for decision, told in (explained(stage, case["id"]) for case in CASES):
        if "can_apply_from" in decision["result"]:
            assert any(decision["result"]["can_apply_from"] in one["zh"] for one in told["counterfactual"])


def test_where_a_machine_may_not_decide_every_rule_is_left_to_an_officer(stage: Stage) -> None:
    in_force = stage.state.services.in_force
    in_force.suspend("elderly_allowance")
    try:
        decision, told = explained(stage, "ELD-1")
    finally:
        in_force.resume("elderly_allowance")
    assert [one["code"] for one in told["reasons"]] == ["R16_SUSPENDED"]
    policy = publication().versions["elderly_allowance"][0].policy
    assert [one["rule"] for one in told["rules"]] == [rule.id for rule in policy.rules]
    assert {one["state"] for one in told["rules"]} == {"not_judged"}
    assert {one["state_text"]["zh"] for one in told["rules"]} == {"留给工作人员判断"}
    asked = {one["register"] for one in decision["verifications"]}
    assert all(
        source["status"] == "not_asked"
        for one in told["rules"]
        for source in one["sources"]
        if source["register"] not in asked
    )


def test_after_an_officers_outcome_it_tells_that_too(bureau: Office) -> None:
    decision = bureau.decide()
    path = f"/v1/decisions/{decision['decision_id']}/explanation"
    before = bureau.guarded.send(PLATFORM, "GET", path).json
    assert before["officer"] is None
    outcome = bureau.outcome(OFFICER, bureau.claim(decision), "APPROVED").json
    after = bureau.guarded.send(PLATFORM, "GET", path).json
    assert after["officer"]["outcome"] == "APPROVED"
    assert after["officer"]["reasons"] == outcome["reasons"]
    assert after["officer"]["basis"] == outcome["basis"]
    assert after["rules"] == before["rules"], "what the machine found stays told"
