"""What auditors do with decisions over HTTP: find them without a name, open one for a purpose that is taken down first,
prove it, and make it again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from decision_service.casework import searching
from decision_service.proof.receipt import verify_receipt
from tests.casework.office import ANALYST, APPROVER, AUDITOR, OFFICER, PLATFORM, Office, office, problem
from tests.http.staging import BY_ID, DAY, Got
from tests.ledger.conformance.stores import PostgresPlace
from tests.ledger.conftest import database, durable_server
from verifiers.journal.errors import JournalFaultError
from verifiers.journal.reading import JournalReader

__all__ = ["database", "durable_server"]

OTHER_MATTER = next(one for one in BY_ID if BY_ID[one]["matter"] != "elderly_allowance")
SEARCH = "/staff/v1/decisions"


def found(bureau: Office, query: str = "", who: str = AUDITOR) -> Got:
    return bureau.guarded.send(who, "GET", f"{SEARCH}?{query}")


def opened(bureau: Office, decision: dict, part: str, who: str = AUDITOR) -> Got:
    return bureau.guarded.send(who, "GET", f"{SEARCH}/{decision['decision_id']}/{part}")


def ids(got: Got) -> list[str]:
    assert got.status == 200, got.body
    return [one["decision_id"] for one in got.json["decisions"]]


def test_decisions_are_found_by_what_they_are_about_and_name_nobody(bureau: Office) -> None:
    granted, referred = bureau.decide("ELD-1"), bureau.decide("ELD-5")
    card = bureau.decide(OTHER_MATTER)
    got = found(bureau, "limit=200")
    listed = ids(got)
    assert listed[:3] == [card["decision_id"], referred["decision_id"], granted["decision_id"]]
    for one in ("ELD-1", "ELD-5"):
        assert BY_ID[one]["form"]["id_no"] not in got.body.decode()
        assert BY_ID[one]["form"]["applicant_name"] not in got.body.decode()
    row = next(one for one in got.json["decisions"] if one["decision_id"] == referred["decision_id"])
    assert row == {
        "decision_id": referred["decision_id"],
        "application_id": referred["application_id"],
        "matter": "elderly_allowance",
        "day": referred["decided_at"][:10],
        "decided_at": referred["decided_at"],
        "caller": PLATFORM,
        "index": referred["record"]["index"],
        "erased": False,
        "outcome": "REFERRED",
        "reasons": [one["code"] for one in referred["reasons"]],
        "engines_agree": True,
        "channel": "mobile",
        "replaces": None,
    }
    for query, holds in (
        ("matter=elderly_allowance", {granted["decision_id"], referred["decision_id"]}),
        ("outcome=REFERRED", {referred["decision_id"]}),
        (f"reason={referred['reasons'][0]['code']}", {referred["decision_id"]}),
        (f"from={DAY}&to={DAY}", {granted["decision_id"], referred["decision_id"], card["decision_id"]}),
    ):
        narrowed = set(ids(found(bureau, f"limit=200&{query}")))
        assert holds <= narrowed, query
    assert card["decision_id"] not in ids(found(bureau, "limit=200&matter=elderly_allowance"))
    assert granted["decision_id"] not in ids(found(bureau, "limit=200&outcome=REFERRED"))
    assert ids(found(bureau, "from=2031-01-01")) == ids(found(bureau, "to=2019-01-01")) == []
    assert ids(found(bureau, f"decision_id={granted['decision_id']}")) == [granted["decision_id"]]
    assert ids(found(bureau, f"application_id={card['application_id']}")) == [card["decision_id"]]
    assert ids(found(bureau, f"application_id={card['application_id']}&matter=elderly_allowance")) == []
    assert ids(found(bureau, "decision_id=unknown")) == []


def test_pages_hold_every_decision_once(bureau: Office) -> None:
    for _ in range(5):
        bureau.decide("ELD-1")
    whole, pages, after = ids(found(bureau, "limit=200")), [], ""
    while True:
        got = found(bureau, f"limit=2{after}")
        pages += ids(got)
        assert got.json["complete"]
        if got.json["next"] is None:
            break
        after = f"&after={got.json['next']}"
    assert pages == whole


def test_a_search_looks_at_so_much_and_no_more(bureau: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = bureau.decide("ELD-5")
    for _ in range(6):
        bureau.decide("ELD-1")
    monkeypatch.setattr(searching, "MOST_SEEN", 4)
    monkeypatch.setattr(searching, "STRETCH", 2)
    got = found(bureau, "outcome=REFERRED")
    assert (ids(got), got.json["complete"]) == ([], False)
    seen, after = [], got.json["next"]
    while after is not None:
        got = found(bureau, f"outcome=REFERRED&after={after}")
        seen += ids(got)
        after = got.json["next"]
    assert first["decision_id"] in seen
    assert len(seen) == len(set(seen))
    assert got.json["complete"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "outcome=GOOD", "from=yesterday", "after=%21", "after=QQ==", "matter=",
     "matter=a&matter=b", "application_id=11010519491231002X", "decision_id=" + "x" * 129],
)  # fmt: skip
def test_a_search_that_is_none_is_refused(bureau: Office, query: str) -> None:
    assert problem(found(bureau, query)) == "422 envelope"


def test_only_auditors_search_and_open(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    for who in (PLATFORM, ANALYST, APPROVER, OFFICER):
        assert found(bureau, who=who).status in (401, 403)
        for part in ("file?purpose=audit", "receipt", "replay"):
            assert opened(bureau, decision, part, who).status in (401, 403)
    assert readings(bureau, decision) == []
    assert problem(found(bureau, "name=x")) == "400 query_refused"


def test_a_decision_is_opened_whole_once_it_is_taken_down_who_opens_it(bureau: Office) -> None:
    decision, form = bureau.decide("ELD-1"), BY_ID["ELD-1"]["form"]
    for wrong in ("file", "file?purpose=decide", "file?purpose=audit&purpose=audit"):
        assert problem(opened(bureau, decision, wrong)) == "400 purpose_missing"
    assert readings(bureau, decision) == []
    file = opened(bureau, decision, "file?purpose=audit").json
    assert readings(bureau, decision) == [(AUDITOR, "staff: audit")]
    assert [(one["who"], one["purpose"]) for one in file["accesses"]] == [(AUDITOR, "staff: audit")]
    assert file["answer"] == decision
    assert {one["field"]: one["value"] for one in file["form"]}["id_no"] == form["id_no"]
    by_register = {one["register"]: one for one in decision["verifications"]}
    for fact in file["facts"]:
        stood = by_register[fact["register"]]
        assert {name: fact[name] for name in ("digest", "data_as_of", "request_id")} == {
            name: stood[name] for name in ("digest", "data_as_of", "request_id")
        }
        assert fact["age_seconds"] is not None
        assert fact["age_seconds"] >= 0
        assert form["id_no"] not in json.dumps({name: fact[name] for name in fact if name != "facts"})
    values = {one["rule"]: one.get("values", []) for one in file["explanation"]["rules"]}
    named = {part["text"]: part["value"]["zh"] for parts in values.values() for part in parts}
    assert named["city"] == f"沈阳市（{form['city']}）", named
    assert all(values[one["rule"]] for one in file["explanation"]["rules"] if one["state"] in ("holds", "fails"))
    assert 'lang="zh-CN"' in file["notice"]["zh"]
    assert file["notice"]["en"] != file["notice"]["zh"]
    assert (file["application_id"], file["channel"]) == (decision["application_id"], "mobile")
    assert [one["decision_id"] for one in file["decisions"]] == [decision["decision_id"]]
    assert problem(opened(bureau, {"decision_id": "none"}, "file?purpose=audit")) == "404 unknown_decision"


def test_what_came_after_stands_in_the_file(bureau: Office) -> None:
    decision = bureau.decide()
    bureau.claim(decision)
    history = opened(bureau, decision, "file?purpose=audit").json["history"]
    assert [(one["kind"], one["by"]) for one in history] == [("case_claim", OFFICER)]


def test_nothing_is_shown_that_cannot_be_taken_down(bureau: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    decision, journal = bureau.decide("ELD-1"), bureau.guarded.stage.state.services.journal
    assert journal is not None

    def fails(_: object) -> None:
        raise JournalFaultError("the disk is full")

    monkeypatch.setattr(journal, "note_access", fails)
    for part in ("file?purpose=audit", "receipt", "replay"):
        got = opened(bureau, decision, part)
        assert problem(got) == "503 not_ready"
        assert BY_ID["ELD-1"]["form"]["id_no"] not in got.body.decode()
    assert problem(found(bureau)) == "503 not_ready"


def test_a_receipt_and_the_decision_made_again(bureau: Office) -> None:
    decision = bureau.decide("ELD-1")
    receipt = opened(bureau, decision, "receipt")
    public_key = bureau.guarded.stage.state.services.ledger.read(0, 1)[0].public_key
    proven = verify_receipt(receipt.body, public_key)
    assert proven.statement.decision_id == decision["decision_id"]
    again = opened(bureau, decision, "replay").json
    assert (again["same"], again["differs_at"], again["agree"], again["referred_by"]) == (True, [], True, None)
    first, second = again["engines"]
    assert (first.pop("engine"), second.pop("engine")) == ("compiled", "rete")
    assert first == second
    assert first["outcome"] == decision["outcome"]
    assert first["result"] == {name: decision["result"][name] for name in first["result"]} != {}
    routes = [purpose for _, purpose in readings(bureau, decision, "")]
    assert routes == [f"GET {SEARCH}/{{decision_id}}/{part}" for part in ("receipt", "replay")]


def test_an_altered_record_is_told_where_it_differs(bureau: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    decision = bureau.decide("ELD-1")
    second = bureau.guarded.stage.state.services.second
    monkeypatch.setattr(second, "spoil", lambda verdict: replace(verdict, notes=("N99",)))
    again = opened(bureau, decision, "replay").json
    assert (again["same"], again["agree"]) == (False, False)
    assert "/outcome" in again["differs_at"]
    assert "/engines/agree" in again["differs_at"]
    assert not set(again["differs_at"]) & {"", "/decision_id", "/record/leaf"}


def test_of_an_erased_person_only_that_a_decision_stood(registers: str, tmp_path: Path) -> None:
    with office(tmp_path, registers) as place:
        decision = place.decide("ELD-1")
        form = BY_ID["ELD-1"]["form"]
        asked = {"person": {"id_type": "111", "id_no": form["id_no"]}, "ground": "ordered", "note": "judgment 12"}
        request = place.guarded.send(OFFICER, "POST", "/control/v1/erasures", asked).json
        done = place.guarded.send(APPROVER, "POST", f"/control/v1/erasures/{request['erasure']}/approve")
        assert done.status == 200, done.body
        (row,) = found(place, "limit=10").json["decisions"]
        assert (row["decision_id"], row["erased"], row["outcome"]) == (decision["decision_id"], True, None)
        assert ids(found(place, f"outcome={decision['outcome']}")) == []
        for part in ("file?purpose=audit", "receipt", "replay"):
            assert problem(opened(place, decision, part)) == "410 erased"


def test_it_is_the_same_in_a_database(database: PostgresPlace, registers: str, tmp_path: Path) -> None:
    with office(tmp_path, registers, ledger_database=database.address(), log="test.log") as place:
        first, second = place.decide("ELD-1"), place.decide("ELD-5")
        assert ids(found(place)) == [second["decision_id"], first["decision_id"]]
        assert ids(found(place, f"application_id={first['application_id']}")) == [first["decision_id"]]
        assert ids(found(place, "outcome=REFERRED&matter=elderly_allowance")) == [second["decision_id"]]
        assert opened(place, first, "file?purpose=audit").json["answer"] == first
        assert opened(place, first, "replay").json["same"]


def readings(bureau: Office, decision: dict, beginning: str = "staff: ") -> list[tuple[str, str]]:
    with JournalReader(bureau.folder / "ledger-calls.sqlite3") as reader:
        found = list(reader.accesses(decision_id=decision["decision_id"]))
    return [(one.who, one.purpose) for one in found if one.purpose.startswith(beginning)]
