"""RQ-G5: a grant on commitment emits a supervision task; a proven false commitment becomes a credit event only after a
human decision, and that only after a hearing."""

from tests.casework.office import OFFICER, Office, problem

REASONS = {"reasons_zh": "现场核查与承诺不符", "basis": [1]}


def granted(bureau: Office) -> dict:
    decision = bureau.decide("HYG-1")
    assert decision["outcome"] == "APPROVED_ON_COMMITMENT"
    return decision


def credit_events(bureau: Office, decision: dict) -> list[object]:
    ledger = bureau.guarded.stage.state.services.ledger
    told = [one.entry.answer for one in ledger.read(0, 100_000) if one.entry.decision_id == decision["decision_id"]]
    return [answer for answer in told if b'"credit_event":{' in answer]


def test_a_grant_on_commitment_emits_a_supervision_task_due_on_the_day_of_the_check(bureau: Office) -> None:
    decision = granted(bureau)
    (task,) = bureau.items(decision)
    assert task["task_type"] == "supervise_commitment"
    assert task["due"] == decision["result"]["post_check_by"]
    assert bureau.items(bureau.decide("ELD-1")) == []


def test_a_false_commitment_is_a_credit_event_only_by_a_person_after_a_hearing(bureau: Office) -> None:
    decision = granted(bureau)
    item_id = bureau.claim(decision)
    sent = {"outcome": "REJECTED", **REASONS, "false_commitment": True}
    assert problem(bureau.act(OFFICER, item_id, "outcome", sent)) == "409 not_heard"
    assert credit_events(bureau, decision) == []
    bureau.hear(OFFICER, item_id)
    assert credit_events(bureau, decision) == []
    got = bureau.act(OFFICER, item_id, "outcome", sent)
    assert got.status == 200, got.body
    assert got.json["credit_event"]["kind"] == "false_commitment"
    assert len(credit_events(bureau, decision)) == 1
    assert bureau.case(decision)["decision"]["outcome"] == "APPROVED_ON_COMMITMENT", "the grant stays on record"


def test_a_finding_of_a_false_commitment_needs_its_hearing_even_where_the_grant_stands(bureau: Office) -> None:
    decision = granted(bureau)
    item_id = bureau.claim(decision)
    result = decision["result"]
    sent = {"outcome": "APPROVED_ON_COMMITMENT", **REASONS, "result": result, "false_commitment": True}
    assert problem(bureau.act(OFFICER, item_id, "outcome", sent)) == "409 not_heard"


def test_where_nothing_was_committed_there_is_no_false_commitment(bureau: Office) -> None:
    item_id = bureau.claim(bureau.decide("ELD-5"))
    sent = {"outcome": "NOT_ACCEPTED", **REASONS, "false_commitment": True}
    assert problem(bureau.act(OFFICER, item_id, "outcome", sent)) == "422 envelope"


def test_a_commitment_that_was_kept_ends_with_a_note_and_no_event(bureau: Office) -> None:
    decision = granted(bureau)
    assert bureau.act(OFFICER, bureau.claim(decision), "answer", {"zh": "核查相符"}).status == 200
    assert credit_events(bureau, decision) == []
    assert bureau.items(decision) == []
