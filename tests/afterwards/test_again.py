"""A case that was referred only because a register was late is decided again when it answers: once, as a new record."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.ledger.store import ByApplication
from tests.http.staging import BY_ID, Stage, application, sandbox_config, staged
from tests.requirements.followed import until
from verifiers.journal.reading import JournalReader
from verifiers.sandbox.running import running

LATE = {"deaths": {"status": "timeout"}}
STALE = {"deaths": {"data_as_of": "2026-03-01"}}
UP: dict = {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def stage(folder: Path) -> Iterator[Stage]:
    with running(sandbox_config()) as registers, staged(folder, registers, decide_again_hours=24) as found:
        yield found


def purposes(folder: Path, number: str, register: str) -> list[str]:
    """The last part of the purpose of each call, as the journal has them."""
    with JournalReader(folder / "ledger-calls.sqlite3") as journal:
        calls = [one.sent for one in journal.calls_of(number) if one.sent.register == register]
    return [one.purpose.rsplit(":", 1)[-1] for one in calls]


def decisions(stage: Stage, number: str) -> list:
    return list(stage.state.services.ledger.find(ByApplication("platform", number)))


def facts(case: str, **changed: dict) -> dict:
    own = BY_ID[case]["facts"]
    return {**own, **{name: {**own.get(name, {}), **fields} for name, fields in changed.items()}}


def referred(stage: Stage, case: str = "ELD-1", **changed: dict) -> tuple[dict, dict, bytes]:
    """An application whose registers answer so, its first answer, and that answer's bytes."""
    sent = application(case)
    stage.play(sent["application_id"], facts(case, **changed))
    got = stage.decide(sent, f"key-{sent['application_id']}")
    assert got.json["outcome"] == "REFERRED", got.json
    return sent, got.json, got.body


def decided_again(stage: Stage, number: str) -> dict:
    until(lambda: len(decisions(stage, number)) > 1, "the case is decided again")
    return json.loads(decisions(stage, number)[-1].entry.answer)


@pytest.mark.parametrize("trouble", [LATE, STALE], ids=["late", "stale"])
def test_when_the_register_answers_a_new_record_names_the_old_one(stage: Stage, trouble: dict) -> None:
    sent, first, body = referred(stage, **trouble)
    number, old = sent["application_id"], first["decision_id"]
    stage.play(number, facts("ELD-1"))
    again = decided_again(stage, number)
    assert again["replaces"] == old
    assert again["outcome"] == "APPROVED"
    assert again["as_of"] == first["as_of"]
    assert again["decision_id"] != old
    # The old one stands as it stood, and says where the new one is.
    looked = stage.send("GET", f"/v1/decisions/{old}")
    assert looked.body == body
    assert looked.headers["link"] == f'</v1/decisions/{again["decision_id"]}>; rel="latest-version"'
    assert stage.decide(sent, f"key-{number}").body == body
    assert "link" not in stage.send("GET", f"/v1/decisions/{again['decision_id']}").headers
    for one in (old, again["decision_id"]):
        receipt = stage.send("GET", f"/v1/decisions/{one}/receipt")
        assert receipt.status == 200
    assert stage.send("GET", f"/v1/decisions/{again['decision_id']}/explanation").status == 200


def test_only_what_was_late_is_asked_again_and_says_so(stage: Stage, folder: Path) -> None:
    sent, _, _ = referred(stage, **LATE)
    number = sent["application_id"]
    before = stage.asked(number)
    stage.play(number, facts("ELD-1"))
    decided_again(stage, number)
    assert stage.asked(number)[len(before) :] == ["deaths"] * (len(stage.asked(number)) - len(before))
    assert stage.asked(number).count("credit") == 1
    first, *later = purposes(folder, number, "deaths")
    assert first == "elderly_allowance"
    assert set(later) == {"again"}


def test_as_long_as_it_would_be_referred_for_the_same_nothing_is_recorded(stage: Stage) -> None:
    sent, _, _ = referred(stage, **LATE)
    number = sent["application_id"]
    until(lambda: stage.asked(number).count("deaths") > 2, "a second and a third try")
    assert len(decisions(stage, number)) == 1
    stage.play(number, facts("ELD-1"))
    assert decided_again(stage, number)["outcome"] == "APPROVED"
    assert len(decisions(stage, number)) == 2


def test_another_result_stands_whatever_it_is(stage: Stage) -> None:
    sent, _, _ = referred(stage, **LATE)
    number = sent["application_id"]
    stage.play(number, facts("ELD-1", deaths={"hit": True, "date": "2026-02-11", "source": "funeral"}))
    again = decided_again(stage, number)
    assert [one["code"] for one in again["reasons"]] == ["R13_DEATH_RECORD_HIT"]


@pytest.mark.parametrize("human", [True])
def test_who_asked_for_an_officer_keeps_him(stage: Stage, human: bool) -> None:
    sent = application("ELD-1", human_review=human)
    number = sent["application_id"]
    stage.play(number, facts("ELD-1", **LATE))
    assert stage.decide(sent).json["outcome"] == "REFERRED"
    stage.play(number, facts("ELD-1"))
    other, _, _ = referred(stage, **LATE)
    stage.play(other["application_id"], facts("ELD-1"))
    decided_again(stage, other["application_id"])
    assert len(decisions(stage, number)) == 1


def test_credit_that_is_owed_is_made_by_whoever_makes_late_checks_and_waited_for(stage: Stage, folder: Path) -> None:
    sent, first, _ = referred(stage, "HYG-1", credit={"status": "timeout"})
    number = sent["application_id"]
    assert [one["facts"] for one in first["reasons"]] == [["credit"]]
    stage.play(number, facts("HYG-1"))
    again = decided_again(stage, number)
    assert again["outcome"] == "APPROVED_ON_COMMITMENT"
    first_call, *later = purposes(folder, number, "credit")
    assert first_call == "hygiene_permit"
    assert set(later) == {"deferred"}
