"""How long one stays signed in."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from decision_service.access.actions import Action
from decision_service.access.principal import Principal
from decision_service.workbench.sessions import IDLE, LONGEST, Sessions
from decision_service.workbench.visit import Bench, SignedOutError, Visit
from tests.workbench.desks import in_a_loop

PERSON = Principal("operator", "staff", frozenset({"operator"}))


class Clock:
    """An hour hand that these tests turn."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 16, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def after(self, passed: timedelta) -> None:
        self.at += passed


class Answering:
    """A service that says what key it was asked with."""

    async def get(self, *asked: object) -> Any:
        return asked[2]


def visit_of(sessions: Sessions, token: str) -> Visit:
    bench = cast("Bench", type("Fake", (), {"service": Answering()})())
    return Visit(bench, PERSON, "zh", cast("Any", None), lambda: sessions.of(token), lambda: sessions.used(token))


def test_a_page_that_renews_itself_does_not_keep_one_signed_in() -> None:
    clock = Clock()
    sessions = Sessions(clock.now)
    visit = visit_of(sessions, sessions.begin(PERSON, "key"))
    for _ in range(3):
        clock.after(IDLE / 4)
        assert in_a_loop(visit.get("public", "/metrics")) == "key"
    clock.after(IDLE / 4)
    with pytest.raises(SignedOutError):
        in_a_loop(visit.get("public", "/metrics"))
    with pytest.raises(SignedOutError):
        visit.require(Action.READ_CONTROL)


def test_who_works_stays_signed_in_but_not_for_ever() -> None:
    clock = Clock()
    sessions = Sessions(clock.now)
    token = sessions.begin(PERSON, "key")
    visit = visit_of(sessions, token)
    began = clock.now()
    while clock.now() + IDLE / 2 < began + LONGEST:
        clock.after(IDLE / 2)
        assert visit.require(Action.READ_CONTROL) == "operator"
    clock.after(IDLE / 2)
    assert sessions.of(token) is None
    assert sessions.used(token) is None
