"""The guard as a whole, on a virtual clock: what goes through to a register, and what comes of it."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import virtual_time
from tests.sizes import size
from tests.verifiers.guard.acting import (
    CREDIT,
    DEAD,
    KEPT,
    NUMBERS,
    PLAIN,
    QUICK,
    REFUSED,
    Act,
    Scene,
    many,
    person,
    question,
    scene,
    settled,
)
from verifiers.credentials.presentation import CredentialVerifier
from verifiers.evidence import Evidence
from verifiers.guard.breaker import BreakerRules
from verifiers.guard.line import LineRules
from verifiers.registers import Register
from verifiers.verifier import Shown, known_of


@pytest.mark.parametrize("register", [CREDIT, NUMBERS])
def test_credit_and_numbers_are_put_once_each_and_never_shared_kept_or_hedged(register: Register) -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK] * 100 + [Act(0.7)])
        await many(stage, register, 100)
        found = await asyncio.gather(*(stage.ask(question(register)) for _ in range(10)))
        assert {one.origin for one in found} == {"asked"}
        assert len({one.request_id for one in found}) == 10
        assert len(stage.player.asked) == 110
        assert stage.told == [(register.name, "closed")]

    virtual_time.run(main)


@pytest.mark.parametrize("calls", [10, 100])
def test_a_late_answer_is_asked_for_once_more_if_there_is_budget(calls: int) -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK] * calls + [DEAD, QUICK])
        await many(stage, PLAIN, calls)
        evidence = await stage.ask(question(PLAIN, person(calls)))
        if calls == 10:  # half a token was earned
            assert (evidence.status, len(stage.player.asked), stage.counted("hedge_sent")) == ("timeout", 11, 0)
            return
        assert (evidence.status, evidence.request_id, evidence.elapsed_ms) == ("ok", "r-101", 170)
        (first, put, limit), (second, again, same) = stage.player.asked[-2:]
        assert second - first == pytest.approx(0.12)  # not sooner than the catalogue's median
        assert (put, limit) == (again, same)
        assert (stage.counted("hedge_sent"), stage.counted("hedge_won")) == (1, 1)
        await settled()
        assert (stage.player.out, stage.player.cancelled) == (0, 1)

    virtual_time.run(main)


def test_no_second_call_without_a_free_place() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK] * 100 + [DEAD, QUICK], LineRules(most_in_flight=1))
        await many(stage, PLAIN, 100, gap=0.1)
        assert (await stage.ask(question(PLAIN, person(100)))).status == "timeout"
        assert (len(stage.player.asked), stage.counted("hedge_sent")) == (101, 0)

    virtual_time.run(main)


def test_calls_that_lost_to_their_second_do_not_make_the_register_look_quick() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK] * 145 + [DEAD, QUICK] * 5)
        await many(stage, PLAIN, 100)
        await asyncio.sleep(601)  # what was measured is forgotten, what was saved up is not
        await many(stage, PLAIN, 45)
        await asyncio.sleep(11)
        found = [await stage.ask(question(PLAIN, person(100 + n))) for n in range(5)]
        assert [one.status for one in found] == ["ok"] * 5
        assert stage.counted("hedge_won") == 5
        usual = stage.guard.measured("deaths")
        assert usual is not None
        assert usual.p95_ms > 200
        await settled()

    virtual_time.run(main)


def test_a_call_that_lost_late_is_no_failure() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, ([QUICK] * 9 + [Act(0.6)]) * 10 + [DEAD, QUICK] * 5)
        await many(stage, replace(PLAIN, asked_once=True), 100)  # the same register's line, without second calls
        await asyncio.sleep(11)
        for number in range(5):
            assert (await stage.ask(question(PLAIN, person(100 + number)))).elapsed_ms == 650
        assert stage.guard.states() == {"deaths": "closed"}
        await settled()

    virtual_time.run(main)


def test_no_second_call_when_too_little_time_is_left_for_a_useful_answer() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK] * 100 + [DEAD])
        await many(stage, PLAIN, 100)
        evidence = await stage.ask(question(PLAIN, person(100)), seconds=0.14)
        assert (evidence.status, len(stage.player.asked)) == ("timeout", 101)
        await settled()

    virtual_time.run(main)


def test_no_second_call_while_the_breaker_is_not_closed() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK] * 100 + [REFUSED] * 5 + [DEAD])
        await many(stage, PLAIN, 100)
        await asyncio.sleep(11)
        await many(stage, PLAIN, 10, start=100, gap=0.2)
        await asyncio.sleep(2.1)
        calls = len(stage.player.asked)
        evidence = await stage.ask(question(PLAIN, person(200)))
        assert (evidence.status, len(stage.player.asked) - calls) == ("timeout", 1)

    virtual_time.run(main)


def test_a_full_register_is_waited_for_a_moment_and_then_refused() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [Act(0.4)], LineRules(most_in_flight=2, wait_seconds=0.05))
        found = await asyncio.gather(*(stage.ask(question(PLAIN, person(n))) for n in range(6)))
        assert [one.status for one in found] == ["ok"] * 2 + ["error"] * 4
        assert [(one.fault, one.elapsed_ms) for one in found[2:]] == [("bulkhead_full", 50)] * 2 + [
            ("bulkhead_full", 0)
        ] * 2
        assert stage.player.most_out == 2
        assert stage.guard.states() == {"deaths": "closed"}  # being full is no fault of the register

    virtual_time.run(main)


def test_a_kept_answer_serves_the_next_application_until_it_is_too_old_or_erased() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK])
        first = await stage.ask(question(KEPT))
        again = await stage.ask(question(KEPT))
        assert (first.origin, again.origin, again.elapsed_ms) == ("asked", "cached", 0)
        assert (again.facts, again.digest, again.data_as_of) == (first.facts, first.digest, first.data_as_of)
        assert stage.guard.purge("210100193505208826") == 1
        assert (await stage.ask(question(KEPT))).origin == "asked"
        await asyncio.sleep(600)
        assert (await stage.ask(question(KEPT))).origin == "asked"
        assert (await stage.ask(question(replace(KEPT, max_age_hours=0)))).origin == "asked"

    virtual_time.run(main)


def test_a_kept_answer_is_known_without_asking_as_long_as_asking_would_give_it() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK])
        assert stage.guard.known(question(KEPT)) is None
        await stage.ask(question(KEPT))
        asked = len(stage.player.asked)
        assert stage.guard.known(question(KEPT)) == await stage.ask(question(KEPT))
        assert stage.guard.known(question(PLAIN)) is None
        through = CredentialVerifier(stage.guard, None)
        assert known_of(through, question(KEPT)) == stage.guard.known(question(KEPT))
        assert known_of(through, replace(question(KEPT), credential=Shown("t", "c", "b"))) is None
        await asyncio.sleep(600)
        assert stage.guard.known(question(KEPT)) is None
        assert len(stage.player.asked) == asked

    virtual_time.run(main)


def test_no_record_is_kept_for_half_a_minute() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [Act(0.0, "no_record")])
        origins = []
        for seconds in (0, 29, 2):
            await asyncio.sleep(seconds)
            origins.append((await stage.ask(question(KEPT))).origin)
        assert origins == ["asked", "cached", "asked"]

    virtual_time.run(main)


def test_after_the_deadline_nobody_is_asked() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK])
        evidence = await stage.ask(seconds=0)
        assert (evidence.status, stage.player.asked) == ("timeout", [])

    virtual_time.run(main)


ACTS = st.builds(
    Act,
    st.sampled_from([0.0, 0.05, 0.2, 0.6, 0.9, 5.0]),
    st.sampled_from(["ok", "ok", "ok", "no_record", "stale", "error", "raises", "cancels"]),
)
RULES = LineRules(BreakerRules(probes=2), most_in_flight=8)


@settings(max_examples=size("guarded", quick=60, full=5_000), deadline=None)
@given(st.lists(ACTS, min_size=1, max_size=30), st.lists(st.integers(0, 3), min_size=1, max_size=60), st.data())
def test_whatever_a_register_does_nothing_is_made_up_or_late_or_left_behind(
    acts: list[Act], people: list[int], data: st.DataObject
) -> None:
    async def main(clock: object) -> None:
        complaints: list[dict] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        stage = scene(clock, acts, RULES)
        tasks = []
        for who in people:
            register = data.draw(st.sampled_from([PLAIN, KEPT, CREDIT]))
            seconds = data.draw(st.sampled_from([0.1, 0.7, 3.0]))
            tasks.append((asyncio.ensure_future(timed(stage, question(register, person(who)), seconds)), seconds))
            await asyncio.sleep(data.draw(st.sampled_from([0.0, 0.03, 0.3, 2.0])))
            if data.draw(st.integers(0, 9)) == 0:
                tasks.pop()[0].cancel()
        given_by_number = {one.request_id: one for one in stage.player.given if one.request_id}
        for task, seconds in tasks:
            evidence, took = await task
            given_by_number |= {one.request_id: one for one in stage.player.given if one.request_id}
            assert took <= seconds + 1e-6
            if evidence.status in ("ok", "no_record", "stale"):
                said = given_by_number[evidence.request_id]
                assert (evidence.status, evidence.facts) == (said.status, said.facts)
        await settled()
        assert (stage.player.out, complaints) == (0, [])

    async def timed(stage: Scene, put: object, seconds: float) -> tuple[Evidence, float]:
        started = stage.clock()
        return await stage.ask(put, seconds), stage.clock() - started

    virtual_time.run(main)
