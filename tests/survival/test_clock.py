"""P11: a host clock that is off or jumps approves nobody (the guard's own rule: tests/desk/test_clockguard.py)."""

import time
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import chain, repeat
from pathlib import Path

import pytest

from decision_service.clockguard import ClockGuard
from decision_service.http import watching
from decision_service.kernelclock import KernelClock
from decision_service.ledger.store import ByDecision
from decision_service.policy.shape import Policy
from decision_service.readings import reference
from decision_service.replay import Judge, replay
from decision_service.settings import read_settings
from tests.http.process import serving
from tests.http.staging import DAY, RULES, Stage, application, publication, sandbox_config, staged
from tests.sizes import PROVING
from tests.survival.faking import WrongClock
from verifiers.sandbox.running import running

SUSPENDED = ("REFERRED", ["R16_SUSPENDED"])


def told(stage: Stage) -> str:
    return stage.send("GET", "/metrics").body.decode()


def lacking(stage: Stage) -> list[str]:
    return [one["code"] for one in stage.send("GET", "/readyz").json.get("errors", [])]


@pytest.mark.parametrize("jump", ["+90d", "-90d", "-2", "+2"] if PROVING else ["-90d"])
def test_a_clock_that_jumps_while_serving_stops_approvals(jump: str, registers: str, tmp_path: Path) -> None:
    """A real process whose clock is set while it serves; the registers' clock stays right, and still takes its word."""
    clock = WrongClock(tmp_path)
    with serving(registers, RULES, tmp_path / "l.sqlite3", **clock.environment()) as (stage, _):
        assert stage.decide(application("ELD-1")).json["outcome"] == "APPROVED"
        assert stage.send("GET", "/readyz").status == 200
        clock.set(jump)
        time.sleep(0.1)
        got = stage.decide(application("ELD-1"))
        assert (got.json["outcome"], got.codes) == SUSPENDED
        assert {one["status"] for one in got.json["verifications"]} == {"ok"}, "signed with a time that is believed"
        assert lacking(stage) == ["clock"]
        assert "miaopi_clock_trusted 0.0" in told(stage)
        assert 'miaopi_clock_untrusted_total{cause="jumped"} 1.0' in told(stage)
        clock.set("+0")
        assert stage.decide(application("ELD-1")).codes == SUSPENDED[1], "not before it was steady for a minute"


def test_a_clock_behind_the_record_stops_approvals_from_the_start(registers: str, tmp_path: Path) -> None:
    clock = WrongClock(tmp_path)
    with staged(tmp_path, registers, as_of=None) as stage:
        first = stage.decide(application("ELD-1"))
        assert first.status == 200
        assert first.codes != SUSPENDED[1]
    clock.set("-90d")
    with serving(registers, RULES, tmp_path / "ledger.sqlite3", pinned=False, **clock.environment()) as (served, _):
        got = served.decide(application("ELD-1"))
        assert (got.json["outcome"], got.codes) == SUSPENDED
        assert got.json["decided_at"] >= first.json["decided_at"], "time goes on from the record"
        assert 'miaopi_clock_untrusted_total{cause="behind"} 1.0' in told(served)
    with staged(tmp_path, registers, as_of=None) as stage:
        assert stage.send("GET", "/readyz").status == 200
        assert stage.decide(application("ELD-1")).codes != SUSPENDED[1]


@pytest.mark.parametrize("off", [90, -60])
def test_evidence_is_not_taken_by_a_clock_that_was_off_from_the_start(off: int, registers: str, tmp_path: Path) -> None:
    """On an empty record nothing shows that the clock is off; then what registers say is too old, or of the future."""
    with staged(tmp_path, registers, as_of=DAY + timedelta(days=off)) as stage:
        got = stage.decide(application("ELD-1"))
        assert got.json["outcome"] == "REFERRED"
        assert set(got.codes) <= {"R01_VERIFIER_UNAVAILABLE", "R02_STALE_DATA"}


def test_a_leap_day_is_a_day_like_any(tmp_path: Path) -> None:
    leap = date(2028, 2, 29)
    with running(replace(sandbox_config(), as_of=leap)) as registers, staged(tmp_path, registers, as_of=leap) as stage:
        got = stage.decide(application("ELD-1"))
        assert (got.json["as_of"], got.json["outcome"]) == ("2028-02-29", "APPROVED")


def test_where_the_working_days_of_the_year_are_not_published_an_officer_decides(tmp_path: Path) -> None:
    """Ten working days from 24 December end in a year that has no calendar."""
    late = date(2026, 12, 24)
    with running(replace(sandbox_config(), as_of=late)) as registers, staged(tmp_path, registers, as_of=late) as stage:
        got = stage.decide(application("HYG-5"))
        assert (got.json["outcome"], got.codes) == ("REFERRED", ["R17_CALENDAR_UNKNOWN"])


def test_a_jump_while_an_application_is_judged_refers_it_and_is_replayed_so(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers) as stage:
        desk, trusted = stage.state.desk, chain([True], repeat(False))
        desk.services = replace(desk.services, clock=replace(desk.services.clock, is_trusted=lambda: next(trusted)))
        got = stage.decide(application("ELD-1"))
        assert (got.json["outcome"], got.codes) == SUSPENDED
        assert got.json["engines"] == {"agree": True}
        (recorded,) = stage.state.services.ledger.find(ByDecision(got.json["decision_id"]))

        def second(policy: Policy) -> Judge:
            return lambda sheet: reference.judge(policy, sheet)

        assert replay(recorded, publication(), second) == got.body


@pytest.mark.parametrize(
    ("sync", "kernel", "outcome"),
    [
        ("required", KernelClock(is_synchronised=False, offset_seconds=0.0), "REFERRED"),
        ("required", KernelClock(is_synchronised=True, offset_seconds=1.5), "REFERRED"),
        ("required", None, "REFERRED"),
        ("required", KernelClock(is_synchronised=True, offset_seconds=0.02), "APPROVED"),
        ("told", KernelClock(is_synchronised=False, offset_seconds=0.0), "APPROVED"),
        (None, None, "APPROVED"),  # a trial
    ],
)
def test_a_clock_that_nobody_keeps_in_step_stops_approvals_where_it_must_be_kept(
    sync: str | None,
    kernel: KernelClock | None,
    outcome: str,
    registers: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "ClockGuard", partial(ClockGuard, kernel=lambda: kernel))
    with staged(tmp_path, registers, clock_sync=sync) as stage:
        got = stage.decide(application("ELD-1"))
        assert got.json["outcome"] == outcome
        assert lacking(stage) == (["clock"] if outcome == "REFERRED" else [])
        kept = kernel is not None and kernel.is_synchronised
        assert f"miaopi_clock_synchronised {float(kept)}" in told(stage)
        assert ('"clock_not_synchronised"' in stage.log.getvalue()) != kept


def test_in_production_it_must_be_kept_unless_said_otherwise() -> None:
    assert read_settings({"profile": "production"}, {}).requires_synchronised_clock
    assert not read_settings({"profile": "production", "clock_sync": "told"}, {}).requires_synchronised_clock
    assert not read_settings({}, {}).requires_synchronised_clock
    assert read_settings({"clock_sync": "required"}, {}).requires_synchronised_clock
