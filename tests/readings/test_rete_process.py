"""The second engine as a process: what its death, hang or garbage costs."""

import asyncio
import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from decision_service.facts import FactSheet
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.readings.reference import judge
from decision_service.readings.rete import process as processes
from decision_service.readings.rete.process import EngineUnavailable, SecondEngine
from decision_service.readings.samples import sample_sheets
from decision_service.verdict import Verdict
from tests.readings.rete_policies import RULES, shelf
from tests.readings.second_engine import LONG, gone, replaced, run


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one matter, which a child reads quickly."""
    folder = tmp_path_factory.mktemp("rules")
    for name in ("catalogue", "senior_card"):
        shutil.copytree(RULES / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def policy(rules: Path) -> Policy:
    return next(read_shelf(rules).policies())


@pytest.fixture(scope="module")
def sheets(policy: Policy) -> list[FactSheet]:
    return list(islice(sample_sheets(policy, shelf().catalogue.calendar, 3), 60))


def test_a_crash_costs_what_is_in_flight_and_a_new_child_is_there(
    rules: Path, policy: Policy, sheets: list[FactSheet]
) -> None:
    async def work() -> None:
        engine = SecondEngine(rules)
        await engine.start()
        pid = engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # so that the question is in flight when the child dies
        asked = asyncio.create_task(engine.judge(policy.digest, sheets[0], LONG))
        await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(EngineUnavailable, match="lost"):
            await asked
        await replaced(engine, pid)
        assert engine.replaced == 1
        assert await engine.judge(policy.digest, sheets[0], LONG) == judge(policy, sheets[0])
        await engine.close()

    run(work())


def test_a_child_that_dies_idle_is_replaced_before_anyone_asks(
    rules: Path, policy: Policy, sheets: list[FactSheet]
) -> None:
    async def work() -> None:
        engine = SecondEngine(rules)
        await engine.start()
        pid = engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await replaced(engine, pid)
        assert await engine.judge(policy.digest, sheets[0], LONG) == judge(policy, sheets[0])
        await engine.close()

    run(work())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_stops_the_service_does_not_take_the_engine_from_what_is_in_work(
    rules: Path, policy: Policy, sheets: list[FactSheet], number: signal.Signals
) -> None:
    """A terminal and a service manager send it to every process of the service."""

    async def work() -> None:
        engine = SecondEngine(rules)
        await engine.start()
        pid = engine.pid
        assert pid is not None
        os.kill(pid, number)
        assert await engine.judge(policy.digest, sheets[0], LONG) == judge(policy, sheets[0])
        assert (engine.pid, engine.replaced) == (pid, 0)
        await engine.close()
        assert gone(pid)

    run(work())


def test_a_hung_child_is_killed_and_the_caller_waits_no_longer_than_it_said(
    rules: Path, policy: Policy, sheets: list[FactSheet]
) -> None:
    async def work() -> None:
        engine = SecondEngine(rules, patience=0.5)
        await engine.start()
        pid = engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(EngineUnavailable, match="within 50 ms"):
            await engine.judge(policy.digest, sheets[0], 0.05)
        assert not gone(pid)  # the caller's own haste is no proof of a hang
        await replaced(engine, pid)
        assert gone(pid)
        assert "did not answer" in engine.last_fault
        assert await engine.judge(policy.digest, sheets[1], LONG) == judge(policy, sheets[1])
        await engine.close()

    run(work())


def test_a_child_that_cannot_start_is_tried_ever_more_slowly_and_never_ready(
    monkeypatch: pytest.MonkeyPatch, policy: Policy, sheets: list[FactSheet]
) -> None:
    delays: list[float] = []
    loops: list[asyncio.AbstractEventLoop] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        # Servers of other tests may run in threads of this process: only the engine's own loop is watched.
        if asyncio.get_running_loop() not in loops:
            await sleep(seconds)
            return
        delays.append(seconds)
        await sleep(0)

    monkeypatch.setattr(processes.asyncio, "sleep", noted)

    async def work() -> None:
        loops.append(asyncio.get_running_loop())
        engine = SecondEngine(Path(), command=(sys.executable, "-c", "pass"))
        with pytest.raises(EngineUnavailable, match="did not start"):
            await engine.start(2.0)
        assert not engine.ready
        with pytest.raises(EngineUnavailable):
            await engine.judge(policy.digest, sheets[0], 0.01)
        await engine.close()

    run(work())
    assert len(delays) >= 2
    assert delays == [min(5.0, 0.1 * 2 ** min(number, 9)) for number in range(len(delays))]


def test_a_version_that_the_child_does_not_know_is_refused_until_it_reads_the_rules_anew(
    tmp_path: Path, rules: Path, policy: Policy, sheets: list[FactSheet]
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rules, folder)
    file = folder / "senior_card" / "2026-01-01.yaml"

    async def work() -> None:
        engine = SecondEngine(folder)
        await engine.start()
        text = file.read_text("utf-8")
        file.write_text(text.replace(f"en: {policy.name.en}", "en: Another name", 1), "utf-8")
        (changed,) = read_shelf(folder).policies()
        assert changed.digest != policy.digest
        with pytest.raises(EngineUnavailable, match="does not know this version"):
            await engine.judge(changed.digest, sheets[0], LONG)
        assert await engine.judge(policy.digest, sheets[0], LONG) == judge(policy, sheets[0])
        old = engine.pid
        await engine.reload([changed.digest], [policy.digest])
        assert engine.digests == {changed.digest, policy.digest}
        assert await engine.judge(changed.digest, sheets[0], LONG) == judge(changed, sheets[0])
        assert await engine.judge(policy.digest, sheets[0], LONG) == judge(policy, sheets[0])
        with pytest.raises(EngineUnavailable, match="other rules"):
            await engine.reload([policy.digest])
        assert engine.digests == {changed.digest}
        assert (engine.pid, engine.replaced) == (old, 0)
        file.write_text("no rules", "utf-8")
        with pytest.raises(EngineUnavailable, match="did not take the new rules"):
            await engine.reload()
        assert await engine.judge(changed.digest, sheets[1], LONG) == judge(changed, sheets[1])
        await engine.close()

    run(work())


LARGE = """
import os, time
held = b"." * 100_000_000  # which the kernel takes a while to take back
os.close(1)
time.sleep(600)
"""


def test_closing_waits_for_a_child_that_is_ending_already() -> None:
    async def work(after: float) -> None:
        engine = SecondEngine(Path(), command=(sys.executable, "-S", "-c", LARGE))
        starting = asyncio.create_task(engine.start(LONG))
        await asyncio.sleep(after)
        await engine.close()
        starting.cancel()

    # One of them is closed while its child, which said nothing, is being waited for.
    for milliseconds in range(0, 80, 4):
        run(work(milliseconds / 1000))
    gc.collect()  # a child that was not waited for is told of here, and fails the test


def test_closing_ends_the_child_and_whoever_waits(rules: Path, policy: Policy, sheets: list[FactSheet]) -> None:
    async def work() -> None:
        engine = SecondEngine(rules)
        await engine.start()
        pid = engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        asked = [asyncio.create_task(engine.judge(policy.digest, sheet, LONG)) for sheet in sheets]
        await asyncio.sleep(0.05)
        await engine.close()
        for one in asked:
            with pytest.raises(EngineUnavailable, match="closed"):
                await one
        assert gone(pid)
        with pytest.raises(EngineUnavailable, match="not running"):
            await engine.judge(policy.digest, sheets[0], LONG)

    run(work())


def test_more_than_can_wait_are_turned_away_at_once(
    rules: Path, policy: Policy, sheets: list[FactSheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "MOST_WAITING", 10)

    async def work() -> None:
        engine = SecondEngine(rules)
        await engine.start()
        asked = [asyncio.create_task(engine.judge(policy.digest, sheets[0], LONG)) for _ in range(40)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(one, EngineUnavailable) and "too many" in str(one) for one in answers) == 30
        assert sum(isinstance(one, Verdict) for one in answers) == 10
        await engine.close()

    run(work())


ORPHAN = """
import asyncio, sys
from pathlib import Path
from decision_service.readings.rete.process import SecondEngine
async def work():
    engine = SecondEngine(Path(sys.argv[1]))
    await engine.start()
    print(engine.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(work())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the death signal is Linux's")
@pytest.mark.parametrize("hung", [False, True])
def test_a_child_never_outlives_its_parent_even_hung(rules: Path, hung: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN, str(rules)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        if hung:
            os.kill(pid, signal.SIGSTOP)
        parent.kill()
    until = time.monotonic() + 30
    while not gone(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert gone(pid)
