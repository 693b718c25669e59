"""RQ-H4: one call stops machine decisions of a matter or of all; it takes two people to let them go on; both outlive
restarts and kills, and no decision slips through while it comes."""

import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from decision_service.control.records import RESUME_REQUEST, RESUMED, SUSPENSION
from decision_service.ledger.errors import LedgerFaultError
from decision_service.ledger.store import ByKind
from tests.http.members import CALLER_SCOPES, STAFF_SCOPES, Guarded, Members, guarded
from tests.http.process import serving
from tests.http.staging import RULES, Got, application, sandbox_config
from tests.sizes import size
from verifiers.sandbox.running import running

PATH = "/control/v1/suspensions"
ELDERLY, CARD = "elderly_allowance", "senior_card"


@pytest.fixture(scope="module")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


def members() -> Members:
    """Two operators, one of them with two keys, an approver and an analyst."""
    found = Members().caller("hall").staff("op.li", "operator")
    found.key("staff", "op.li again", "op.li", STAFF_SCOPES)
    return found.staff("op.wang", "operator").staff("chief", "approver").staff("author", "analyst")


def suspend(service: Guarded, matter: str, who: str = "op.li") -> dict:
    got = service.send(who, "POST", PATH, {"matter": matter, "reason": "wrong parameter"})
    assert got.status == 201, got.body
    return got.json


def resume(service: Guarded, suspension: dict, asks: str = "op.li", confirms: str = "op.wang") -> Got:
    path = f"{PATH}/{suspension['suspension']}"
    assert service.send(asks, "POST", f"{path}/resume").status == 202
    return service.send(confirms, "POST", f"{path}/confirm")


def codes(service: Guarded, case: str = "ELD-1") -> list[str]:
    sent = application(case)
    got = service.decide("hall", sent, sent["application_id"])
    assert got.status == 200, got.body
    assert (got.json["outcome"] == "REFERRED") == (got.codes == ["R16_SUSPENDED"])
    return got.codes


def gauge(service: Guarded, matter: str) -> float | None:
    return service.stage.state.services.telemetry.registry.get_sample_value("miaopi_suspended", {"matter": matter})


def test_one_call_refers_a_matter_and_two_people_let_it_go_on(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        assert codes(service) != ["R16_SUSPENDED"]
        stands = suspend(service, ELDERLY)
        assert (stands["by"], stands["recorded"], stands["matter"]) == ("op.li", True, ELDERLY)
        sent = application("ELD-1")
        referred = service.decide("hall", sent, "k").json
        assert [one["code"] for one in referred["reasons"]] == ["R16_SUSPENDED"]
        assert [one["register"] for one in referred["verifications"]] == ["credit"]
        assert codes(service, "CARD-1") != ["R16_SUSPENDED"]
        listed = service.send("hall", "GET", "/v1/matters").json["matters"]
        assert {one["matter"] for one in listed if one["suspended"]} == {ELDERLY}
        assert service.send("author", "GET", PATH).json == {"suspensions": [stands]}
        assert gauge(service, ELDERLY) == 1
        done = resume(service, stands)
        assert done.status == 200, done.body
        assert codes(service) != ["R16_SUSPENDED"]
        assert gauge(service, ELDERLY) == 0
        assert service.send("author", "GET", PATH).json == {"suspensions": []}


def test_one_call_refers_every_matter(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        everything, one = suspend(service, "*"), suspend(service, CARD)
        for case in ("ELD-1", "CARD-1"):
            assert codes(service, case) == ["R16_SUSPENDED"]
        listed = service.send("hall", "GET", "/v1/matters").json["matters"]
        assert all(matter["suspended"] for matter in listed)
        assert resume(service, everything).status == 200
        assert codes(service) != ["R16_SUSPENDED"]
        assert codes(service, "CARD-1") == ["R16_SUSPENDED"]
        assert resume(service, one, confirms="chief").status == 200
        assert codes(service, "CARD-1") != ["R16_SUSPENDED"]


def test_nobody_confirms_alone_whatever_keys_he_has(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        stands = suspend(service, ELDERLY)
        path = f"{PATH}/{stands['suspension']}"
        assert service.send("op.wang", "POST", f"{path}/confirm").json["type"].endswith("resume_not_asked")
        assert service.send("op.li", "POST", f"{path}/resume").status == 202
        for who in ("op.li", "op.li again"):
            got = service.send(who, "POST", f"{path}/confirm")
            assert (got.status, got.json["type"]) == (409, "urn:miaopi:problem:second_person_needed")
        for who, status in (("author", 403), ("hall", 403), (None, 401)):
            assert service.send(who, "POST", f"{path}/confirm").status == status
            assert service.send(who, "POST", PATH, {"matter": "*", "reason": "x"}).status == status
        assert codes(service) == ["R16_SUSPENDED"]
        assert service.send("op.wang", "POST", f"{path}/confirm").status == 200
        assert service.send("op.wang", "POST", f"{path}/confirm").json["type"].endswith("unknown_suspension")
        assert CALLER_SCOPES


def test_suspending_again_takes_back_that_somebody_asked_to_resume(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        first = suspend(service, ELDERLY)
        assert suspend(service, ELDERLY, "op.wang") == first
        assert service.send("op.li", "POST", f"{PATH}/{first['suspension']}/resume").status == 202
        second = suspend(service, ELDERLY, "op.wang")
        assert second["suspension"] != first["suspension"]
        assert service.send("op.wang", "POST", f"{PATH}/{first['suspension']}/confirm").status == 404
        assert codes(service) == ["R16_SUSPENDED"]


def test_what_is_sent_wrongly_changes_nothing(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        for body, status in (
            ({"matter": "no_such", "reason": "x"}, 404),
            ({"matter": ELDERLY}, 422),
            ({"matter": ELDERLY, "reason": ""}, 422),
            ({"matter": ELDERLY, "reason": "x", "more": 1}, 422),
            ({"matter": ELDERLY, "reason": "x" * 501}, 422),
            ({"matter": ELDERLY, "reason": "half a pair \ud800"}, 400),
            ([], 422),
        ):
            assert service.send("op.li", "POST", PATH, body).status == status
        assert codes(service) != ["R16_SUSPENDED"]


def test_each_step_is_on_record_and_stands_after_a_restart(registers: str, tmp_path: Path) -> None:
    with guarded(tmp_path, registers, members()) as service:
        kept, ended = suspend(service, CARD), suspend(service, ELDERLY)
        assert resume(service, ended).status == 200
        assert service.send("op.wang", "POST", f"{PATH}/{kept['suspension']}/resume").status == 202
        ledger = service.stage.state.services.ledger
        steps = {
            kind: [json.loads(one.entry.answer) for one in ledger.find(ByKind(kind))]
            for kind in (SUSPENSION, RESUME_REQUEST, RESUMED)
        }
    assert [(one["by"], one["matter"], one["reason"]) for one in steps[SUSPENSION]] == [
        ("op.li", CARD, "wrong parameter"),
        ("op.li", ELDERLY, "wrong parameter"),
    ]
    assert [(one["by"], one["matter"]) for one in steps[RESUME_REQUEST]] == [("op.li", ELDERLY), ("op.wang", CARD)]
    assert [(one["asked_by"], one["by"]) for one in steps[RESUMED]] == [("op.li", "op.wang")]
    with guarded(tmp_path, registers, members()) as service:
        assert codes(service, "CARD-1") == ["R16_SUSPENDED"]
        assert codes(service) != ["R16_SUSPENDED"]
        assert gauge(service, CARD) == 1
        # Whoever asked before the restart may not confirm after it.
        path = f"{PATH}/{kept['suspension']}/confirm"
        assert service.send("op.wang", "POST", path).status == 409
        assert service.send("op.li", "POST", path).status == 200
        assert codes(service, "CARD-1") != ["R16_SUSPENDED"]


def test_what_was_answered_outlives_a_kill_after_each_step(registers: str, tmp_path: Path) -> None:
    found, rules = members(), tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue", ignore=shutil.ignore_patterns("bundles.yaml"))
    shutil.copytree(RULES / ELDERLY, rules / ELDERLY)
    more = {"MIAOPI_ACCESS": str(found.write(tmp_path / "access.toml")), "MIAOPI_CONTROL_PORT": "0"}

    @contextmanager
    def killed_after() -> Iterator[Guarded]:
        with serving(registers, rules, tmp_path / "ledger.sqlite3", **more) as (stage, child):
            yield Guarded(stage, found)
            child.kill()
            child.wait(30)

    with killed_after() as service:
        path = f"{PATH}/{suspend(service, ELDERLY)['suspension']}"
    with killed_after() as service:
        assert codes(service) == ["R16_SUSPENDED"]
        assert service.send("op.wang", "POST", f"{path}/confirm").status == 409
        assert service.send("op.li", "POST", f"{path}/resume").status == 202
    with killed_after() as service:
        assert codes(service) == ["R16_SUSPENDED"]
        assert service.send("op.li", "POST", f"{path}/confirm").status == 409
        assert service.send("op.wang", "POST", f"{path}/confirm").status == 200
    with killed_after() as service:
        assert codes(service) != ["R16_SUSPENDED"]
        assert service.send("op.wang", "POST", f"{path}/confirm").status == 404


def test_it_takes_effect_even_where_it_cannot_be_recorded(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guarded(tmp_path, registers, members()) as service:
        ledger = service.stage.state.services.ledger
        real = type(ledger).append

        async def failing(self: object, entry: object) -> object:
            if entry.kind != "decision":  # type: ignore[attr-defined]  # it is an Entry
                raise LedgerFaultError("the disk is gone")
            return await real(self, entry)  # type: ignore[arg-type]  # as it came

        monkeypatch.setattr(type(ledger), "append", failing)
        stands = suspend(service, ELDERLY)
        assert stands["recorded"] is False
        assert codes(service) == ["R16_SUSPENDED"]
        # No step towards the end counts that is not on record.
        got = service.send("op.li", "POST", f"{PATH}/{stands['suspension']}/resume")
        assert got.json["type"].endswith("not_recorded")
        monkeypatch.undo()
        again = suspend(service, ELDERLY, "op.wang")
        assert (again["suspension"], again["recorded"], again["by"]) == (stands["suspension"], True, "op.li")
        assert resume(service, again).status == 200


def test_no_decision_slips_through_while_a_suspension_comes(registers: str, tmp_path: Path) -> None:
    """By the order of the ledger itself: between the record of a suspension and that of its end, whatever was under
    way, no record of the matter is a machine's decision."""
    rounds = size("suspensions under load", quick=6, full=100)
    with guarded(tmp_path, registers, members(), most_in_flight=256) as service, ThreadPoolExecutor(8) as pool:
        stop = threading.Event()

        def applying() -> int:
            count = 0
            while not stop.is_set():
                sent = application("ELD-1")
                assert service.decide("hall", sent, sent["application_id"]).status == 200
                count += 1
            return count

        work = [pool.submit(applying) for _ in range(6)]
        for _ in range(rounds):
            threading.Event().wait(0.05)
            stands = suspend(service, ELDERLY)
            threading.Event().wait(0.05)
            assert resume(service, stands).status == 200
        stop.set()
        decided = sum(one.result() for one in work)
        records = service.stage.state.services.ledger.read(0, 100_000)
    outcomes, suspended, machine, referred = [], False, 0, 0
    for one in records:
        if one.entry.kind == "decision":
            outcome = json.loads(one.entry.answer)["outcome"]
            outcomes.append(outcome)
            assert outcome == "REFERRED" or not suspended, one.index
            machine += outcome != "REFERRED"
            referred += outcome == "REFERRED"
        elif one.entry.kind in (SUSPENSION, RESUMED):
            suspended = one.entry.kind == SUSPENSION
    assert len(outcomes) == decided
    assert machine > 0
    assert referred > 0
