"""A child of the second engine that learns other rules goes on judging those that decide, and comes to judge as one
that was started with the others."""

import asyncio
import shutil
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.readings.reference import judge
from decision_service.readings.rete.process import EngineUnavailable, SecondEngine
from decision_service.readings.samples import sample_sheets
from decision_service.source import PolicyProblems
from tests.properties.rulefolders import EDITS, folder_in
from tests.readings.second_engine import LONG, run
from tests.sizes import size

SHEETS = 3


async def require_judged(engine: SecondEngine, shelf: Shelf) -> None:
    """All versions on the shelf as the reference judges them."""
    for policy in shelf.policies():
        for sheet in islice(sample_sheets(policy, shelf.catalogue.calendar, 7), SHEETS):
            assert await engine.judge(policy.digest, sheet, LONG) == judge(policy, sheet)


async def judged_until(done: asyncio.Event, engine: SecondEngine, shelf: Shelf) -> int:
    """How often those that decide were judged meanwhile."""
    times = 0
    while not done.is_set() or not times:
        await require_judged(engine, shelf)
        times += 1
    return times


async def learn(engine: SecondEngine, shelf: Shelf, wanted: Shelf | None) -> None:
    """What is in the folder now, which can't be used where nothing is `wanted`, while those of `shelf` decide."""
    done, kept = asyncio.Event(), [policy.digest for policy in shelf.policies()]
    meanwhile = asyncio.create_task(judged_until(done, engine, shelf))
    try:
        if wanted is None:
            with pytest.raises(EngineUnavailable, match="did not take the new rules"):
                await engine.reload(kept=kept)
        else:
            await engine.reload([policy.digest for policy in wanted.policies()], kept)
    finally:
        done.set()
    assert await meanwhile


@pytest.mark.parametrize("seed", range(size("learnings", quick=3, full=100)))
def test_what_it_learns_is_what_another_reads_from_nothing(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    folder = folder_in(tmp_path / "rules", random)

    async def work() -> None:
        engine, in_force = SecondEngine(folder), read_shelf(folder)
        await engine.start()
        pid = engine.pid
        for _ in range(5):
            random.choice(EDITS)(folder, random)
            try:
                wanted = read_shelf(folder)
            except PolicyProblems:
                await learn(engine, in_force, None)
                shutil.rmtree(folder)
                folder_in(folder, random)
                wanted = read_shelf(folder)
            await learn(engine, in_force, wanted)
            in_force = wanted
            await require_judged(engine, in_force)
        await engine.reload()
        assert engine.digests == {policy.digest for policy in in_force.policies()}, "what is superseded is forgotten"
        assert (engine.pid, engine.replaced) == (pid, 0)
        await engine.close()

    run(work())


def test_what_a_child_was_reading_for_a_release_that_was_given_up_is_not_taken_for_the_next(tmp_path: Path) -> None:
    random = Random(1)
    folder = folder_in(tmp_path / "rules", random)

    async def work() -> None:
        engine = SecondEngine(folder)
        await engine.start()
        await engine._learns(())  # it reads what is there now
        shutil.rmtree(folder)
        folder_in(folder, random)
        wanted = read_shelf(folder)
        await engine.reload([policy.digest for policy in wanted.policies()])
        await require_judged(engine, wanted)
        await engine.close()

    run(work())
