"""The second engine as an operator sees it: work with it in a loop of its own, whether its child runs or is another."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path

from decision_service.readings.rete.process import SecondEngine

LONG = 30.0


def run(work: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 120))


def gone(pid: int) -> bool:
    """Whether no such process runs any more (one that nobody has waited for yet does not run)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


async def replaced(engine: SecondEngine, old: int | None) -> None:
    while not engine.ready or engine.pid == old:  # noqa: ASYNC110 - seen from outside, as an operator would
        await asyncio.sleep(0.01)
