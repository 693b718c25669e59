"""More applications than can be decided: new ones are turned away, what was decided is still told."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from decision_service.access.doorkeeper import Doorkeeper, Proof
from decision_service.access.principal import Principal
from decision_service.application import Application
from decision_service.desk import Desk, Reply
from decision_service.policy.shape import Policy
from tests.http.staging import Got, Stage, application, changed, staged

MATTER = "elderly_allowance"
WAIT_SECONDS = 0.4
"""Longer than a decision of `brief` may wait before it is begun: its deadline less what comes after asking."""


@contextlib.contextmanager
def hung(stage: Stage, count: int) -> Iterator[list[Future[Got]]]:
    """So many applications are in work, and stay so until the block has run: a register does not answer them."""
    with ThreadPoolExecutor(count) as pool:
        waiting = [application("ELD-1") for _ in range(count)]
        for one in waiting:
            stage.play(one["application_id"], {"population": {"status": "timeout"}})
        answers = [pool.submit(stage.decide, one) for one in waiting]
        while stage.state.desk.capacity.in_work < count:
            time.sleep(0.01)
        yield answers


def assert_shed(got: Got) -> None:
    assert (got.status, got.json["type"]) == (503, "urn:miaopi:problem:busy")
    assert got.headers["content-type"] == "application/problem+json"
    assert int(got.headers["retry-after"]) >= 1


@pytest.mark.parametrize("measured", [False, True])
def test_what_is_decided_is_told_while_new_applications_are_turned_away(
    registers: str, tmp_path: Path, measured: bool
) -> None:
    """Whether the limit is that of the settings or what was measured; nothing that was taken is lost."""
    with staged(tmp_path, registers, most_in_flight=64 if measured else 3) as stage:
        stage.state.desk.capacity.limit = 3.0
        sent = application("ELD-1")
        first = stage.decide(sent, "first")
        known = f"/v1/decisions/{first.json['decision_id']}"
        with hung(stage, 3) as slow:
            for number in range(5):
                new = application("ELD-1")
                assert_shed(stage.decide(new, f"new {number}"))
                assert stage.asked(new["application_id"]) == []
                again = stage.decide(sent, "first")
                assert (again.status, again.body) == (200, first.body)
                assert again.headers["idempotent-replayed"] == "true"
                for path in (known, f"{known}/receipt", f"{known}/case", f"{known}/explanation", "/v1/matters"):
                    assert stage.send("GET", path).status == 200
            complaint = {"complaint_key": first.json["feedback"]["complaint_key"], "text": "too slow"}
            assert stage.send("POST", f"{known}/complaints", complaint, {"Idempotency-Key": "c"}).status == 200
            assert stage.send("GET", "/readyz").status == 200
            assert stage.records() == 2  # the decision, and the complaint of it
            told = stage.send("GET", "/metrics").body.decode()
            assert 'miaopi_shed_total{why="limit"} 5.0' in told
            assert "miaopi_decisions_limit 3.0" in told
            assert "miaopi_decisions_in_work 3.0" in told
        answers = [one.result() for one in slow]
        assert {one.status for one in answers} == {200}
        assert stage.records() == 5
        assert stage.decide(application("ELD-1"), "new 0").json["outcome"] == "APPROVED"


def test_items_of_a_batch_are_decisions_each(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers) as stage:
        stage.state.desk.capacity.limit = 2.0
        sent, new = application("ELD-1"), application("ELD-1")
        first = stage.decide(sent, "first")
        items = [
            {"idempotency_key": "first", "application": sent},
            {"idempotency_key": "new", "application": new},
        ]
        with hung(stage, 2):
            got = stage.send("POST", "/v1/decisions:batch", {"items": items}).json["items"]
            assert [one["status"] for one in got] == [200, 503]
            assert got[0]["body"]["decision_id"] == first.json["decision_id"]
            assert got[1]["body"]["type"] == "urn:miaopi:problem:busy"
            assert stage.asked(new["application_id"]) == []


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request waits at the door, as in the line before an event loop that is busy."""
    enter = Doorkeeper.principal

    async def waiting(self: Doorkeeper, proof: Proof) -> Principal:
        await asyncio.sleep(WAIT_SECONDS)
        return await enter(self, proof)

    monkeypatch.setattr(Doorkeeper, "principal", waiting)


@pytest.mark.usefixtures("late")
def test_what_has_waited_too_long_is_turned_away_before_anybody_is_asked(registers: str, tmp_path: Path) -> None:
    def brief(policy: Policy) -> Policy:
        return replace(policy, budget=replace(policy.budget, deadline=500))

    with staged(tmp_path, registers, changed(MATTER, brief)) as stage:
        sent = application("ELD-1")
        assert_shed(stage.decide(sent, "late"))
        assert stage.asked(sent["application_id"]) == []
        assert stage.records() == 0
        assert b'miaopi_shed_total{why="late"} 1.0' in stage.send("GET", "/metrics").body


@pytest.mark.usefixtures("late")
def test_time_counts_from_the_last_byte_of_a_request(registers: str, tmp_path: Path) -> None:
    with staged(tmp_path, registers) as stage:
        assert stage.decide(application("ELD-1")).json["elapsed_ms"] >= WAIT_SECONDS * 1000


def test_an_item_of_a_batch_has_not_waited_for_those_before_it(
    registers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[float | None]()
    decide = Desk.decide

    async def noting(self: Desk, asked: Application, came: float | None = None) -> Reply:
        seen.append(came)
        return await decide(self, asked, came)

    monkeypatch.setattr(Desk, "decide", noting)
    with staged(tmp_path, registers) as stage:
        before = time.monotonic()
        items = [{"idempotency_key": f"{place}", "application": application("ELD-1")} for place in range(3)]
        assert stage.send("POST", "/v1/decisions:batch", {"items": items}).status == 200
    first, *others = seen
    assert first is not None
    assert before <= first <= time.monotonic()
    assert others == [None, None]
