"""Many decisions by one process, the real one: memory, open files, tasks and threads stay where they were once things
are warm (P21)."""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.http.process import serving
from tests.http.staging import RULES, Stage
from tests.sizes import size
from tests.survival.loading import load_on

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Held:
    """What a service holds while nobody asks it anything; `engine` is the process of the second engine."""

    files: int
    tasks: int
    threads: int
    bytes: int
    engine: int
    engine_bytes: int


def held(stage: Stage, pid: int) -> Held:
    """As it tells operators itself, a look after the last request."""
    time.sleep(1.5)
    told = {one.name: one for one in text_string_to_metric_families(stage.send("GET", "/metrics").body.decode())}

    def value(name: str) -> int:
        return int(told[name].samples[0].value)

    service = psutil.Process(pid)
    (engine,) = (child for child in service.children() if "rete" in " ".join(child.cmdline()))
    return Held(
        value("process_open_fds"),
        value("miaopi_loop_tasks"),
        service.num_threads(),
        value("process_resident_memory_bytes"),
        engine.pid,
        engine.memory_info().rss,
    )


@pytest.mark.timeout(4 * 3600)
def test_what_a_service_holds_is_flat_over_many_decisions(registers: str, tmp_path: Path) -> None:
    count = size("soak_decisions", quick=1200, full=200_000)
    with serving(registers, RULES, tmp_path / "ledger.sqlite3") as (stage, child):
        with load_on(stage, "warm", brief=True) as load:
            load.wait_for(count // 4)
        warm = held(stage, child.pid)
        with load_on(stage, "soak", brief=True) as more:
            more.wait_for(count - count // 4)
        after = held(stage, child.pid)
    assert load.count + more.count >= count
    for one in (*load.sent, *more.sent):  # a machine that is busy with other things may be late with a register
        assert one.got is not None
        assert one.got.status == 200
        assert one.got.json["outcome"] == "REFERRED"
    assert after.engine == warm.engine, "the C engine was lost"
    # A connection to the registers or a reader of the record may come or go; what leaks comes with every decision.
    assert after.files <= warm.files + 8, (warm, after)
    assert after.tasks <= warm.tasks + 4, (warm, after)
    assert after.threads <= warm.threads + 4, (warm, after)
    assert after.bytes - warm.bytes < 32 * MIB, (warm, after)
    assert after.engine_bytes - warm.engine_bytes < 32 * MIB, (warm, after)
