"""Ratings and complaints over HTTP: one rating a case, answers to bad ones, complaints that reach a person with the
file."""

from tests.casework.office import ANALYST, OFFICER, OTHER, PLATFORM, SECOND, Office, problem


def rate(bureau: Office, decision: dict, level: int, key: str | None = None, who: str = PLATFORM):
    sent = {"rating_key": key or decision["feedback"]["rating_key"], "level": level, "comment": "等了三天"}
    return bureau.guarded.send(who, "POST", f"/v1/decisions/{decision['decision_id']}/rating", sent)


def complain(bureau: Office, decision: dict, text: str, key: str, complaint_key: str | None = None):
    sent = {"complaint_key": complaint_key or decision["feedback"]["complaint_key"], "text": text}
    path = f"/v1/decisions/{decision['decision_id']}/complaints"
    return bureau.guarded.send(PLATFORM, "POST", path, sent, {"Idempotency-Key": key})


def ratings(bureau: Office) -> dict:
    told = bureau.guarded.send(ANALYST, "GET", "/staff/v1/quality").json["matters"]
    return next(one for one in told if one["matter"] == "elderly_allowance")["ratings"]


def test_a_closed_case_is_rated_once(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    assert problem(rate(bureau, decision, 1, "RT-0000000000000000")) == "403 feedback_key_wrong"
    assert rate(bureau, decision, 1, who=OTHER).status == 404
    assert rate(bureau, decision, 6).status == 422
    before = ratings(bureau)
    got = rate(bureau, decision, 1)
    assert (got.status, got.json["level"]) == (200, 1)
    assert problem(rate(bureau, decision, 1)) == "409 rated_before"
    assert problem(rate(bureau, decision, 5)) == "409 rated_before"
    assert ratings(bureau) == {**before, "1": before["1"] + 1}
    assert bureau.items(decision) == []
    assert bureau.case(decision)["rating"]["level"] == 1


def test_a_case_that_is_open_is_not_rated_and_gets_its_key_with_the_officers_outcome(bureau: Office) -> None:
    decision = bureau.decide()
    assert decision["feedback"]["rating_key"] is None
    assert problem(rate(bureau, decision, 2, "RT-0000000000000000")) == "409 case_not_closed"
    outcome = bureau.outcome(OFFICER, bureau.claim(decision), "APPROVED").json
    assert rate(bureau, decision, 2, outcome["feedback"]["rating_key"]).status == 200
    assert problem(rate(bureau, decision, 2, outcome["feedback"]["rating_key"])) == "409 rated_before"


def test_a_bad_rating_opens_a_task_that_an_officer_answers(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    assert rate(bureau, decision, 4).status == 200
    (item,) = bureau.items(decision)
    assert (item["task_type"], item["reasons"], item["due"]) == ("bad_rating", ["level_4"], "2026-03-23")
    item_id = bureau.claim(decision)
    assert problem(bureau.act(SECOND, item_id, "answer", {"zh": "已整改"})) == "409 item_not_claimed"
    assert bureau.act(OFFICER, item_id, "answer", {"zh": "已整改", "en": "put right"}).status == 200
    assert bureau.items(decision) == []
    assert bureau.case(decision)["rating"]["answer"] == {"zh": "已整改", "en": "put right"}


def test_a_complaint_reaches_an_officer_and_its_reply_the_complainant(bureau: Office) -> None:
    decision = bureau.decide("ELD-3")
    key = decision["feedback"]["complaint_key"]
    assert problem(complain(bureau, decision, "不满意", "k1", key[:-1] + "!")) == "403 feedback_key_wrong"
    got = complain(bureau, decision, "我已满八十岁", "k2")
    assert got.status == 200
    assert complain(bureau, decision, "我已满八十岁", "k2").body == got.body
    assert problem(complain(bureau, decision, "另一件事", "k2")) == "422 key_reused"
    assert problem(complain(bureau, decision, "另一件事", "k3")) == "409 complaint_open"
    found = bureau.guarded.send(OFFICER, "POST", "/staff/v1/complaints:find", {"complaint_key": key})
    assert found.json["decision_id"] == decision["decision_id"]
    (item_id,) = found.json["items"]
    assert bureau.claim(decision) == item_id
    file = bureau.guarded.send(OFFICER, "GET", f"/staff/v1/queue/{item_id}/file?purpose=complaint").json
    assert [one["says"]["text"] for one in file["history"] if one["kind"] == "complaint"] == ["我已满八十岁"]
    assert bureau.act(OFFICER, item_id, "answer", {"zh": "经查，出生日期以户籍为准"}).status == 200
    (told,) = bureau.case(decision)["complaints"]
    assert (told["text"], told["reply"]["zh"]) == ("我已满八十岁", "经查，出生日期以户籍为准")
    assert complain(bureau, decision, "另一件事", "k3").status == 200


def test_a_complaint_key_that_is_not_there_finds_nothing(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    right = decision["feedback"]["complaint_key"]
    for wrong in ("CP-x-y", right[:-1] + ("0" if right[-1] != "0" else "1"), "CP-" + "0" * 32 + right[35:]):
        got = bureau.guarded.send(OFFICER, "POST", "/staff/v1/complaints:find", {"complaint_key": wrong})
        assert problem(got) == "404 unknown_complaint"


def test_what_waits_for_the_applicant_is_not_decided_by_an_officer(bureau: Office) -> None:
    decision = bureau.decide("X-6")
    assert decision["outcome"] == "CORRECTION_REQUIRED"
    complain(bureau, decision, "不知如何补正", "k9")
    item_id = bureau.claim(decision)
    assert problem(bureau.outcome(OFFICER, item_id, "NOT_ACCEPTED")) == "409 case_not_closed"
    assert bureau.act(OFFICER, item_id, "answer", {"zh": "请补正证件号码"}).status == 200
