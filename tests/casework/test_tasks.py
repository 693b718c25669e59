"""Tasks over HTTP: doubts about a grant, checks after a commitment; nothing adverse without a hearing, nothing by
itself."""

from tests.casework.office import GRANT, OFFICER, SECOND, Office, problem


def doubt(bureau: Office, decision: dict, key: str = "doubt-1", zh: str = "登记库事后更正"):
    path = f"/staff/v1/decisions/{decision['decision_id']}/doubts"
    return bureau.guarded.send(OFFICER, "POST", path, {"zh": zh}, {"Idempotency-Key": key})


def test_a_doubt_about_a_grant_is_a_task_and_takes_nothing_back(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    first = doubt(bureau, decision, "d1")
    assert first.status == 200, first.body
    assert doubt(bureau, decision, "d1").body == first.body
    assert problem(doubt(bureau, decision, "d1", "另一原因")) == "422 key_reused"
    (task,) = bureau.items(decision)
    assert (task["task_type"], task["due"]) == ("wrong_approval", "2026-04-13")
    case = bureau.case(decision)
    assert (case["status"], case["decision"]["outcome"]) == ("decided", "APPROVED")


def test_a_refusal_is_nothing_to_doubt(bureau: Office) -> None:
    assert problem(doubt(bureau, bureau.decide("ELD-3"), "d2")) == "409 not_granted"
    assert problem(doubt(bureau, {"decision_id": "nobody"}, "d3")) == "404 unknown_decision"


def test_a_grant_is_taken_back_only_after_a_hearing_and_the_grant_stays_on_record(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    doubt(bureau, decision, "d4")
    item_id = bureau.claim(decision)
    file = bureau.guarded.send(OFFICER, "GET", f"/staff/v1/queue/{item_id}/file?purpose=task").json
    assert any("第六十九条" in one["zh"] and "69" in one["en"] for one in file["steps"])
    assert problem(bureau.outcome(OFFICER, item_id, "REJECTED")) == "409 not_heard"
    lower = {**GRANT, "monthly_amount": "1.00"}
    assert problem(bureau.outcome(OFFICER, item_id, "APPROVED", result=lower)) == "409 not_heard", "less is adverse too"
    bureau.hear(OFFICER, item_id)
    got = bureau.outcome(OFFICER, item_id, "REJECTED")
    assert got.status == 200, got.body
    assert got.json["credit_event"] is None
    case = bureau.case(decision)
    assert (case["status"], case["decision"]["outcome"]) == ("officer_outcome", "APPROVED")
    assert case["officer_outcome"]["remedies"]["reconsideration"]["within_days"] == 60
    assert bureau.items(decision) == []


def test_a_hearing_of_before_counts_for_nothing_after_another_outcome(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    doubt(bureau, decision, "d5")
    item_id = bureau.claim(decision)
    bureau.hear(OFFICER, item_id)
    assert bureau.outcome(OFFICER, item_id, "APPROVED", result=decision["result"]).status == 200
    doubt(bureau, decision, "d6")
    (task,) = bureau.items(decision)
    assert problem(bureau.act(OFFICER, task["item_id"], "claim")) == "409 same_officer"
    bureau.claim(decision, who=SECOND)
    assert problem(bureau.outcome(SECOND, task["item_id"], "REJECTED")) == "409 not_heard"


def test_a_task_ends_with_why_nothing_changes(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    doubt(bureau, decision, "d7")
    item_id = bureau.claim(decision)
    assert bureau.act(OFFICER, item_id, "answer", {"zh": "经核实，准予无误"}).status == 200
    assert bureau.items(decision) == []
    assert bureau.case(decision)["status"] == "decided"
    referral = bureau.claim(bureau.decide("ELD-5"))
    assert problem(bureau.act(OFFICER, referral, "answer", {"zh": "不办"})) == "409 wrong_kind_of_item"
