"""`POST /v1/matters/{matter}/prefill`: what a form is suggested with, from whom, and when nothing is."""

import asyncio
import json

import pytest

from decision_service.prefilling import Prefill
from tests.http.conftest import registers, stage
from tests.http.staging import BY_ID, DAY, Stage, application
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.verifier import Question

__all__ = ["registers", "stage"]

IDENTITY = ("applicant_name", "id_type", "id_no")
NOBODY = {"correct": [], "suggestions": [], "left_out": []}


def suggested(stage: Stage, case: str, facts: dict | None = None, **form: object) -> tuple[dict, list[str]]:
    """The answer, and the registers that were asked for it."""
    sent = application(case)
    number = sent["application_id"]
    stage.play(number, {**BY_ID[case]["facts"], **(facts or {})})
    who = {name: sent["form"][name] for name in IDENTITY} | form
    got = stage.send("POST", f"/v1/matters/{sent['matter']}/prefill", {"application_id": number, "form": who})
    assert got.status == 200, got.body
    return got.json, stage.asked(number)


def test_a_city_is_suggested_with_its_source_and_day(stage: Stage) -> None:
    told, asked = suggested(stage, "ELD-1")
    (one,) = told["suggestions"]
    source = one.pop("sources")
    assert one == {
        "field": "city",
        "label": {"zh": "发放津贴的市", "en": "City that pays"},
        "value": f"{BY_ID['ELD-1']['facts']['population']['hukou_code'][:4]}00",
        "confirmable": True,
    }
    assert [(part["register"], part["zh"], part["owner"]["zh"]) for part in source] == [
        ("population", "人口库", "公安机关")
    ]
    assert source[0]["data_as_of"]
    assert told["binding"] is False
    assert told["mark"]
    assert set(asked) == {"population"}


def test_only_registers_that_a_suggestion_needs_are_asked(stage: Stage) -> None:
    told, asked = suggested(stage, "HPF-1")
    assert {one["field"]: one["value"] for one in told["suggestions"]} == {"marital": "single"}
    assert set(asked) == {"population", "marriage"}


def test_a_matter_without_suggestions_gives_none(stage: Stage) -> None:
    told, _ = suggested(stage, "ROAD-1")
    assert told["suggestions"] == told["left_out"] == []


@pytest.mark.parametrize(
    "population",
    [{"match": False}, {"status_code": "cancelled"}, {"match": False, "hukou_code": "110101"}, {"status": "no_record"}],
    ids=["other_name", "cancelled", "elsewhere", "nobody"],
)
def test_whoever_is_not_who_they_say_gets_nothing_and_no_hint(stage: Stage, population: dict) -> None:
    answer = {**BY_ID["HPF-1"]["facts"]["population"], **population}
    told, asked = suggested(stage, "HPF-1", {"population": population if "status" in population else answer})
    assert {name: told[name] for name in NOBODY} == NOBODY
    assert set(asked) == {"population"}


@pytest.mark.parametrize(
    "population",
    [{"data_as_of": "2001-01-01"}, {"data_as_of": "2999-01-01"}],
    ids=["too_old", "future"],
)
def test_a_record_that_can_not_be_used_is_not_told_from_none(stage: Stage, population: dict) -> None:
    """Told, it would say to whoever guesses a number that there is somebody of that number."""
    guessed = {**BY_ID["HPF-1"]["facts"]["population"], "match": False, **population}
    told, asked = suggested(stage, "HPF-1", {"population": guessed})
    assert {name: told[name] for name in NOBODY} == NOBODY
    assert set(asked) == {"population"}


def test_a_city_of_another_province_is_not_suggested(stage: Stage) -> None:
    told, _ = suggested(
        stage, "ELD-1", {"population": {**BY_ID["ELD-1"]["facts"]["population"], "hukou_code": "110101"}}
    )
    assert {name: told[name] for name in NOBODY} == NOBODY


@pytest.mark.parametrize("status", ["timeout", "error"])
def test_a_register_that_is_late_or_faulty_leaves_its_field_out_and_says_so(stage: Stage, status: str) -> None:
    told, _ = suggested(stage, "HPF-1", {"marriage": {"status": status}})
    assert told["suggestions"] == []
    (left,) = told["left_out"]
    assert (left["field"], left["status"], left["source"]["register"]) == ("marital", status, "marriage")
    assert left["zh"] != left["en"]


def test_an_unreachable_identity_register_says_so_and_asks_nobody_else(stage: Stage) -> None:
    told, asked = suggested(stage, "HPF-1", {"population": {"status": "error"}})
    assert told["suggestions"] == []
    assert [one["source"]["register"] for one in told["left_out"]] == ["population"]
    assert set(asked) == {"population"}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"id_no": "210100193505208820"}, "C03_ID_CHECKSUM"),
        ({"id_no": ["x"]}, "C02_FIELD_FORMAT"),
        ({"id_no": None}, "C01_FIELD_MISSING"),
        ({"applicant_name": ""}, "C01_FIELD_MISSING"),
        ({"id_type": "x"}, "C02_FIELD_FORMAT"),
    ],
)
def test_a_wrong_identity_is_told_and_nobody_is_asked(stage: Stage, form: dict, code: str) -> None:
    told, asked = suggested(stage, "ELD-1", **form)
    assert [one["code"] for one in told["correct"]] == [code]
    assert told["suggestions"] == told["left_out"] == []
    assert asked == []


def test_another_document_asks_nobody(stage: Stage) -> None:
    told, asked = suggested(stage, "ELD-1", id_type="414", id_no="E12345678")
    assert {name: told[name] for name in NOBODY} == NOBODY
    assert asked == []


def test_other_fields_of_the_form_are_not_looked_at(stage: Stage) -> None:
    told, _ = suggested(stage, "ELD-1", city="999999", surprise={"a": [1]})
    assert told["correct"] == []
    assert [one["field"] for one in told["suggestions"]] == ["city"]


def test_nothing_is_recorded_and_a_decision_can_follow(stage: Stage) -> None:
    before = stage.records()
    sent = application("ELD-1")
    number = sent["application_id"]
    stage.play(number, BY_ID["ELD-1"]["facts"])
    who = {name: sent["form"][name] for name in IDENTITY}
    path = "/v1/matters/elderly_allowance/prefill"
    first = stage.send("POST", path, {"application_id": number, "form": who})
    assert stage.send("POST", path, {"application_id": number, "form": who}).body == first.body
    assert stage.records() == before
    assert stage.decide(sent).json["outcome"] == "APPROVED"


class Listening:
    """A register that only hears what it is asked."""

    def __init__(self) -> None:
        self.heard: list[Question] = []

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:  # noqa: ARG002 - the protocol's
        self.heard.append(question)
        return Evidence(question.register.name, "error")


def test_the_question_says_what_it_is_for(stage: Stage) -> None:
    register, rules = Listening(), stage.state.services.in_force.publication
    policy = rules.in_force("elderly_allowance", DAY).policy
    asking = Prefill(policy, rules.catalogue, DAY, register, Deadline.after(10))
    asyncio.run(asking.suggest("A1", BY_ID["ELD-1"]["form"]))
    assert [(one.purpose, one.application_id) for one in register.heard] == [
        (f"{policy.item_code}:elderly_allowance:prefill", "A1")
    ]


@pytest.mark.parametrize(
    "body",
    [{}, {"form": {}}, {"application_id": "x y", "form": {}}, {"application_id": "A1", "form": []},
     {"application_id": "A1", "form": {}, "matter": "x"}],
)  # fmt: skip
def test_a_wrong_envelope_is_a_problem_that_repeats_nothing(stage: Stage, body: dict) -> None:
    got = stage.send("POST", "/v1/matters/elderly_allowance/prefill", body)
    assert got.status == 422
    assert json.loads(got.body)["type"].endswith("envelope")


def test_an_unknown_matter_is_not_found(stage: Stage) -> None:
    assert stage.send("POST", "/v1/matters/none/prefill", {"application_id": "A1", "form": {}}).status == 404
