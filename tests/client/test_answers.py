"""What the service answers is read as what it says; what it may come to say later does no harm, unless it decides."""

import json

import pytest
from rich.pretty import pretty_repr

from decision_service.client import (
    AnswerError,
    BundleApplication,
    Client,
    EnvelopeError,
    NotFoundError,
    Outcome,
    ProblemError,
)
from decision_service.client.answers import read_decision
from decision_service.client.errors import problem_of
from decision_service.client.requests import Application
from decision_service.http.problems import PROBLEMS, Problem
from decision_service.outcome import Outcome as Served
from tests.client.agents import AGENT
from tests.client.ways import WAYS, Way, sent
from tests.http.staging import BY_ID, CASES, Stage


@pytest.mark.parametrize("case", sorted({one["matter"]: one["id"] for one in CASES}.values()))
def test_every_matter_is_read_whole(stage: Stage, case: str) -> None:
    """Each member of the answer is there typed, and equal to what the JSON says."""
    asked = sent(case)
    stage.play(asked.application_id, BY_ID[case]["facts"])
    with Client(stage.url) as client:
        decision = client.decide(asked)
        explained = client.explanation(decision.decision_id)
        again = client.decision(decision.decision_id)
    told = json.loads(decision.raw)
    assert again.raw == decision.raw
    assert decision.outcome == told["outcome"] == BY_ID[case]["expect"]["outcome"]
    assert [one.code for one in decision.reasons] == [one["code"] for one in told["reasons"]]
    assert [one.register for one in decision.verifications] == [one["register"] for one in told["verifications"]]
    assert (decision.record.leaf, decision.result) == (told["record"]["leaf"], told["result"])
    assert set(told) - set(Decided) == {"channel", "engines", "elapsed_ms"}
    assert explained.outcome == decision.outcome
    assert {one.state for one in explained.rules} <= {"holds", "fails", "unknown", "silent"}


Decided = read_decision.__globals__["Decision"].__struct_fields__


@pytest.mark.parametrize("way", WAYS)
def test_everything_else_that_a_platform_asks(stage: Stage, way: Way) -> None:
    matters = {one.matter: one for one in way(stage.url, "matters")}
    assert matters["elderly_allowance"].illustrative
    guide = way(stage.url, "guide", "elderly_allowance")
    form = guide["sample"]["form"]
    assert way(stage.url, "precheck", "elderly_allowance", form).ready
    spoilt = way(stage.url, "precheck", "elderly_allowance", {**form, "id_no": "1"})
    assert [one.code for one in spoilt.correct] == ["C02_FIELD_FORMAT"]

    asked = sent("ELD-3")
    stage.play(asked.application_id, BY_ID["ELD-3"]["facts"])
    filled = way(stage.url, "prefill", "elderly_allowance", asked.application_id, asked.form)
    assert filled.matter == "elderly_allowance"
    decision = way(stage.url, "decide", asked)
    assert decision.outcome is Outcome.REJECTED
    assert decision.remedies is not None
    review = way(stage.url, "review", decision.decision_id, decision.remedies["human_review_key"], "请复核")
    assert review.decision_id == decision.decision_id
    twice = way(stage.url, "review", decision.decision_id, decision.remedies["human_review_key"])
    assert twice.review_id == review.review_id
    assert json.loads(way(stage.url, "receipt", decision.decision_id))["decision_id"] == decision.decision_id


@pytest.mark.parametrize("way", WAYS)
def test_what_happens_after_a_decision(stage: Stage, way: Way) -> None:
    """The case, its document, one rating, a complaint; after a lost answer the rating is there, and once."""
    asked = sent("ELD-1")
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    decision = way(stage.url, "decide", asked)
    number, feedback = decision.decision_id, decision.feedback
    assert feedback is not None
    assert way(stage.url, "case", number).status == "decided"
    assert number in way(stage.url, "notice", number, "zh").decode()
    complaint = way(stage.url, "complain", number, feedback.complaint_key, "等了很久", key=f"complaint-{number}")
    again = way(stage.url, "complain", number, feedback.complaint_key, "等了很久", key=f"complaint-{number}")
    assert again == complaint
    assert way(stage.url, "rate", number, feedback.rating_key, 2).level == 2
    with pytest.raises(ProblemError, match="rated_before"):
        way(stage.url, "rate", number, feedback.rating_key, 2)
    case = way(stage.url, "case", number)
    assert case.rating["level"] == 2
    assert len(case.complaints) == 1
    with pytest.raises(ProblemError, match="case_not_closed"):
        way(stage.url, "case_receipt", number)


@pytest.mark.parametrize("way", WAYS)
def test_a_referred_case_waits(stage: Stage, way: Way) -> None:
    asked = sent("ELD-1", human_review=True)
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    decision = way(stage.url, "decide", asked)
    case = way(stage.url, "case", decision.decision_id)
    assert (case.status, decision.feedback.rating_key) == ("waiting", None)
    assert case.waiting.since == decision.decided_at


@pytest.mark.parametrize("way", WAYS)
def test_a_bundle_through_an_agent(stage: Stage, way: Way) -> None:
    asked = sent("ELD-1")
    for matter in ("senior_card", "elderly_allowance"):
        stage.play(f"{asked.application_id}:{matter}", BY_ID["ELD-1"]["facts"])
    form = {**asked.form, "delivery": "electronic"}
    application = BundleApplication(application_id=asked.application_id, channel="counter", form=form, agent=AGENT)
    told = way(stage.url, "bundle", "ELDER", application)
    assert set(told.parts) == {"senior_card", "elderly_allowance"}
    assert told.parts["senior_card"].outcome == "CORRECTION_REQUIRED"  # the mandate does not cover it
    assert told.parts["elderly_allowance"].parties["notify"] == "principal"
    for one in told.parts.values():
        assert stage.send("GET", f"/v1/decisions/{one.decision_id}").body == one.raw


def test_nothing_of_an_answer_stands_in_a_repr(stage: Stage) -> None:
    asked = sent("ELD-1")
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    with Client(stage.url) as client:
        decision = client.decide(asked)
        told = [decision, client.case(decision.decision_id)]
    assert repr(decision) == f"Decision(APPROVED, {decision.decision_id!r})"
    for one in told:
        assert asked.application_id not in repr(one) + pretty_repr(one, expand_all=True)


def test_outcomes_are_those_of_the_service() -> None:
    assert {one.value for one in Outcome} == {one.value for one in Served}


def decision_with(stage: Stage, **more: object) -> bytes:
    asked = sent("ELD-1")
    stage.play(asked.application_id, BY_ID["ELD-1"]["facts"])
    with Client(stage.url) as client:
        told = json.loads(client.decide(asked).raw)
    return json.dumps({**told, **more}).encode()


def test_new_members_are_passed_over(stage: Stage) -> None:
    body = decision_with(stage, seal={"ofd": "…"}, raw="AAAA", replayed=True, **{"(raw)": "AAAA", "(replayed)": True})
    decision = read_decision(body, replayed=False)
    assert (decision.raw, decision.replayed) == (body, False)


@pytest.mark.parametrize(
    ("member", "value", "place"),
    [
        ("outcome", "APPROVED_IN_PRINCIPLE", "$.outcome"),
        ("outcome", None, "$.outcome"),
        ("items", [{"item": "a", "outcome": "MAYBE"}], "$.items[0].outcome"),
        ("decision_id", 7, "$.decision_id"),
        ("record", {"index": "1"}, "$.record.index"),
    ],
)
def test_what_decides_and_is_not_known_is_an_error_that_tells_where(
    stage: Stage, member: str, value: object, place: str
) -> None:
    with pytest.raises(AnswerError) as caught:
        read_decision(decision_with(stage, **{member: value}), replayed=False)
    assert place in str(caught.value)
    assert "MAYBE" not in str(caught.value)
    assert json.loads(caught.value.body)[member] == value


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_of_the_service_is_read(code: str) -> None:
    made = Problem(code, members={"decision_id": "d"})
    found = problem_of(made.status, made.response().body)
    assert (found.code, found.status) == (code, made.status)
    assert found.members["title_zh"]


def test_faults_of_an_envelope_are_listed(stage: Stage) -> None:
    wrong = Application(application_id="a b", matter="elderly_allowance", channel="pc", form={})
    with Client(stage.url) as client, pytest.raises(EnvelopeError) as caught:
        client.decide(wrong)
    assert [(one.pointer, one.code) for one in caught.value.errors] == [("/application_id", "malformed")]


@pytest.mark.parametrize(
    "body", [b"", b"<h1>no</h1>", b"[]", b'{"type":7}', b'{"errors":[1,{}]}', b"\xff", b"{" * 9999]
)
def test_any_refusal_is_a_problem(body: bytes) -> None:
    found = problem_of(404, body)
    assert isinstance(found, NotFoundError)
    assert found.code == ""
    assert len(found.errors) <= 1
