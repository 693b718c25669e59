"""When a check is tried, when it is overdue, how long its answer is kept: by a clock that the test moves."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.followups.alone import Alone
from decision_service.followups.file import FollowupFile
from decision_service.followups.schedule import LONGEST_SECONDS, SHUT_SECONDS, WIDTH
from decision_service.ledger.store import ByDecision
from tests.followups.office import CALLER, Office

HOUR = 3600.0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    found.close()


def figure(office: Office, name: str) -> float:
    lines = office.telemetry.exposition().decode().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


def events(office: Office) -> list[dict]:
    return [json.loads(line) for line in office.log.getvalue().splitlines()]


def test_within_a_day_it_is_tried_again_and_again_and_after_it_loudly(office: Office) -> None:
    office.centre.mode = "down"
    decision = office.decide("A", "late")
    while office.elapsed < 24 * HOUR:
        office.round()
        assert figure(office, "miaopi_credit_checks_owed") == 1
        assert figure(office, "miaopi_credit_checks_overdue") == 0
        office.pass_time(300.0)
    tries = len(office.centre.asked)
    assert tries > 24 * HOUR / (LONGEST_SECONDS + 600)
    assert all(one["event"] == "credit_check_failed" for one in events(office))
    office.pass_time(LONGEST_SECONDS)
    office.round()
    assert len(office.centre.asked) == tries + 1
    assert figure(office, "miaopi_credit_checks_overdue") == 1
    assert figure(office, "miaopi_credit_checks_oldest_seconds") == office.elapsed
    last = events(office)[-1]
    assert (last["event"], last["level"], last["decision_id"]) == ("credit_check_overdue", "error", decision)
    office.centre.mode = "up"
    office.pass_time(LONGEST_SECONDS)
    office.round()
    assert (figure(office, "miaopi_credit_checks_owed"), figure(office, "miaopi_credit_checks_overdue")) == (0, 0)
    assert [one.decision_id for one in office.checks.done(10)] == [decision]


def test_while_the_centre_fails_one_check_in_a_while_finds_out_and_then_all_are_made(office: Office) -> None:
    office.centre.mode = "down"
    for number in range(40):
        office.decide(f"N{number}", "late")
    office.round()
    assert len(office.centre.asked) == WIDTH, "nothing was known against the centre yet"
    for _ in range(60):
        before = len(office.centre.asked)
        office.pass_time(SHUT_SECONDS)
        office.round()
        assert len(office.centre.asked) - before == 1
    office.centre.mode, office.centre.seconds = "up", 0.2
    office.pass_time(LONGEST_SECONDS)
    office.round()
    assert not office.checks.owed()
    assert set(office.centre.answered.values()) == {1}
    assert office.centre.most == WIDTH


def test_a_clock_that_was_a_year_ahead_puts_no_check_off_for_a_year(office: Office) -> None:
    office.ahead, office.centre.mode = 365 * 24 * HOUR, "down"
    office.decide("A", "late")
    office.round()
    office.ahead, office.centre.mode = 0.0, "up"
    office.pass_time(LONGEST_SECONDS)
    office.round()
    assert not office.checks.owed()


def test_what_our_own_guard_holds_back_costs_an_application_no_try(office: Office) -> None:
    office.centre.mode = "down"
    office.centre.fault = "breaker_open"
    office.decide("A", "late")
    for _ in range(10):
        office.round()
        office.pass_time(SHUT_SECONDS)
    assert [one.attempts for one in office.checks.owed()] == [0]
    office.centre.mode = "up"
    office.round()
    assert not office.checks.owed()


def test_the_answer_is_kept_while_it_is_fresh_and_that_it_came_for_good(office: Office) -> None:
    decision = office.decide("A", "late")
    office.round()
    assert office.checks.answers([decision])[decision]["status"] == "ok"
    office.pass_time(25 * HOUR)
    office.round()
    assert office.checks.answers([decision]) == {}
    files = list(office.folder.glob("ledger-followups.*"))
    assert len(files) > 1
    assert all(b"judgment_defaulter" not in file.read_bytes() for file in files), "nor is it left in any file"
    assert [one.request_id for one in office.checks.done(10)] == ["R1"]


def test_two_processes_on_one_ledger_have_one_worker(office: Office) -> None:
    path = FollowupFile.beside(office.folder / "ledger.sqlite3").with_suffix(".lock")
    other = Alone(path)
    assert other.held()
    office.decide("A", "late")
    office.round()
    assert office.centre.asked == []
    other.close()
    office.round()
    assert len(office.centre.asked) == 1


@pytest.mark.parametrize("length", [1, 4])
def test_another_ledger_in_the_place_of_the_one_that_was_read_is_read_whole(tmp_path: Path, length: int) -> None:
    first = Office(tmp_path)
    for _ in range(2):
        first.decide("A", "late")
    first.round()
    first.close()
    for file in tmp_path.glob("ledger.sqlite3*"):
        file.unlink()
    second = Office(tmp_path, "E")
    try:
        owed = [second.decide(f"B{number}", "late") for number in range(length)]
        second.round()
        made = {one.decision_id for one in second.checks.done(10)}
        assert made == {"D000002", *owed}
    finally:
        second.close()


def test_rules_that_are_gone_are_waited_for(office: Office) -> None:
    office.decide("A", "late")
    office.scanner.advance()
    rules = office.rules
    office.rules = rules.__class__(rules.catalogue, {})
    office.round()
    (owed,) = office.checks.owed()
    assert (owed.status, owed.attempts) == ("rules_missing", 1)
    assert office.centre.asked == []
    office.rules = rules
    office.pass_time(LONGEST_SECONDS)
    office.round()
    assert not office.checks.owed()
    assert office.centre.answered.total() == 1


def test_an_application_before_the_desk_is_left_alone_and_others_are_not(office: Office) -> None:
    for number in range(20):
        office.decide(f"N{number}", "late")
        office.deciding.add((CALLER, f"N{number}"))
    office.decide("free", "late")
    office.round()
    assert {one for one, _ in office.centre.answered} == {"free"}


def test_what_the_centre_says_of_somebody_who_is_erased_meanwhile_is_not_kept(office: Office) -> None:
    office.subject = b"s" * 16
    decision_id = office.decide("A", "late")
    (recorded,) = office.ledger.find(ByDecision(decision_id))
    office.centre.meanwhile = lambda: office.ring.destroy([recorded.envelope.key_id])
    office.round()
    assert office.centre.answered.total() == 1
    assert (office.checks.answers([decision_id]), office.checks.owed()) == ({}, ())
