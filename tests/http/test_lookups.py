"""Decisions looked up afterwards, the matters and their guides, a form looked at before, health and figures."""

import base64

import pytest

from decision_service.proof.receipt import verify_receipt
from tests.http.staging import BY_ID, CASES, Stage, application


@pytest.fixture
def decided(stage: Stage) -> dict:
    sent = application("ELD-3")
    stage.play(sent["application_id"], BY_ID["ELD-3"]["facts"])
    return stage.decide(sent).json


def test_a_decision_comes_back_as_it_was_answered(stage: Stage) -> None:
    first = stage.decide(application("ELD-1"))
    got = stage.send("GET", f"/v1/decisions/{first.json['decision_id']}")
    assert (got.status, got.body) == (200, first.body)


def test_its_receipt_holds_without_us(stage: Stage, decided: dict) -> None:
    receipt = stage.send("GET", f"/v1/decisions/{decided['decision_id']}/receipt")
    key = base64.b64decode(receipt.json["public_key"])
    verify_receipt(receipt.body, key)
    assert receipt.json["leaf"] == decided["record"]["leaf"]


def test_its_explanation_says_of_each_rule_how_it_stands_and_from_which_source(stage: Stage, decided: dict) -> None:
    told = stage.send("GET", f"/v1/decisions/{decided['decision_id']}/explanation").json
    rules = {rule["rule"]: rule for rule in told["rules"]}
    assert rules["E2"]["state"] == "fails"
    assert rules["E3"]["state"] == "holds"
    assert rules["E3"]["sources"][0]["register"] == "deaths"
    assert rules["E3"]["sources"][0]["data_as_of"] == "2026-03-16"
    assert [one["code"] for one in told["reasons"]] == ["J01_UNDER_AGE"]
    assert all(rule["zh"] and rule["en"] and rule["basis"] for rule in told["rules"])


def test_an_explanation_repeats_no_value_of_the_form(stage: Stage) -> None:
    for case in CASES:
        sent = application(case)
        stage.play(sent["application_id"], case["facts"])
        decision = stage.decide(sent).json["decision_id"]
        got = stage.send("GET", f"/v1/decisions/{decision}/explanation")
        assert got.status == 200
        for name in ("id_no", "applicant_name"):
            assert case["form"][name] not in got.body.decode()


def test_after_an_identity_mismatch_the_explanation_tells_of_no_other_rule(stage: Stage) -> None:
    sent = application("ELD-1")
    stage.play(sent["application_id"], {"population": {"match": False}})
    decision = stage.decide(sent).json["decision_id"]
    told = stage.send("GET", f"/v1/decisions/{decision}/explanation").json
    assert [rule["rule"] for rule in told["rules"]] == ["IDENTITY"]


def test_whoever_holds_the_key_can_ask_for_an_officer_once(stage: Stage, decided: dict) -> None:
    path = f"/v1/decisions/{decided['decision_id']}/review"
    key = decided["remedies"]["human_review_key"]
    first = stage.send("POST", path, {"human_review_key": key, "statement": "请人工复核"})
    second = stage.send("POST", path, {"human_review_key": key, "statement": "再说一次"})
    assert (first.status, second.status) == (202, 202)
    assert first.json["review_id"] == second.json["review_id"]
    case = stage.send("GET", f"/v1/decisions/{decided['decision_id']}/case").json
    assert [one["statement"] for one in case["reviews"]] == ["请人工复核"]
    wrong = stage.send("POST", path, {"human_review_key": "HR-0000000000000000"})
    assert (wrong.status, wrong.json["type"]) == (403, "urn:miaopi:problem:review_key_wrong")


def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    for path in ("/v1/decisions/nobody", "/v1/decisions/nobody/receipt", "/v1/decisions/nobody/explanation"):
        assert stage.send("GET", path).json["type"] == "urn:miaopi:problem:unknown_decision"
    assert stage.send("GET", "/v1/matters/nothing").json["type"] == "urn:miaopi:problem:unknown_matter"
    assert stage.send("GET", "/v2").json["type"] == "urn:miaopi:problem:not_found"


def test_the_matters_and_their_guides(stage: Stage) -> None:
    told = stage.send("GET", "/v1/matters").json["matters"]
    assert len(told) == len({case["matter"] for case in CASES})
    for one in told:
        guide = stage.send("GET", f"/v1/matters/{one['matter']}")
        assert guide.status == 200
        assert guide.json["matter"] == one["matter"]


def test_a_form_is_looked_at_without_asking_or_recording(stage: Stage) -> None:
    records = stage.records()
    form = BY_ID["ELD-1"]["form"]
    good = stage.send("POST", "/v1/matters/elderly_allowance/precheck", {"form": form}).json
    assert good["ready"] is True
    assert {one["register"] for one in good["would_ask"]} == {
        "population", "deaths", "benefits", "social_security_card", "credit"
    }  # fmt: skip
    young = stage.send("POST", "/v1/matters/elderly_allowance/precheck", {"form": BY_ID["ELD-3"]["form"]}).json
    assert [one["code"] for one in young["fails"]] == ["J01_UNDER_AGE"]
    wrong = {**form, "id_no": "210100193505208820", "pay_to": ""}
    bad = stage.send("POST", "/v1/matters/elderly_allowance/precheck", {"form": wrong}).json
    assert {one["code"] for one in bad["correct"]} == {"C01_FIELD_MISSING", "C03_ID_CHECKSUM"}
    assert bad["would_ask"] == []
    assert stage.records() == records


def test_health_and_figures_name_no_person(stage: Stage) -> None:
    sent = application("ELD-1")
    assert stage.decide(sent).status == 200
    assert stage.send("GET", "/livez").json == {"status": "ok"}
    assert stage.send("GET", "/readyz").status == 200
    figures = stage.send("GET", "/metrics").body.decode()
    assert 'miaopi_decisions_total{matter="elderly_allowance",outcome="APPROVED"}' in figures
    assert 'miaopi_share{course="instant",matter="elderly_allowance"}' in figures
    told = figures + stage.log.getvalue()
    for value in (sent["application_id"], sent["form"]["id_no"], sent["form"]["applicant_name"]):
        assert value not in told


def test_not_ready_while_the_second_engine_is_gone(stage: Stage) -> None:
    second = stage.state.services.second
    second.ready = False  # type: ignore[misc]  # the reference that stands in for it
    try:
        got = stage.send("GET", "/readyz")
        assert (got.status, [one["code"] for one in got.json["errors"]]) == (503, ["second_engine"])
    finally:
        second.ready = True  # type: ignore[misc]  # see above
