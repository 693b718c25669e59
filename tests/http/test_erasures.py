"""Erasing a person: two people, a ground, and afterwards nothing that can be read, while every proof holds (P25)."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from decision_service.control.erasures import ERASURE, ERASURE_REQUEST, Erasures
from decision_service.control.retention import erase_due
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import load_or_create_key, load_or_create_master
from decision_service.ledger.opening import LedgerFiles, writing
from decision_service.ledger.store import ByKind
from decision_service.ledger.verify import Known, verify_ledger
from decision_service.proof.receipt import verify_receipt
from tests.http.members import Guarded, Members, guarded
from tests.http.staging import BY_ID, application, sandbox_config
from verifiers.sandbox.running import running

PATH = "/control/v1/erasures"
CASE = "ELD-1"
NUMBER = BY_ID[CASE]["form"]["id_no"]
PERSON = {"id_type": "111", "id_no": NUMBER}
ORDERED = {"person": PERSON, "ground": "ordered", "note": "judgment 12"}


@pytest.fixture(scope="module")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


def members() -> Members:
    found = Members().caller("hall").caller("other").staff("officer.li", "officer").staff("chief", "approver")
    return found.staff("both", "officer", "approver")


def decided(service: Guarded, case: str = CASE, **form: str) -> dict:
    sent = application(case, **form)
    service.stage.play(sent["application_id"], BY_ID[case]["facts"])
    got = service.decide("hall", sent, sent["application_id"])
    assert got.status == 200, got.body
    return {**got.json, "sent": sent}


def erase(service: Guarded, body: dict = ORDERED) -> dict:
    asked = service.send("officer.li", "POST", PATH, body)
    assert asked.status == 202, asked.body
    done = service.send("chief", "POST", f"{PATH}/{asked.json['erasure']}/approve")
    assert done.status == 200, done.body
    return done.json


def ledger_of(folder: Path) -> Path:
    return folder / "ledger.sqlite3"


def check(folder: Path) -> tuple[bool, int, int]:
    files = LedgerFiles.beside(ledger_of(folder))
    with closing(KeyRing(files.ring, load_or_create_master(files.master))) as ring:
        report = verify_ledger(files.ledger, known=Known(ring=ring))
    return report.is_sound, report.read, report.erased


def test_two_people_erase_a_person_and_every_proof_stays(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        mine = [decided(service), decided(service)]
        other = decided(service, "ELD-2")
        receipt = service.send("hall", "GET", f"/v1/decisions/{mine[0]['decision_id']}/receipt")
        before = check(tmp_path)
        done = erase(service)
        assert (done["records"], done["by"], done["approved_by"]) == (2, "officer.li", "chief")
        for one in mine:
            for path in ("", "/receipt", "/explanation", "/notice", "/case"):
                assert service.send("hall", "GET", f"/v1/decisions/{one['decision_id']}{path}").status == 410, path
            again = service.decide("hall", one["sent"], one["sent"]["application_id"])
            assert (again.status, again.json["type"]) == (410, "urn:miaopi:problem:erased")
            assert service.send("other", "GET", f"/v1/decisions/{one['decision_id']}").status == 404
        assert service.send("hall", "GET", f"/v1/decisions/{other['decision_id']}").status == 200
        key = load_or_create_key(LedgerFiles.beside(ledger_of(tmp_path)).key).public_key
        assert verify_receipt(receipt.body, key).statement.decision_id == mine[0]["decision_id"]
        sound, _, erased = check(tmp_path)
        assert (sound, erased) == (True, before[2] + 2)
        assert not holding(tmp_path, NUMBER), "no file holds the number"
        assert decided(service)["outcome"] == "APPROVED", "whoever was erased may apply anew"
        assert service.send("officer.li", "GET", PATH).json["erasures"] == []
        query = "SELECT count(*) FROM access WHERE who = 'officer.li' AND purpose LIKE 'GET /control/v1/erasures%'"
        with closing(sqlite3.connect(tmp_path / "ledger-calls.sqlite3")) as journal:
            assert journal.execute(query).fetchone() == (1,), "who looks at the list is in the journal first"


def holding(folder: Path, words: str) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file() and words.encode() in path.read_bytes()]


def test_it_takes_two_people_with_the_right_roles(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        one = decided(service)
        asked = service.send("both", "POST", PATH, ORDERED)
        assert asked.status == 202
        path = f"{PATH}/{asked.json['erasure']}/approve"
        assert service.send("both", "POST", path).json["type"].endswith(":second_person_needed")
        assert service.send("officer.li", "POST", path).status == 403
        assert service.send("chief", "POST", PATH, ORDERED).status == 403
        assert service.send("chief", "POST", f"{PATH}/ERQ-000000000000/approve").status == 404
        assert service.send("hall", "GET", f"/v1/decisions/{one['decision_id']}").status == 200
        assert service.send("chief", "POST", path).status == 200
        assert service.send("chief", "POST", path).status == 404, "it is done, and not again"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"ground": "retention_ended"}, "kept_longer"),
        ({"person": {"id_type": "111", "id_no": "210100194603168850"}}, "nobody"),
        ({"person": None}, "envelope"),
        ({"application": {"platform": "hall", "application_id": "A"}}, "envelope"),
        ({"note": f"of {NUMBER}"}, "envelope"),
        ({"ground": "whim"}, "envelope"),
        ({"person": None, "application": {"platform": "hall", "application_id": "A"}}, "nobody"),
    ],
)
def test_what_cannot_be_asked(registers: str, tmp_path: Path, change: dict, problem: str) -> None:
    with guarded(tmp_path, registers, members()) as service:
        decided(service)
        body = {name: one for name, one in {**ORDERED, **change}.items() if one is not None}
        got = service.send("officer.li", "POST", PATH, body)
        assert got.json["type"] == f"urn:miaopi:problem:{problem}"
        assert NUMBER.encode() not in got.body
        if problem == "kept_longer":
            assert got.json["kept_until"] == "2056-03-16"


def test_an_application_that_names_nobody_is_erased_by_its_number(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        one = decided(service, id_no="1")
        asked = {"platform": "hall", "application_id": one["application_id"]}
        erase(service, {"application": asked, "ground": "unlawful_processing", "note": "never consented"})
        assert service.send("hall", "GET", f"/v1/decisions/{one['decision_id']}").status == 410


def test_what_came_back_for_correction_goes_with_the_person_whom_the_correction_named(
    registers: str, tmp_path: Path
) -> None:
    with guarded(tmp_path, registers, members()) as service:
        wrong, other = decided(service, id_no="1"), decided(service, id_no="1")
        assert wrong["outcome"] == "CORRECTION_REQUIRED"
        sent = {**application(CASE), "application_id": wrong["application_id"]}
        service.stage.play(sent["application_id"], BY_ID[CASE]["facts"])
        right = service.decide("hall", sent, "corrected").json
        assert erase(service)["records"] == 2
        for one, status in ((right, 410), (wrong, 410), (other, 200)):
            assert service.send("hall", "GET", f"/v1/decisions/{one['decision_id']}").status == status


def test_what_was_asked_outlives_a_restart_and_a_key_ring_from_a_copy_brings_nothing_back(
    registers: str, tmp_path: Path
) -> None:
    ring = LedgerFiles.beside(ledger_of(tmp_path)).ring
    with guarded(tmp_path, registers, members()) as service:
        one = decided(service)
        asked = service.send("officer.li", "POST", PATH, ORDERED).json
    copy = {path: path.read_bytes() for path in tmp_path.glob(f"{ring.name}*")}
    with guarded(tmp_path, registers, service.members) as service:
        assert service.send("officer.li", "GET", PATH).json["erasures"] == [asked]
        assert service.send("chief", "POST", f"{PATH}/{asked['erasure']}/approve").status == 200
    for path in tmp_path.glob(f"{ring.name}*"):
        path.unlink()
    for path, content in copy.items():
        path.write_bytes(content)
    with guarded(tmp_path, registers, service.members) as service:
        assert service.send("hall", "GET", f"/v1/decisions/{one['decision_id']}").status == 410
        assert service.send("officer.li", "GET", PATH).json["erasures"] == []


def test_raw_answers_of_registers_go_too(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        one, other = decided(service), decided(service, "ELD-2")
        erase(service)
        kept = {number for _, number in raw_answers(tmp_path)}
        with closing(sqlite3.connect(tmp_path / "ledger-calls.sqlite3")) as journal:
            calls = {row[0] for row in journal.execute("SELECT application_id FROM sent")}
    assert one["application_id"] not in kept
    assert one["application_id"] in calls, "that they were made stays"
    assert other["application_id"] in kept


def raw_answers(folder: Path) -> set[tuple[str, str]]:
    """Whose raw answers the journal holds: callers and numbers of applications."""
    query = "SELECT caller, application_id FROM answer JOIN sent ON sent.call_id = answer.call_id"
    with closing(sqlite3.connect(folder / "ledger-calls.sqlite3")) as journal:
        return set(journal.execute(query))


def test_what_lies_beside_goes_again_at_a_start_and_nothing_of_others_or_of_later_goes(
    registers: str, tmp_path: Path
) -> None:
    """The journal is put back from a copy of before. Another platform uses the same number for another person."""
    with guarded(tmp_path, registers, members()) as service:
        one = decided(service)
        number = one["application_id"]
        namesake = {**application("ELD-2"), "application_id": number}
        service.stage.play(number, BY_ID["ELD-2"]["facts"])
        assert service.decide("other", namesake, number).status == 200
    copy = {path: path.read_bytes() for path in tmp_path.glob("ledger-calls.sqlite3*")}
    with guarded(tmp_path, registers, service.members) as service:
        erase(service)
        assert ("hall", number) not in raw_answers(tmp_path)
        assert ("other", number) in raw_answers(tmp_path)
    for path in tmp_path.glob("ledger-calls.sqlite3*"):
        path.unlink()
    for path, content in copy.items():
        path.write_bytes(content)
    assert ("hall", number) in raw_answers(tmp_path)
    with guarded(tmp_path, registers, service.members) as service:
        anew = decided(service)
        until = time.monotonic() + 60
        while ("hall", number) in raw_answers(tmp_path) and time.monotonic() < until:
            time.sleep(0.05)
        assert raw_answers(tmp_path) >= {("other", number), ("hall", anew["application_id"])}
        assert ("hall", number) not in raw_answers(tmp_path)


def test_a_name_in_other_letters_is_no_second_person(registers: str, tmp_path: Path) -> None:
    """As when a sign-on or a new access file writes it otherwise."""
    with guarded(tmp_path, registers, Members().caller("hall").staff("Chief", "officer")) as service:
        decided(service)
        asked = service.send("Chief", "POST", PATH, ORDERED).json
    with guarded(tmp_path, registers, Members().staff("chief", "approver")) as service:
        got = service.send("chief", "POST", f"{PATH}/{asked['erasure']}/approve")
        assert (got.status, got.json["type"]) == (409, "urn:miaopi:problem:second_person_needed")


class Nothing:
    def forget(self, *_: object) -> None: ...


def test_what_is_past_its_retention_is_erased_by_itself(registers: str, tmp_path: Path) -> None:
    """Two persons, one of whom applied again later: on each day exactly those go whose newest record is old enough."""
    import asyncio

    with guarded(tmp_path, registers, members()) as service:
        mine, other = decided(service), decided(service, "ELD-2")
    at = datetime.fromisoformat(mine["decided_at"])
    with writing(LedgerFiles.beside(ledger_of(tmp_path)), "miaopi", print) as record:
        for days, gone in ((3650, 0), (3653, 0), (3655, 2), (3656, 0)):
            later = at + timedelta(days=days)
            erasures = Erasures(record.ledger, record.ring, lambda later=later: later, 3653, Nothing())
            assert asyncio.run(erase_due(record.ledger, erasures, lambda later=later: later, 3653)) == gone, days
        (one,) = {json.loads(one.entry.answer)["ground"] for one in record.ledger.find(ByKind(ERASURE))}
        assert one == "retention_ended"
        assert record.ledger.find(ByKind(ERASURE_REQUEST)) == ()
    sound, _, erased = check(tmp_path)
    assert (sound, erased) == (True, 2)
    assert other["decision_id"] != mine["decision_id"]
