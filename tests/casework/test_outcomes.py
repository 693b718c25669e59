"""A referred case, from the queue to the officer's outcome, over both listeners."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decision_service.proof.receipt import verify_receipt
from tests.casework.office import ANALYST, GRANT, OFFICER, PLATFORM, SECOND, Office, office, problem
from tests.http.members import Members, guarded


def test_a_referred_case_waits_and_is_decided_by_an_officer(bureau: Office) -> None:
    decision = bureau.decide()
    assert decision["outcome"] == "REFERRED"
    waits = bureau.case(decision)
    assert (waits["status"], waits["officer_outcome"]) == ("waiting", None)
    assert waits["waiting"]["since"] == decision["decided_at"]
    # Twenty working days from the day on which an officer takes it up, which depends on the hour of this test.
    due = {"2026-03-16": "2026-04-13", "2026-03-17": "2026-04-14"}[decision["next_step"]["on"]]
    assert waits["waiting"]["due"] == due
    (item,) = bureau.items(decision)
    assert (item["kind"], item["due"], item["city"]) == ("referral", due, "210100")
    assert item["reasons"] == [one["code"] for one in decision["reasons"]]

    item_id = bureau.claim(decision)
    got = bureau.outcome(OFFICER, item_id, "APPROVED", "once")
    assert got.status == 200, got.body
    assert got.json["basis"][0]["number"] == 1
    assert got.json["result"] == GRANT
    assert (got.json["outcome"], got.json["decided_by"], got.json["remedies"]) == ("APPROVED", "officer", None)
    assert bureau.outcome(OFFICER, item_id, "APPROVED", "once").body == got.body
    assert problem(bureau.outcome(OFFICER, item_id, "NOT_ACCEPTED", "once")) == "422 key_reused"

    stands = bureau.case(decision)
    assert (stands["status"], stands["officer_outcome"]) == ("officer_outcome", got.json)
    assert bureau.items(decision) == []
    assert problem(bureau.outcome(SECOND, item_id, "APPROVED")) == "409 item_not_open"
    again = bureau.guarded.send(PLATFORM, "GET", f"/v1/decisions/{decision['decision_id']}")
    assert again.json == decision, "the machine's answer stays as it was"


def test_the_outcome_has_a_receipt_that_holds_without_us(bureau: Office) -> None:
    decision = bureau.decide()
    path = f"/v1/decisions/{decision['decision_id']}/case/receipt"
    assert problem(bureau.guarded.send(PLATFORM, "GET", path)) == "409 case_not_closed"
    bureau.outcome(OFFICER, bureau.claim(decision), "APPROVED")
    receipt = bureau.guarded.send(PLATFORM, "GET", path)
    assert receipt.status == 200, receipt.body
    proven = verify_receipt(receipt.body, base64.b64decode(receipt.json["public_key"]))
    assert (proven.statement.kind, proven.statement.decision_id) == ("officer_outcome", decision["decision_id"])
    assert json.loads(proven.answer)["outcome"] == "APPROVED"


def test_nothing_is_filled_in_for_the_officer(bureau: Office) -> None:
    item_id = bureau.claim(bureau.decide())
    whole = {"outcome": "NOT_ACCEPTED", "reasons_zh": "不属于受理范围", "basis": [1]}
    for missing in whole:
        sent = {name: value for name, value in whole.items() if name != missing}
        got = bureau.act(OFFICER, item_id, "outcome", sent)
        assert problem(got) == "422 envelope"
        assert [one["pointer"] for one in got.json["errors"]] == [f"/{missing}"]
    for blank in ({"reasons_zh": " "}, {"basis": []}, {"outcome": "REFERRED"}, {"outcome": "CORRECTION_REQUIRED"}):
        assert bureau.act(OFFICER, item_id, "outcome", {**whole, **blank}).status == 422
    assert bureau.act(OFFICER, item_id, "outcome", whole).status == 200


@pytest.mark.parametrize(
    ("sent", "faults"),
    [
        ({"basis": [1, 7]}, [("/basis/1", "not_listed")]),
        ({"result": {"monthly_amount": "100.00"}}, [("/result/band", "missing"), ("/result/pay_from", "missing")]),
        ({"result": {**GRANT, "monthly_amount": 100.5}}, [("/result/monthly_amount", "wrong_type")]),
        ({"result": {**GRANT, "bonus": "1.00"}}, [("/result/bonus", "unknown_member")]),
        ({"outcome": "APPROVED_ON_COMMITMENT", "result": GRANT}, [("/outcome", "not_allowed")]),
    ],
)
def test_law_and_values_are_those_of_the_matter(bureau: Office, sent: dict, faults: list) -> None:
    item_id = bureau.claim(bureau.decide())
    got = bureau.outcome(OFFICER, item_id, "APPROVED", **sent)
    assert problem(got) == "422 envelope"
    assert [(one["pointer"], one["code"]) for one in got.json["errors"]] == faults


def test_a_refusal_needs_a_hearing_and_carries_remedies(bureau: Office) -> None:
    decision = bureau.decide()
    item_id = bureau.claim(decision)
    assert problem(bureau.outcome(OFFICER, item_id, "REJECTED")) == "409 not_heard"
    early = {"step": "statement", "text": "不同意"}
    assert problem(bureau.act(OFFICER, item_id, "hearing", early)) == "409 hearing_out_of_order"
    told = {"step": "told", "text": "拟不予批准", "respond_by": "2026-03-30"}
    assert bureau.act(OFFICER, item_id, "hearing", told).status == 200
    assert problem(bureau.outcome(OFFICER, item_id, "REJECTED")) == "409 not_heard"
    silent = {"step": "no_statement", "text": "逾期未陈述"}
    assert problem(bureau.act(OFFICER, item_id, "hearing", silent)) == "409 hearing_out_of_order"
    assert bureau.act(OFFICER, item_id, "hearing", {"step": "statement", "text": "不同意"}).status == 200
    got = bureau.outcome(OFFICER, item_id, "REJECTED")
    assert got.status == 200, got.body
    remedies = got.json["remedies"]
    assert remedies["reconsideration"]["within_days"] == 60
    assert remedies["lawsuit"]["within_months"] == 6
    assert remedies["review_channel"].startswith("https://")
    assert "不是由系统自动作出" in remedies["human_review"]["zh"]
    assert remedies["human_review_key"] in remedies["human_review"]["en"]
    assert [one["step"] for one in bureau.case(decision)["hearing"]] == ["told", "statement"]


def test_who_reviews_an_outcome_is_not_who_decided(bureau: Office) -> None:
    decision = bureau.decide()
    item_id = bureau.claim(decision)
    bureau.hear(OFFICER, item_id)
    refused = bureau.outcome(OFFICER, item_id, "REJECTED").json
    asked = {"human_review_key": refused["remedies"]["human_review_key"], "statement": "请另一名工作人员复核"}
    path = f"/v1/decisions/{decision['decision_id']}/review"
    assert bureau.guarded.send(PLATFORM, "POST", path, asked).status == 202
    (item,) = bureau.items(decision, "review")
    assert problem(bureau.act(OFFICER, item["item_id"], "claim")) == "409 same_officer"
    bureau.claim(decision, "review", SECOND)
    got = bureau.outcome(SECOND, item["item_id"], "APPROVED")
    assert got.status == 200, got.body
    case = bureau.case(decision)
    assert case["officer_outcome"]["outcome_id"] == f"outcome:{decision['decision_id']}:2"
    assert [one["outcome"] for one in case["earlier_outcomes"]] == ["REJECTED"]


def test_an_officer_disagrees_with_the_machine_without_saying_why_and_it_counts_as_an_override(bureau: Office) -> None:
    decision = bureau.decide("ELD-3")
    assert decision["outcome"] == "REJECTED"
    asked = {"human_review_key": decision["remedies"]["human_review_key"], "statement": "出生日期有误"}
    path = f"/v1/decisions/{decision['decision_id']}/review"
    first = bureau.guarded.send(PLATFORM, "POST", path, asked)
    again = bureau.guarded.send(PLATFORM, "POST", path, {**asked, "statement": "再说一次"})
    assert (first.status, again.json) == (202, first.json)
    assert len(bureau.items(decision)) == 1
    before = quality(bureau)["overrides"]
    got = bureau.outcome(OFFICER, bureau.claim(decision, "review"), "APPROVED")
    assert got.status == 200, got.body
    after = quality(bureau)["overrides"]
    assert after == {"reviewed": before["reviewed"] + 1, "overridden": before["overridden"] + 1}
    assert bureau.case(decision)["reviews"][0]["statement"] == "出生日期有误"


def test_a_refusal_that_an_officer_upholds_is_reviewed_and_not_overridden(bureau: Office) -> None:
    decision = bureau.decide("ELD-3")
    asked = {"human_review_key": decision["remedies"]["human_review_key"], "statement": ""}
    bureau.guarded.send(PLATFORM, "POST", f"/v1/decisions/{decision['decision_id']}/review", asked)
    before = quality(bureau)["overrides"]
    assert bureau.outcome(OFFICER, bureau.claim(decision, "review"), "REJECTED").status == 200
    after = quality(bureau)["overrides"]
    assert after == {"reviewed": before["reviewed"] + 1, "overridden": before["overridden"]}


def quality(bureau: Office, matter: str = "elderly_allowance") -> dict:
    """What quality says of a matter."""
    told = bureau.guarded.send(ANALYST, "GET", "/staff/v1/quality").json
    return next(one for one in told["matters"] if one["matter"] == matter)


def test_two_officers_who_take_one_case_at_once_are_one(bureau: Office) -> None:
    (item,) = bureau.items(bureau.decide())
    with ThreadPoolExecutor(8) as pool:
        names = [OFFICER, SECOND] * 4
        got = list(pool.map(lambda who: bureau.act(who, item["item_id"], "claim"), names))
    winners = {who for who, one in zip(names, got, strict=True) if one.status == 200}
    assert len(winners) == 1
    assert {problem(one) for one in got if one.status != 200} <= {"409 item_claimed", "409 case_moved_on"}
    (winner,) = winners
    assert bureau.items({"decision_id": item["decision_id"]})[0]["claimed_by"] == winner
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: bureau.outcome(winner, item["item_id"], "APPROVED"), range(4)))
    assert sorted(one.status for one in sent) == [200, 409, 409, 409]


def test_an_item_is_put_back_and_only_who_holds_it_acts(bureau: Office) -> None:
    decision = bureau.decide()
    item_id = bureau.claim(decision)
    assert problem(bureau.act(SECOND, item_id, "claim")) == "409 item_claimed"
    assert problem(bureau.outcome(SECOND, item_id, "APPROVED")) == "409 item_not_claimed"
    assert bureau.act(OFFICER, item_id, "claim").status == 200
    assert bureau.act(OFFICER, item_id, "release").json["claimed_by"] is None
    assert problem(bureau.act(OFFICER, item_id, "release")) == "409 item_not_claimed"
    assert bureau.act(SECOND, item_id, "claim").json["claimed_by"] == SECOND
    assert problem(bureau.act(OFFICER, "referral:nobody", "claim")) == "404 unknown_item"


def test_a_part_that_was_left_to_an_officer_waits_too(bureau: Office) -> None:
    decision = bureau.decide("DIS-4")
    assert (decision["outcome"], decision["result"]["referred_items"]) == ("PARTIALLY_APPROVED", ["living"])
    assert bureau.case(decision)["status"] == "waiting"
    item_id = bureau.claim(decision)
    whole = {"awards": {"living": "100.00", "care": "140.00"}, "pay_from": "2026-04"}
    got = bureau.outcome(OFFICER, item_id, "APPROVED", result=whole)
    assert got.status == 200, got.body
    assert got.json["result"]["total"] == "240.00"
    assert decision["feedback"]["rating_key"] is None
    assert got.json["feedback"]["rating_key"], "it is closed only now"


def test_who_decided_is_no_other_officer_by_a_name_in_other_letters(registers: str, tmp_path: Path) -> None:
    """As when a sign-on or a new access file writes it otherwise."""
    with office(tmp_path, registers) as before:
        decision = before.decide()
        refused = before.outcome(OFFICER, before.claim(decision), "NOT_ACCEPTED").json
    listed = Members().caller(PLATFORM).staff(OFFICER.upper(), "officer")
    with guarded(tmp_path, registers, listed) as service:
        bureau = Office(service, tmp_path)
        asked = {"human_review_key": refused["remedies"]["human_review_key"], "statement": "请另一名工作人员复核"}
        path = f"/v1/decisions/{decision['decision_id']}/review"
        assert service.send(PLATFORM, "POST", path, asked).status == 202
        (item,) = [one for one in bureau.queue(OFFICER.upper()) if one["kind"] == "review"]
        assert problem(bureau.act(OFFICER.upper(), item["item_id"], "claim")) == "409 same_officer"


def test_who_decided_may_reply_to_a_complaint_and_not_decide_again_by_way_of_it(bureau: Office) -> None:
    decision = bureau.decide()
    bureau.outcome(OFFICER, bureau.claim(decision), "NOT_ACCEPTED")
    sent = {"complaint_key": decision["feedback"]["complaint_key"], "text": "不服"}
    path = f"/v1/decisions/{decision['decision_id']}/complaints"
    assert bureau.guarded.send(PLATFORM, "POST", path, sent, {"Idempotency-Key": "by-way"}).status == 200
    item_id = bureau.claim(decision, "complaint")
    assert problem(bureau.outcome(OFFICER, item_id, "APPROVED")) == "409 same_officer"
    assert bureau.act(OFFICER, item_id, "answer", {"zh": "请申请复核"}).status == 200
