"""RQ-G2: a complaint key finds the decision for a person with the file, and the reply is stored."""

import pytest

from tests.casework.office import OFFICER, SECOND, Office
from tests.casework.test_feedback import complain


@pytest.mark.parametrize("case", ["ELD-1", "ELD-3", "ELD-5", "X-6"])
def test_every_answer_can_be_complained_of_and_the_reply_comes_back(bureau: Office, case: str) -> None:
    decision = bureau.decide(case)
    key = decision["feedback"]["complaint_key"]
    assert complain(bureau, decision, "办理有误", f"g2-{case}").status == 200
    found = bureau.guarded.send(OFFICER, "POST", "/staff/v1/complaints:find", {"complaint_key": key}).json
    assert found["decision_id"] == decision["decision_id"]
    item_id = bureau.claim(decision, "complaint")
    assert item_id in found["items"]
    file = bureau.guarded.send(OFFICER, "GET", f"/staff/v1/queue/{item_id}/file?purpose=complaint").json
    assert file["answer"] == decision, "the person who replies has the file"
    assert bureau.act(OFFICER, item_id, "answer", {"zh": "已核实", "en": "looked into"}).status == 200
    (told,) = bureau.case(decision)["complaints"]
    assert told["reply"] | {"replied_at": None} == {"zh": "已核实", "en": "looked into", "replied_at": None}


def test_reply_and_complaint_stand_on_record_and_in_the_history_of_the_case(bureau: Office) -> None:
    decision = bureau.decide("ELD-5")
    complain(bureau, decision, "太慢", "g2-history")
    bureau.act(OFFICER, bureau.claim(decision, "complaint"), "answer", {"zh": "正在办理"})
    referral = bureau.claim(decision, "referral", SECOND)
    file = bureau.guarded.send(SECOND, "GET", f"/staff/v1/queue/{referral}/file?purpose=decide").json
    said = [(one["kind"], one["by"]) for one in file["history"] if one["kind"].startswith("complaint")]
    assert said == [("complaint", "platform-a"), ("complaint_reply", OFFICER)]
    assert bureau.case(decision)["status"] == "waiting", "a reply to a complaint decides nothing"
