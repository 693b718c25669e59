"""RQ-D7: no decision outside the log. Whatever door it came through, an answer is a record of the one chain, or there
is no answer."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from decision_service.client import new_key
from decision_service.ledger.errors import LedgerFaultError
from decision_service.ledger.opening import LedgerFiles
from decision_service.ledger.receipt import full_answer
from decision_service.ledger.verify import verify_ledger
from tests.casework.office import GRANT, OFFICER, PLATFORM, Office, office, problem
from tests.http.staging import BY_ID, application


@pytest.fixture
def bureau(registers: str, tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, registers) as found:
        yield found


def everything(bureau: Office) -> Iterator[Mapping[str, Any]]:
    """Answers through every door there is: one, batch, bundle, correction, officer."""
    yield bureau.decide("ELD-1")
    asked = application("ELD-1")
    bureau.guarded.stage.play(asked["application_id"], BY_ID["ELD-1"]["facts"])
    items = {"items": [{"idempotency_key": new_key(), "application": asked}]}
    yield bureau.guarded.send(PLATFORM, "POST", "/v1/decisions:batch", items).json["items"][0]["body"]
    bundle = {"application_id": f"{asked['application_id']}-B", "channel": "pc"}
    form = {**asked["form"], "delivery": "electronic"}
    headers = {"Idempotency-Key": new_key()}
    told = bureau.guarded.send(PLATFORM, "POST", "/v1/bundles/ELDER/decisions", {**bundle, "form": form}, headers)
    yield from told.json["parts"].values()
    wrong = bureau.decide("ELD-1", id_no="1")
    yield wrong
    right = {**application("ELD-1"), "application_id": wrong["application_id"]}
    bureau.guarded.stage.play(right["application_id"], BY_ID["ELD-1"]["facts"])
    yield bureau.guarded.decide(PLATFORM, right, new_key()).json
    referred = bureau.decide("ELD-5")
    yield referred
    yield bureau.outcome(OFFICER, bureau.claim(referred), "APPROVED", result=GRANT).json


def test_every_answer_is_a_record_of_the_one_chain(bureau: Office) -> None:
    """At the place that it names, with the bytes that were answered, once; and the chain holds."""
    answers = list(everything(bureau))
    assert len(answers) == 8
    ledger = bureau.guarded.stage.state.services.ledger
    for told in answers:
        (found,) = ledger.read(told["record"]["index"], 1)
        assert f"sha256:{found.leaf.hex()}" == told["record"]["leaf"]
        assert found.entry.kind == ("officer_outcome" if "decided_by" in told else "decision")
        if "decided_by" not in told:
            assert bureau.guarded.send(PLATFORM, "GET", f"/v1/decisions/{told['decision_id']}").body == full_answer(
                found
            )
    places = [told["record"]["index"] for told in answers]
    assert len(set(places)) == len(places)
    report = verify_ledger(bureau.folder / "ledger.sqlite3")
    assert report.is_sound, report.first


def test_what_can_not_be_recorded_is_not_decided(bureau: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer, no case, no work for an officer; once the log takes records again, the same key is decided."""
    services = bureau.guarded.stage.state.services
    asked, key = application("ELD-5"), new_key()
    bureau.guarded.stage.play(asked["application_id"], BY_ID["ELD-5"]["facts"])

    async def full(_: object) -> None:
        raise LedgerFaultError("the disk is full")

    count, queue = len(services.ledger.read(0, 1000)), bureau.queue()
    with monkeypatch.context() as broken:
        broken.setattr(services.ledger, "append", full)
        got = bureau.guarded.decide(PLATFORM, asked, key)
        assert problem(got) == "503 not_recorded"
        assert "outcome" not in got.json
    assert len(services.ledger.read(0, 1000)) == count
    assert bureau.queue() == queue
    assert bureau.guarded.decide(PLATFORM, asked, key).json["outcome"] == "REFERRED"
    assert len(services.ledger.read(0, 1000)) == count + 1


def test_lists_are_readings_of_the_log(registers: str, tmp_path: Path) -> None:
    """Everything beside the log and its keys can be thrown away: cases and queue come out of it again."""
    with office(tmp_path, registers) as before:
        referred, decided = before.decide("ELD-5"), before.decide("ELD-1")
        shown = [before.case(one) for one in (referred, decided)]
        queue = before.queue()
    files = LedgerFiles.beside(tmp_path / "ledger.sqlite3")
    kept = tuple(one.name for one in (files.ledger, files.key, files.ring, files.master))
    thrown = [one for one in tmp_path.iterdir() if not one.name.startswith(kept)]
    assert thrown
    for one in thrown:
        one.unlink() if one.is_file() else shutil.rmtree(one)
    with office(tmp_path, registers) as after:
        assert [after.case(one) for one in (referred, decided)] == shown
        assert after.queue() == queue


def test_a_record_that_is_taken_out_is_missed(bureau: Office) -> None:
    """Whoever takes a decision out of the file behind the service's back breaks the chain at that place."""
    for _ in range(3):
        bureau.decide("ELD-1")
    copy = bureau.folder / "copy.sqlite3"
    with closing(sqlite3.connect(bureau.folder / "ledger.sqlite3")) as whole, closing(sqlite3.connect(copy)) as other:
        whole.backup(other)
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            other.execute(f"DROP TRIGGER {name}")
        other.execute("DELETE FROM record WHERE rowid = (SELECT rowid FROM record LIMIT 1 OFFSET 1)")
        other.commit()
    assert not verify_ledger(copy).is_sound
