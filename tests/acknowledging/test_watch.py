"""Effective notice: receipt is acknowledged and periods run from it; what did not arrive becomes a task, once."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.acknowledging.pending import Pending
from decision_service.acknowledging.receipt import acknowledgement_entry, months_later
from decision_service.acknowledging.watch import Tools, Watch
from decision_service.casework.records import Doing, Kind, record, said
from decision_service.ledger.entry import Contents, Entry, canonical
from decision_service.ledger.store import About
from tests.http.staging import BY_ID, DAY, Got, Stage, application, sandbox_config, staged
from verifiers.sandbox.running import running


@pytest.fixture(scope="module")
def registers() -> Iterator[str]:
    with running(sandbox_config()) as url:
        yield url


@pytest.fixture
def stage(registers: str, tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, registers) as found:
        yield found


def decide(stage: Stage, case: str) -> dict:
    sent = application(case)
    stage.play(sent["application_id"], BY_ID[case]["facts"])
    return stage.decide(sent).json


def acknowledge(stage: Stage, decision_id: str, at: str = f"{DAY}T23:58:00+08:00", **more: object) -> Got:
    return stage.send("POST", f"/v1/decisions/{decision_id}/delivery", {"received_at": at, "way": "app", **more})


class Later:
    """The service's clock, some days on."""

    def __init__(self, stage: Stage, days: int) -> None:
        self._clock, self._days = stage.state.services.clock, timedelta(days=days)

    def now(self) -> datetime:
        return self._clock.now() + self._days

    def monotonic(self) -> float:
        return self._clock.monotonic()


def look(stage: Stage, folder: Path, days: int) -> list[str]:
    """The cases with a task for a notice that did not arrive, after the watch has looked `days` days from now."""
    services = stage.state.services
    with closing(Pending(folder / "watched.sqlite3")) as pending:
        tools = Tools(services.ledger, pending, services.clock, services.telemetry, days=10)
        asyncio.run(Watch(replace(tools, clock=Later(stage, days))).round())
    tasks = [one for one in services.ledger.read(0, 1000) if one.entry.kind == Kind.TASK]
    assert all(said(one)["type"] == "undelivered" for one in tasks)
    return [one.entry.decision_id for one in tasks]


def test_receipt_is_on_record_once_and_the_periods_run_from_it(stage: Stage) -> None:
    refused = decide(stage, "ELD-3")
    at = refused["decided_at"]
    got = acknowledge(stage, refused["decision_id"], at)
    assert got.status == 200, got.body
    assert got.json["remedies_until"] == {"reconsideration": "2026-05-15", "lawsuit": "2026-09-16"}
    assert got.json["document"] == refused["decision_id"]
    again = acknowledge(stage, refused["decision_id"], at, way="post")
    assert (again.status, again.body) == (200, got.body), "the first acknowledgement counts"
    records = stage.state.services.ledger.find(About(refused["decision_id"]))
    assert [one.entry.kind for one in records].count(Kind.DELIVERY) == 1


def test_what_grants_is_acknowledged_too_and_has_no_periods(stage: Stage) -> None:
    granted = decide(stage, "ELD-1")
    got = acknowledge(stage, granted["decision_id"], granted["decided_at"])
    assert (got.status, got.json["remedies_until"]) == (200, None)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-03-15T23:00:00+08:00", "out_of_range"),
        ("2026-03-18T00:00:00+08:00", "out_of_range"),
        ("2026-03-16T18:20:00", None),
        ("2026-02-30T18:20:00+08:00", None),
        ("yesterday", "malformed"),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
    ],
)
def test_a_receipt_before_the_decision_or_after_now_or_of_no_known_instant_is_refused(
    stage: Stage, at: str, code: str | None
) -> None:
    got = acknowledge(stage, decide(stage, "ELD-3")["decision_id"], at)
    assert got.status == 422
    (error,) = got.json["errors"]
    assert error["pointer"] == "/received_at"
    assert code in (None, error["code"])


def test_a_decision_that_is_not_there_can_not_have_arrived(stage: Stage) -> None:
    assert acknowledge(stage, "none").status == 404


def test_an_adverse_notice_that_nobody_acknowledged_becomes_a_task_once(stage: Stage, tmp_path: Path) -> None:
    late, arrived, granted = decide(stage, "ELD-3"), decide(stage, "ROAD-6"), decide(stage, "ELD-1")
    assert acknowledge(stage, arrived["decision_id"], arrived["decided_at"]).status == 200
    assert look(stage, tmp_path, days=9) == []
    assert look(stage, tmp_path, days=11) == [late["decision_id"]]
    assert look(stage, tmp_path, days=12) == [late["decision_id"]], "opened a second time"
    (tmp_path / "watched.sqlite3").unlink()
    assert look(stage, tmp_path, days=12) == [late["decision_id"]], "opened a second time when read anew"
    assert granted["remedies"] is None


def test_what_an_officer_decides_later_is_what_must_arrive(stage: Stage, tmp_path: Path) -> None:
    refused = decide(stage, "ELD-3")
    records = stage.state.services.ledger.read(0, 10)
    (record,) = (one for one in records if one.entry.record_id == refused["decision_id"])
    entry = Entry(
        kind=Kind.OFFICER_OUTCOME,
        record_id="outcome:1",
        decision_id=refused["decision_id"],
        application_id=refused["application_id"],
        matter=refused["matter"],
        caller="officer-7",
        key="outcome:1",
        at=f"{DAY}T20:00:00.000+08:00",
        policy_digest=record.entry.policy_digest,
        subject=record.entry.subject,
        contents=Contents("0" * 64, canonical({"outcome": "APPROVED", "remedies": None}), b"{}"),
    )
    stage.state.services.ledger.append_blocking(entry)
    assert look(stage, tmp_path, days=11) == []


def test_the_task_waits_for_an_officer(stage: Stage, tmp_path: Path) -> None:
    refused = decide(stage, "ELD-3")
    look(stage, tmp_path, days=11)
    case = stage.state.office.case(refused["decision_id"])
    assert case is not None
    open_items = [one for one in case.items(stage.state.office.publication).values() if one.is_open]
    assert [one.task_type for one in open_items] == ["undelivered"]


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 30))
def test_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int) -> None:
    found = months_later(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


def test_word_of_what_stood_before_leaves_the_notice_of_an_officer_waiting(stage: Stage, tmp_path: Path) -> None:
    """The officer decided between the platform's request and its record."""
    decision_id, services = decide(stage, "ELD-3")["decision_id"], stage.state.services
    case, now = stage.state.office.case(decision_id), services.clock.now()
    assert case is not None
    arrived = acknowledgement_entry(case, now, "app", "platform", now)
    name = f"outcome:{decision_id}:1"
    told = {"remedies": {"zh": "可以申请行政复议"}}
    doing = Doing("officer", now, name)
    services.ledger.append_blocking(record(Kind.OFFICER_OUTCOME, name, case.decision.entry, doing, told))
    services.ledger.append_blocking(arrived)
    assert look(stage, tmp_path, 11) == [decision_id]
