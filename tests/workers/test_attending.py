"""What the keeper does for a worker is answered, whatever becomes of it."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any, cast

from decision_service.workers.attendant import Attendant, Keeping
from decision_service.workers.channel import Channel
from decision_service.workers.messages import Checkpoint, Figures, Refused, Reply, ToWorker


def test_a_worker_does_not_wait_for_ever_for_what_failed() -> None:
    faults: list[str] = []

    def broken() -> None:
        raise RuntimeError("the disk is gone")

    async def no_figures() -> bytes:
        raise OSError("a file is gone")

    telemetry = SimpleNamespace(fault=lambda where, error: faults.append(f"{where} {type(error).__name__}"))
    record = SimpleNamespace(checkpoints=SimpleNamespace(advance=broken))
    state: Any = SimpleNamespace(services=SimpleNamespace(telemetry=telemetry), record=record)
    keeping = Keeping(state, cast("Any", None), no_figures, lambda *_: None, lambda: None, cast("Any", None))

    async def ask() -> list[Reply]:
        attendant = Attendant(keeping)
        far: Channel[ToWorker] = Channel(ToWorker, lambda _: None, lambda: None)
        one, other = socket.socketpair()
        await attendant.way.open(one)
        await far.open(other)
        try:
            async with asyncio.timeout(60):
                return [await far.ask(Figures), await far.ask(Checkpoint)]
        finally:
            far.close()
            await attendant.lost.wait()

    answers = asyncio.run(ask())
    assert [(type(one), one.why) for one in answers if isinstance(one, Refused)] == [(Refused, "fault")] * 2
    assert faults == ["attend OSError", "attend RuntimeError"]
