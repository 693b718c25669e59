"""Many decisions in one process, through the whole service: memory, open files and tasks stay where they were once
things are warm (P21)."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from decision_service.readings.rete.process import SecondEngine
from tests.http.staging import IN_PROCESS, Stage, staged
from tests.sizes import size
from tests.survival.loading import load_on

PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1024 * 1024


def resident(pid: int) -> int:
    """Bytes of a process in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


@dataclass(frozen=True, slots=True)
class Held:
    """What a service holds while nobody asks it anything."""

    files: int
    tasks: int
    threads: int
    bytes: int
    engine_bytes: int


def held(stage: Stage, engine: SecondEngine) -> Held:
    """As it tells operators itself, a look after the last request."""
    time.sleep(1.5)
    told = {one.name: one for one in text_string_to_metric_families(stage.send("GET", "/metrics").body.decode())}

    def value(name: str) -> int:
        return int(told[name].samples[0].value)

    assert engine.pid is not None
    return Held(
        value("process_open_fds"),
        value("miaopi_loop_tasks"),
        psutil.Process().num_threads(),
        resident(os.getpid()),
        resident(engine.pid),
    )


@pytest.mark.timeout(4 * 3600)
def test_what_a_service_holds_is_flat_over_many_decisions(registers: str, tmp_path: Path) -> None:
    count = size("soak_decisions", quick=2000, full=200_000)
    with staged(tmp_path, registers, second=IN_PROCESS) as stage:
        second = stage.state.services.second
        assert isinstance(second, SecondEngine)
        with load_on(stage, "warm", brief=True) as load:
            load.wait_for(count // 4)
        warm, child = held(stage, second), second.pid
        with load_on(stage, "soak", brief=True) as more:
            more.wait_for(count - count // 4)
        after = held(stage, second)
        assert second.pid == child, f"the C engine was lost: {second.last_fault}"
        assert second.replaced == 0, second.last_fault
    assert load.count + more.count >= count
    assert not load.sent + more.sent, "these did not come out as expected"
    # A connection to the registers or a reader of the record may come or go; what leaks comes with every decision.
    assert after.files <= warm.files + 8, (warm, after)
    assert after.tasks <= warm.tasks + 4, (warm, after)
    assert after.threads <= warm.threads + 4, (warm, after)
    assert after.bytes - warm.bytes < 32 * MIB, (warm, after)
    assert after.engine_bytes - warm.engine_bytes < 32 * MIB, (warm, after)
