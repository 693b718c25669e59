"""提高开放数据质量: register data in doubt become a ticket for the owner of the data (RQ-E4)."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from decision_service.followups.file import FollowupFile
from decision_service.followups.ticketbox import TicketBox
from tests.http.staging import BY_ID, Stage, application, publication, sandbox_config, staged
from tests.requirements.followed import miaopi, on_file, tickets, until
from verifiers.sandbox.running import running

PAID_ELSEWHERE = {"active": [{"benefit": "elderly_allowance", "city": "210200", "since": "2025-06-01"}]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


def conflict(stage: Stage) -> dict:
    """Two registers disagree (R03): the benefit is paid in a city where the applicant does not live."""
    sent = application("ELD-1")
    stage.play(sent["application_id"], {**BY_ID["ELD-1"]["facts"], "benefits": PAID_ELSEWHERE})
    got = stage.decide(sent)
    assert got.codes == ["R03_SOURCES_CONFLICT"]
    return got.json


def mismatch(stage: Stage) -> dict:
    """What is declared is not what is registered (C06): six who serve, five certificates."""
    sent = application("HYG-6")
    stage.play(sent["application_id"], BY_ID["HYG-6"]["facts"])
    got = stage.decide(sent)
    assert got.codes == ["C06_DATA_MISMATCH"]
    return got.json


def advised(stage: Stage) -> dict:
    """As `conflict`, told as advice only: an account to be activated comes first."""
    sent = application("ELD-2")
    facts = {**BY_ID["ELD-2"]["facts"], "benefits": PAID_ELSEWHERE}
    stage.play(sent["application_id"], {**facts, "social_security_card": {"bank_function": "inactive"}})
    got = stage.decide(sent)
    assert got.codes == ["C07_ACCOUNT_INACTIVE"]
    assert "R03_SOURCES_CONFLICT" in [one["code"] for one in got.json["advice"]]
    return got.json


def opened(ledger: Path, count: int) -> list[dict]:
    """The tickets on file, when there are so many."""
    with closing(FollowupFile(FollowupFile.beside(ledger))) as file:
        box = TicketBox(file)
        until(lambda: box.open_count() >= count, f"{count} tickets")
        return [one.as_json() for one in box.tickets()]


def test_each_register_in_doubt_gets_one_ticket_that_names_no_value(sandbox: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    with staged(tmp_path, sandbox) as stage:
        two, one = conflict(stage), mismatch(stage)
        besides = advised(stage)
        stage.decide(application("ELD-1"))
        found = opened(ledger, 5)
    owners = publication().catalogue.registers
    got = {(ticket["decision_id"], ticket["register"]): ticket for ticket in found}
    assert set(got) == {
        (two["decision_id"], "population"),
        (two["decision_id"], "benefits"),
        (one["decision_id"], "health_certificates"),
        (besides["decision_id"], "population"),
        (besides["decision_id"], "benefits"),
    }
    for (decision_id, register), ticket in got.items():
        answer = next(told for told in (two, one, besides) if told["decision_id"] == decision_id)
        given = next(told for told in answer["verifications"] if told["register"] == register)
        assert ticket["state"] == "open"
        assert (ticket["owner_zh"], ticket["owner_en"]) == (owners[register].owner_zh, owners[register].owner_en)
        assert ticket["owner_zh"]
        assert ticket["request_id"] == given["request_id"]
        assert ticket["opened_at"] == answer["decided_at"]
    certificates = got[one["decision_id"], "health_certificates"]
    assert certificates["facts"] == ["health_certificates.valid_certificates"]
    assert certificates["compared_with"] == ["service_staff"]
    assert got[two["decision_id"], "benefits"]["facts"] == ["benefits.active"]
    text = json.dumps(found, ensure_ascii=False)
    for form in (BY_ID["ELD-1"]["form"], BY_ID["HYG-6"]["form"]):
        assert form["id_no"] not in text
        assert form["applicant_name"] not in text
    assert "210200" not in text, "nor what the register said"


def test_a_restart_opens_none_twice_and_reading_everything_again_brings_the_same(sandbox: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    with staged(tmp_path, sandbox) as stage:
        conflict(stage)
        first = opened(ledger, 2)
    with staged(tmp_path, sandbox) as stage:
        mismatch(stage)
        second = opened(ledger, 3)
    assert [one for one in second if one in first] == first
    for file in tmp_path.glob("ledger-followups.*"):
        file.unlink()
    with staged(tmp_path, sandbox):
        assert opened(ledger, 3) == second
    assert on_file(ledger) == {"owed": [], "done": []}


def test_the_owner_gets_a_list_and_answers_once(sandbox: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    with staged(tmp_path, sandbox) as stage:
        conflict(stage)
        opened(ledger, 2)
    (ticket,) = tickets(ledger, "--register", "benefits", "--open")
    at = ["--ledger", str(ledger)]
    close = ["followups", "close", ticket["ticket_id"], *at, "--by", "civil affairs"]
    assert miaopi(*close, "--note", "see 210100193505208826")[0] == 2, "an ID number has no place in a note"
    assert miaopi(*close, "--note", " ")[0] == 2
    assert tickets(ledger, "--register", "benefits", "--open") == [ticket]
    code, told = miaopi(*close, "--note", "the payment in Dalian was ended in May; put right 已更正")
    assert (code, told["state"]) == (0, "answered")
    assert tickets(ledger, "--register", "benefits", "--open") == []
    (answered,) = tickets(ledger, "--register", "benefits")
    assert {name: answered[name] for name in ticket if name not in ("state", "answered_at", "answered_by", "note")} == {
        name: ticket[name] for name in ticket if name not in ("state", "answered_at", "answered_by", "note")
    }
    assert (answered["state"], answered["answered_by"]) == ("answered", "civil affairs")
    assert "put right" in answered["note"]
    assert miaopi(*close, "--note", "once more")[0] == 2
    assert tickets(ledger, "--register", "benefits") == [answered]
    assert miaopi("followups", "close", "DQ-NONE", *at, "--note", "x")[0] == 2
    assert len(tickets(ledger, "--open")) == 1
