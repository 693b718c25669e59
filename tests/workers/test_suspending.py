"""What is suspended is decided by no machine, in whichever worker it is: by the order of the record (RQ-H4)."""

import json

import pytest

from decision_service.clockguard import ClockGuard
from decision_service.control.records import RESUMED, SUSPENSION
from decision_service.decision import SUSPENDED
from decision_service.ledger.entry import DECISION
from tests.http.staging import Got, application
from tests.workers.crewing import WAIT_SECONDS, Crewed, underway, until
from tests.workers.platforms import platforms, require_whole, submitting

PATH = "/control/v1/suspensions"


def suspend(crew: Crewed, matter: str) -> str:
    got = crew.guarded.send("op.li", "POST", PATH, {"matter": matter, "reason": "wrong parameter"})
    assert got.status == 201, got.body
    return str(got.json["suspension"])


def resume(crew: Crewed, suspension: str) -> None:
    assert crew.guarded.send("op.li", "POST", f"{PATH}/{suspension}/resume").status == 202
    assert crew.guarded.send("op.wang", "POST", f"{PATH}/{suspension}/confirm").status == 200


def test_no_machine_decides_between_the_records_of_a_suspension_and_of_its_end(crew: Crewed) -> None:
    start = crew.records()
    with platforms(crew.stage, "suspend") as found:
        until(lambda: len(found.answers) >= 10)
        suspension = suspend(crew, "elderly_allowance")
        seen = len(found.answers)
        until(lambda: len(found.answers) >= seen + 10)
        resume(crew, suspension)
        seen = len(found.answers)
        until(lambda: len(found.answers) >= seen + 10)
    require_whole(crew, found)
    stands, decided = False, {True: 0, False: 0}
    for record in crew.up.state.services.ledger.read(start, 1000):
        match record.entry.kind:
            case kind if kind == SUSPENSION:
                stands = True
            case kind if kind == RESUMED:
                stands = False
            case kind if kind == DECISION and record.entry.matter == "elderly_allowance":
                codes = [one["code"] for one in json.loads(record.entry.answer)["reasons"]]
                # A worker hears that it is over a moment after the record says so.
                assert codes == [SUSPENDED] if stands else True
                decided[codes == [SUSPENDED]] += 1
    assert all(decided.values())


def test_what_is_suspended_on_its_way_to_the_record_is_referred(crew: Crewed, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = application("ELD-1")
    on_its_way = underway(monkeypatch, sent)
    got: dict[str, Got | None] = {}
    with submitting(crew.stage, {"suspended": sent}, got):
        assert on_its_way.arrived.wait(WAIT_SECONDS)
        suspension = suspend(crew, "*")
        on_its_way.go.set()
    resume(crew, suspension)
    told = got["suspended"]
    assert told is not None
    assert (told.json["outcome"], told.codes) == ("REFERRED", [SUSPENDED])
    assert [one["status"] for one in told.json["verifications"]] == ["ok"] * 5, "by then all registers had answered"


def test_a_clock_that_lost_trust_on_the_way_to_the_record_refers_at_once(
    crew: Crewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = application("ELD-1")
    on_its_way = underway(monkeypatch, sent)
    got: dict[str, Got | None] = {}
    with submitting(crew.stage, {"mistrusted": sent}, got):
        assert on_its_way.arrived.wait(WAIT_SECONDS)
        monkeypatch.setattr(ClockGuard, "look", lambda _: "jumped")  # the keeper's, in this process
        on_its_way.go.set()
    told = got["mistrusted"]
    assert told is not None
    assert (told.json["outcome"], told.codes) == ("REFERRED", [SUSPENDED])
    assert on_its_way.times == 2, "refused once, and taken as it stood then"
    monkeypatch.undo()
    until(lambda: crew.stage.decide(application("ELD-1")).codes != [SUSPENDED])  # all workers have heard
