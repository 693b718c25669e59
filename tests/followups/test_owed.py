"""What an application owes, read off its decisions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.followups.owed import debt_of
from decision_service.ledger.store import ByApplication
from tests.followups.office import CALLER, START, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    found.close()


def owes(office: Office, made_up: set[str]) -> str | None:
    debt = debt_of(office.ledger.find(ByApplication(CALLER, "A")), made_up, office.rules)
    return None if debt is None else debt.of.entry.decision_id


def test_the_latest_decision_without_an_answer_is_owed_since_the_first(office: Office) -> None:
    assert owes(office, set()) is None
    first = office.decide("A", "late")
    office.pass_time(3600)
    second = office.decide("A", "not asked")
    office.decide("A", "wrong number")
    debt = debt_of(office.ledger.find(ByApplication(CALLER, "A")), set(), office.rules)
    assert debt is not None
    assert (debt.of.entry.decision_id, debt.since) == (second, START)
    assert owes(office, {first}) == second
    assert owes(office, {second}) is None


def test_an_answer_settles_what_was_owed_before_and_not_what_comes_after(office: Office) -> None:
    office.decide("A", "fault")
    office.decide("A", "answered")
    assert owes(office, set()) is None
    assert owes(office, {office.decide("A", "late")}) is None
    assert owes(office, set()) == "D000003"


def test_once_read_what_a_later_decision_settled_is_not_on_file(office: Office) -> None:
    office.decide("A", "late")
    office.scanner.advance()
    assert [one.application_id for one in office.checks.owed()] == ["A"]
    office.decide("A", "answered")
    office.scanner.advance()
    assert office.checks.owed() == ()
    assert office.scanner.advance() == 0
