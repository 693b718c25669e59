"""What nobody has done in time, and rates that moved: told once, on record, in the log and in the metrics."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.casework.books import shared_case
from tests.casework.office import OFFICER, Office, members, office
from tests.http.members import guarded
from tests.http.staging import Stage
from verifiers.freshness import CHINA


@contextmanager
def on(day: date, folder: Path, registers: str, people: object) -> Iterator[Office]:
    """The service of this folder on that day."""
    with guarded(folder, registers, people, as_of=day) as found:  # type: ignore[arg-type]  # members, as below
        yield Office(found, folder)


def kinds(stage: Stage, kind: str) -> list[str]:
    """The records of a kind, by their ids."""
    return [one.entry.record_id for one in stage.state.services.ledger.read(0, 100_000) if one.entry.kind == kind]


def figures(found: Office) -> str:
    return found.guarded.send("operator", "GET", "/metrics").body.decode()


def test_a_referral_that_nobody_decided_in_time_raises_one_alarm(registers: str, tmp_path: Path) -> None:
    people = members()
    with on(date(2026, 3, 16), tmp_path, registers, people) as found:
        decision = found.decide()
        assert found.queue(OFFICER, "&overdue=yes") == []
        due = date.fromisoformat(found.items(decision)[0]["due"])
    with on(due, tmp_path, registers, people) as found:
        found.until(lambda: "miaopi_queue_length" in figures(found), "the first round")
        assert kinds(found.guarded.stage, "overdue_alarm") == [], "the last day of the term is in time"
    name = f"overdue:referral:{decision['decision_id']}"
    overdue = 'miaopi_queue_overdue{kind="referral",matter="elderly_allowance"} 1.0'
    for late in (1, 2):
        with on(due + timedelta(days=late), tmp_path, registers, people) as found:
            found.until(lambda here=found: overdue in figures(here), "the figure")
            found.until(lambda here=found: kinds(here.guarded.stage, "overdue_alarm") == [name], "the record")
            (item,) = found.queue(OFFICER, "&overdue=yes")
            assert (item["is_overdue"], item["age_days"]) == (True, (due - date(2026, 3, 16)).days + late)
            assert ('"event":"overdue"' in found.guarded.stage.log.getvalue()) is (late == 1), "told once"


def test_a_rate_that_moved_is_on_record_in_the_log_and_in_the_figures(registers: str, tmp_path: Path) -> None:
    """Nine days of approvals, then referrals alone: put on record beforehand, read by the service when it starts."""
    with office(tmp_path, registers) as found:
        ledger = found.guarded.stage.state.services.ledger
        start = datetime(2026, 3, 5, 9, 0, tzinfo=CHINA)
        for number in range(72):
            ledger.append_blocking(shared_case("ELD-1", start + timedelta(days=number // 8, minutes=number)))
        for number in range(8):
            ledger.append_blocking(shared_case("ELD-5", start + timedelta(days=9, minutes=number)))
        stage = found.guarded.stage
        found.until(lambda: len(kinds(stage, "drift_alarm")) == 4, "approval and referral, in the city and everywhere")
        assert "drift:approval:elderly_allowance:all:2026-03-14" in kinds(stage, "drift_alarm")
        standing = 'miaopi_drift_alarms{matter="elderly_allowance",rate="referral"} 2.0'
        found.until(lambda: standing in figures(found), "the figure")
        lines = [line for line in stage.log.getvalue().splitlines() if '"event":"rate_moved"' in line]
        assert len(lines) == 4
        told = found.guarded.send("analyst", "GET", "/staff/v1/quality").json["alarms"]
        assert {(one["rate"], one["city"]) for one in told} == {
            ("approval", ""), ("approval", "210100"), ("referral", ""), ("referral", "210100")
        }  # fmt: skip
        assert all(one["seen"]["total"] == 8 and one["usual"]["total"] == 72 for one in told)
