"""RQ-B6: agents (帮代办). Agent and mandate are fields; the decision is the principal's, binds and notifies
the principal."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from decision_service.archive import read_archive
from decision_service.decision import Decided, Occasion, answer
from decision_service.followups.owed import Standing, debt_of, standing
from decision_service.forms import read_form
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.store import ByDecision
from decision_service.mandate import Agent, Mandate, handed_in
from decision_service.readings.reference import judge
from decision_service.replay import replay
from decision_service.sheet import fact_sheet
from tests.desk.test_replay import second
from tests.http.staging import BY_ID, DAY, Got, Stage, application, publication
from tests.properties.applications import applications
from tests.properties.deciding import MATTERS, decided, policy_of, thorough
from tests.requirements.deciding import guide, shelf

NAME, NUMBER, PAPER = "钱代办二", "21010019780303963X", "WT-2026-000123"
AGENT: dict[str, Any] = {
    "name": NAME,
    "id_type": "111",
    "id_no": "210100197803039635",
    "mandate": {
        "number": PAPER,
        "given_on": "2026-03-01",
        "ends_on": "2026-03-31",
        "scope": ["elderly_allowance", "senior_card"],
    },
}


def agent(**more: object) -> dict[str, Any]:
    """The agent with other members; those of the mandate by their own name."""
    made = deepcopy(AGENT)
    for name, value in more.items():
        (made if name in made else made["mandate"])[name] = value
    return made


def decide(stage: Stage, case: str, by: object, **form: object) -> tuple[dict[str, Any], Got]:
    sent = {**application(case, **form), "agent": by}
    stage.play(sent["application_id"], BY_ID[case]["facts"])
    return sent, stage.decide(sent)


def test_the_decision_is_the_principals_and_says_that_an_agent_acted(stage: Stage) -> None:
    _, got = decide(stage, "ELD-1", AGENT)
    told = got.json
    assert told["outcome"] == "APPROVED"
    assert told["parties"]["principal"] == {"name": "赵***", "id_no": "2****************6"}
    assert told["parties"]["agent"] == {"name": "钱***", "id_no": "2****************5"}
    assert told["parties"]["notify"] == "principal"
    for value in (
        NAME,
        AGENT["id_no"],
        PAPER,
        BY_ID["ELD-1"]["form"]["id_no"],
        BY_ID["ELD-1"]["form"]["applicant_name"],
    ):
        assert value.encode() not in got.body
    path = f"/v1/decisions/{told['decision_id']}"
    assert stage.send("GET", f"{path}/explanation").json["parties"] == told["parties"]
    record = stage.state.services.ledger.find(ByDecision(told["decision_id"]))[0]
    assert read_archive(record.entry.archive).agent == Agent(
        NAME, "111", AGENT["id_no"],
        Mandate(PAPER, date(2026, 3, 1), date(2026, 3, 31), ("elderly_allowance", "senior_card")),
    )  # fmt: skip
    assert replay(record, publication(), second) == full_answer(record) == got.body


WRONG = {
    "ended": (agent(ends_on="2026-03-15"), "C02_FIELD_FORMAT", "agent.mandate.ends_on"),
    "not begun": (agent(given_on="2026-03-17"), "C02_FIELD_FORMAT", "agent.mandate.given_on"),
    "ends first": (agent(given_on="2026-03-10", ends_on="2026-03-09"), "C02_FIELD_FORMAT", "agent.mandate.ends_on"),
    "another matter": (agent(scope=["senior_card"]), "C02_FIELD_FORMAT", "agent.mandate.scope"),
    "check character": (agent(id_no="210100197803039630"), "C03_ID_CHECKSUM", "agent.id_no"),
    "no number": (agent(id_no="12345"), "C02_FIELD_FORMAT", "agent.id_no"),
    "the applicant": (agent(id_no="210100193505208826"), "C02_FIELD_FORMAT", "agent.id_no"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mandate_that_does_not_hold_is_corrected_and_nobody_is_asked(stage: Stage, what: str) -> None:
    """It is told as what to correct, by a published name; no register is asked about the principal meanwhile."""
    by, code, place = WRONG[what]
    sent, got = decide(stage, "ELD-1", by)
    assert got.status == 200
    assert got.json["outcome"] == "CORRECTION_REQUIRED"
    assert [(one["code"], one["facts"]) for one in got.json["reasons"]] == [(code, [place])]
    assert got.json["advice"] == got.json["notes"] == []
    assert stage.asked(sent["application_id"]) == []
    assert place in {one["name"] for one in guide("elderly_allowance")["agent"]["fields"]}
    again = stage.decide({**sent, "agent": AGENT})
    assert again.json["outcome"] == "APPROVED"


def test_every_fault_is_told_at_once_beside_those_of_the_form(stage: Stage) -> None:
    by = agent(id_no="1", given_on="2026-03-20", ends_on="2026-03-02", scope=["senior_card"])
    _, got = decide(stage, "ELD-1", by, notice_read=False, city="999999")
    assert got.codes == [*["C02_FIELD_FORMAT"] * 5, "C05_DECLARATION_MISSING"]


@pytest.mark.parametrize("first", [date(2026, 3, 16), date(2026, 3, 1)])
@pytest.mark.parametrize("last", [date(2026, 3, 16), date(2026, 3, 31)])
def test_both_days_of_a_mandate_are_within_it(stage: Stage, first: date, last: date) -> None:
    _, got = decide(stage, "ELD-1", agent(given_on=str(first), ends_on=str(last)))
    assert got.json["outcome"] == "APPROVED"


@pytest.mark.parametrize("what", WRONG)
def test_nobody_is_asked_about_the_principal_later_either(stage: Stage, what: str) -> None:
    """No credit check is owed for what a sound mandate never covered."""
    _, got = decide(stage, "ELD-1", WRONG[what][0])
    record = stage.state.services.ledger.find(ByDecision(got.json["decision_id"]))[0]
    assert standing(record, publication()) is Standing.NOT_CALLED_FOR
    assert debt_of([record], (), publication()) is None


def test_what_is_sent_back_for_its_agent_is_the_principals_file_too(stage: Stage) -> None:
    """Erasing the principal reaches it as it reaches what was decided."""
    ledger = stage.state.services.ledger
    marks = set()
    for by in (AGENT, *(one[0] for one in WRONG.values())):
        _, got = decide(stage, "ELD-1", by)
        marks.add(ledger.find(ByDecision(got.json["decision_id"]))[0].entry.subject)
    assert len(marks) == 1


MALFORMED = {
    "no mandate": ({"name": NAME, "id_type": "111", "id_no": "1"}, "/agent/mandate", "missing"),
    "no such day": (agent(ends_on="2026-02-30"), "/agent/mandate/ends_on", "malformed"),
    "no day": (agent(given_on="1.3.2026"), "/agent/mandate/given_on", "malformed"),
    "no scope": (agent(scope=[]), "/agent/mandate/scope", "too_short"),
    "no words": (agent(scope=[NUMBER]), "/agent/mandate/scope/0", "malformed"),
    "no name": (agent(name=""), "/agent/name", "too_short"),
    "a blank name": (agent(name=" \t"), "/agent/name", "malformed"),
    "a list": ([NAME], "/agent", "wrong_type"),
    "more": ({**AGENT, "phone": NUMBER}, "/agent/phone", "unknown_member"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_an_envelope_that_is_none_is_a_problem_without_its_values(stage: Stage, what: str) -> None:
    by, pointer, code = MALFORMED[what]
    before = stage.records()
    _, got = decide(stage, "ELD-1", by)
    assert got.status == 422
    assert {"pointer": pointer, "code": code} in got.json["errors"]
    for value in (NAME, NUMBER, PAPER, AGENT["id_no"], "2026-02-30"):
        assert value.encode() not in got.body
        assert value not in stage.log.getvalue()
    assert stage.records() == before


def test_the_agent_is_part_of_what_the_key_stands_for(stage: Stage) -> None:
    sent = {**application("ELD-1"), "agent": AGENT}
    key = f"agent-{sent['application_id']}"
    stage.play(sent["application_id"], BY_ID["ELD-1"]["facts"])
    first = stage.decide(sent, key)
    assert stage.decide(sent, key).body == first.body
    for other in (agent(ends_on="2026-04-01"), None):
        assert stage.decide({**sent, "agent": other}, key).status == 422


def test_items_of_a_batch_and_parts_of_a_bundle_have_their_agent(stage: Stage) -> None:
    good, bad = ({**application("ELD-1"), "agent": by} for by in (AGENT, agent(scope=["senior_card"])))
    for one in (good, bad):
        stage.play(one["application_id"], BY_ID["ELD-1"]["facts"])
    items = [{"idempotency_key": f"item-{one['application_id']}", "application": one} for one in (good, bad)]
    got = stage.send("POST", "/v1/decisions:batch", {"items": items}).json["items"]
    assert [one["body"]["outcome"] for one in got] == ["APPROVED", "CORRECTION_REQUIRED"]
    assert [one["body"]["parties"]["notify"] for one in got] == ["principal"] * 2

    number = good["application_id"] + "-B"
    form = {**good["form"], "delivery": "electronic"}
    sent = {"application_id": number, "channel": "counter", "form": form, "agent": agent(scope=["senior_card"])}
    bundle = stage.send("POST", "/v1/bundles/ELDER/decisions", sent, {"Idempotency-Key": number})
    assert bundle.status == 200, bundle.body
    parts = bundle.json["parts"]
    assert "agent.mandate.scope" in str(parts["elderly_allowance"]["reasons"])
    assert "agent." not in str(parts["senior_card"]["reasons"])
    assert all("parties" in one for one in parts.values())


def test_an_application_without_an_agent_is_recorded_as_it_always_was(stage: Stage) -> None:
    """No trace of the member in fingerprint, answer or archive: what was recorded before comes out again."""
    sent = application("ELD-1")
    stage.play(sent["application_id"], BY_ID["ELD-1"]["facts"])
    got = stage.decide(sent)
    record = stage.state.services.ledger.find(ByDecision(got.json["decision_id"]))[0]
    assert "parties" not in got.json
    assert set(orjson.loads(record.entry.archive)) == {
        "format", "form", "as_of", "policy_digest", "occasion", "referred_by", "answers",
    }  # fmt: skip
    assert replay(record, publication(), second) == got.body


@pytest.mark.parametrize("matter", MATTERS)
def test_a_sound_mandate_changes_nothing(matter: str) -> None:
    """Outcome, reasons, advice, notes, items and result are those that the principal alone would have got."""
    policy = policy_of(matter)
    by = Agent(NAME, "111", AGENT["id_no"], Mandate(PAPER, date.min, date.max, (matter,)))
    occasion = Occasion("d", "a", "counter", "2026-03-16T08:00:00+08:00", "HR-1")

    @thorough("agent", quick=25, full=5_000)
    @given(applications(policy, messy=0.2, unknown=0.1))
    def holds(one: Any) -> None:
        found = decided(policy, one)
        reading = handed_in(found.form, by, matter, found.sheet.as_of)
        assert reading == found.form
        first = answer(found, occasion)
        with_agent = Decided(
            policy, found.catalogue, reading, found.sheet, found.evidence, found.verdict, found.referred_by, by
        )
        told = answer(with_agent, occasion)
        assert told.pop("parties")
        assert told == first

    holds()


days = st.dates(DAY - timedelta(days=3), DAY + timedelta(days=3))


@thorough("mandate", quick=40, full=5_000)
@given(days, days, st.sets(st.sampled_from(MATTERS), min_size=1), st.sampled_from(["", "x", AGENT["id_no"]]))
def test_nothing_is_granted_under_a_mandate_that_does_not_hold(
    first: date, last: date, scope: set[str], number: str
) -> None:
    """The oracle is the sentence: begun, not ended, covers the matter, a number that can be somebody's."""
    policy, case = policy_of("elderly_allowance"), BY_ID["ELD-1"]
    by = Agent(NAME, "111", number, Mandate(PAPER, first, last, tuple(sorted(scope))))
    reading = handed_in(read_form(policy, case["form"], DAY, shelf().catalogue.prefectures), by, policy.matter, DAY)
    sound = first <= DAY <= last and policy.matter in scope and number == AGENT["id_no"]
    sheet = fact_sheet(policy, reading, {}, DAY, shelf().catalogue.calendar)
    outcome = judge(policy, sheet).outcome.value
    note(reading.defects)
    assert (outcome == "CORRECTION_REQUIRED") == (not sound)
    assert reading.stopped == (not sound)


def test_where_the_law_wants_the_person_an_agent_is_no_way_round(stage: Stage) -> None:
    """The live check is of the applicant: without it a matter of level L3 is not decided, whoever hands it in."""
    by = agent(scope=["individual_business"])
    _, missing = decide(stage, "BIZ-1", by, face_token="")
    assert missing.json["outcome"] == "CORRECTION_REQUIRED"
    _, present = decide(stage, "BIZ-1", by)
    assert present.json["outcome"] == BY_ID["BIZ-1"]["expect"]["outcome"]


@pytest.mark.parametrize("matter", MATTERS)
def test_the_guide_publishes_what_is_asked_of_an_agent(matter: str) -> None:
    fields = guide(matter)["agent"]["fields"]
    assert all(one["zh"] and one["en"] for one in fields)
    asked = [f"agent.{name}" for name in AGENT if name != "mandate"]
    assert {one["name"] for one in fields} == {*asked, *(f"agent.mandate.{name}" for name in AGENT["mandate"])}
