"""The guard through a register's outage, on a virtual clock: what shuts it, what does not, and how it is used again."""

import asyncio

import pytest

from tests import virtual_time
from tests.verifiers.guard.acting import (
    CREDIT,
    DEAD,
    KEPT,
    NUMBERS,
    PLAIN,
    QUICK,
    REFUSED,
    SLOW,
    Act,
    many,
    person,
    question,
    scene,
    settled,
)
from verifiers.journal.journaling import UNRECORDED
from verifiers.registers import Register


@pytest.mark.parametrize("register", [PLAIN, KEPT, CREDIT, NUMBERS])
@pytest.mark.parametrize("act", [DEAD, REFUSED, Act(0.01, "raises"), Act(0.01, "cancels")])
def test_in_an_outage_hardly_more_than_was_offered_goes_out_and_soon_almost_nothing(
    register: Register, act: Act
) -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [QUICK] * 100 + [act])
        offered, calls = 0, 0
        for second in range(60):
            before = len(stage.player.asked)
            found = await many(stage, register, 20, start=20 * second)
            offered, calls = offered + 20, len(stage.player.asked)
            assert calls <= 1.1 * offered
            assert all(one.status != "ok" for one in found[5:]) or second < 6
            if second >= 20 and act.status not in ("raises", "cancels"):
                assert calls - before <= 2  # probes
        if act.status not in ("raises", "cancels"):
            assert stage.counted("breaker_open") > offered / 2
            assert stage.guard.states()[register.name] in ("open", "half_open")

    virtual_time.run(main)


def test_a_defect_of_ours_or_an_odd_question_shuts_no_register() -> None:
    async def main(clock: object) -> None:
        ours = ("unspeakable", "value", "unconnected", UNRECORDED, "closed", "raised")
        acts = [Act(0.01, "raises"), Act(0.01, "cancels"), *(Act(0.01, "error", fault) for fault in ours)]
        for act in acts:
            stage = scene(clock, [act])
            found = await many(stage, PLAIN, 40)
            assert {one.status for one in found} == {"error"}
            assert stage.guard.states() == {"deaths": "closed"}
            assert len(stage.player.asked) == 40

    virtual_time.run(main)


@pytest.mark.parametrize("status", ["no_record", "stale"])
def test_none_on_record_or_old_facts_are_no_fault_of_the_connection(status: str) -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [Act(0.05, status)])
        await many(stage, PLAIN, 100)
        assert stage.guard.states() == {"deaths": "closed"}

    virtual_time.run(main)


@pytest.mark.parametrize("fault", ["field_wrong", "signature_digest", "subject", "json", "network"])
def test_an_answer_that_cannot_be_believed_is_a_fault_of_the_register(fault: str) -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [Act(0.05, "error", fault)])
        await many(stage, PLAIN, 10, gap=0.2)
        assert stage.guard.states() == {"deaths": "open"}

    virtual_time.run(main)


def test_one_register_is_shut_and_the_others_are_not() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [REFUSED] * 5 + [QUICK])
        await many(stage, PLAIN, 10, gap=0.2)
        started, calls = clock(), len(stage.player.asked)
        refused = await stage.ask(question(PLAIN, person(11)))
        assert (refused.status, refused.fault, refused.elapsed_ms) == ("error", "breaker_open", 0)
        assert (clock(), len(stage.player.asked)) == (started, calls)
        assert (await stage.ask(question(KEPT))).status == "ok"

    virtual_time.run(main)


def test_a_register_that_is_well_again_is_found_out_by_a_few_probes_and_used_again() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [REFUSED] * 5 + [QUICK])
        await many(stage, PLAIN, 5, gap=0.2)
        assert stage.guard.states() == {"deaths": "open"}
        await asyncio.sleep(2.1)
        stage.player.most_out = 0
        found = await asyncio.gather(*(stage.ask(question(PLAIN, person(n))) for n in range(20)))
        assert stage.player.most_out == 2
        assert sorted(one.status for one in found).count("ok") == 2
        assert (await stage.ask(question(PLAIN, person(99)))).status == "ok"
        assert stage.guard.states() == {"deaths": "closed"}

    virtual_time.run(main)


def test_probes_that_nobody_waits_for_give_their_leave_back() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [REFUSED] * 5 + [Act(0.3)])
        await many(stage, PLAIN, 5, gap=0.2)
        await asyncio.sleep(2.1)
        for _ in range(10):  # ten times the cap
            waiting = asyncio.ensure_future(stage.ask(seconds=3))
            await asyncio.sleep(0.1)
            waiting.cancel()
            await asyncio.wait((waiting,))
            await settled()
            assert (await stage.ask(seconds=0.1)).status == "timeout"
            await settled()
        assert stage.guard.states() == {"deaths": "half_open"}
        found = [await stage.ask() for _ in range(3)]
        assert [one.status for one in found] == ["ok"] * 3
        assert stage.guard.states() == {"deaths": "closed"}

    virtual_time.run(main)


def test_a_register_that_hangs_is_noticed_though_decisions_give_up_before_its_limit() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [DEAD])
        for number in range(10):
            evidence = await stage.ask(question(PLAIN, person(number)), seconds=0.6)
            assert evidence.status in ("timeout", "error")
        assert stage.guard.states() == {"deaths": "open"}

    virtual_time.run(main)


def test_a_register_at_the_edge_of_its_limit_is_rested() -> None:
    async def main(clock: object) -> None:
        stage = scene(clock, [SLOW])
        found = await many(stage, PLAIN, 40)
        assert found[0].status == "ok"
        assert stage.guard.states() == {"deaths": "open"}

    virtual_time.run(main)
