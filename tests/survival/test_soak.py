"""Many decisions in one process, through the whole service: memory stays where it was once things are warm."""

import os
from pathlib import Path

import pytest

from decision_service.readings.rete.process import SecondEngine
from tests.http.staging import IN_PROCESS, staged
from tests.sizes import size
from tests.survival.loading import load_on

PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1024 * 1024


def resident(pid: int) -> int:
    """Bytes of a process in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


@pytest.mark.timeout(4 * 3600)
def test_memory_is_flat_over_many_decisions_in_one_process(registers: str, tmp_path: Path) -> None:
    count = size("soak_decisions", quick=2000, full=200_000)
    with staged(tmp_path, registers, second=IN_PROCESS) as stage:
        second = stage.state.services.second
        assert isinstance(second, SecondEngine)
        with load_on(stage, "soak", brief=True) as load:
            load.wait_for(count // 4)
            child = second.pid
            assert child is not None
            warm = resident(os.getpid()), resident(child)
            load.wait_for(count - count // 4)
            grown = resident(os.getpid()) - warm[0], resident(child) - warm[1]
            assert second.pid == child, f"the C engine was lost: {second.last_fault}"
        assert second.replaced == 0, second.last_fault
    assert load.count >= count
    assert not load.sent, "these did not come out as expected"
    assert grown[0] < 32 * MIB, f"{grown[0] / MIB:.1f} MiB more in the service"
    assert grown[1] < 32 * MIB, f"{grown[1] / MIB:.1f} MiB more in the second engine"
