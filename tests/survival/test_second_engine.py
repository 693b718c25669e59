"""The second engine's process killed and hung under load: officers get the files, nobody is approved."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.readings.rete.process import SecondEngine
from tests.http.staging import IN_PROCESS, Stage, staged
from tests.sizes import size
from tests.survival.loading import CASES, Load, Sent, load_on

DIFFER = "R15_ENGINES_DIFFER"
LATE = "R01_VERIFIER_UNAVAILABLE"


@pytest.fixture
def stage(registers: str, tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, registers, second=IN_PROCESS) as found:
        yield found


def engine_of(stage: Stage) -> SecondEngine:
    second = stage.state.services.second
    assert isinstance(second, SecondEngine)
    return second


def wait_until_replaced(engine: SecondEngine, faults: int) -> None:
    give_up = time.monotonic() + 120
    while engine.replaced < faults or not engine.ready:
        assert time.monotonic() < give_up, f"no new second engine: {engine.last_fault}"
        time.sleep(0.02)


def strike(stage: Stage, load: Load, number: signal.Signals, times: int) -> None:
    """Signal the child in the middle of the load, and wait for the next child: `times` times, and on until a decision
    met with the loss (a child lost between two decisions costs nothing), 40 times more at most."""
    engine = engine_of(stage)
    for fault in range(1, times + 41):
        if fault > times and any(referred_by_doubt(one) for one in list(load.sent)):
            return
        load.wait_for(20)
        assert engine.pid is not None
        os.kill(engine.pid, number)
        wait_until_replaced(engine, fault)


def referred_by_doubt(one: Sent) -> bool:
    assert one.got is not None, "the service hung up"
    assert one.got.status == 200, one.got.body
    if one.got.json["outcome"] == one.expected and one.got.json["engines"]["agree"]:
        return False
    assert one.got.json["outcome"] == "REFERRED"
    assert set(one.got.codes) - {LATE} == {DIFFER}  # on a busy machine a register may be late besides
    assert one.got.json["engines"]["agree"] is False
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_what_a_lost_engine_costs_is_referrals_and_then_decisions_are_instant_again(
    stage: Stage, number: signal.Signals
) -> None:
    with load_on(stage, "struck") as load:
        strike(stage, load, number, size("engine_strikes", quick=2, full=50))
    doubted = [referred_by_doubt(one) for one in load.sent]
    assert any(doubted), "the engine was never missed, so nothing was shown"
    assert not all(doubted)
    with load_on(stage, "after") as after:
        after.wait_for(5 * len(CASES))
    assert not any(referred_by_doubt(one) for one in after.sent)
