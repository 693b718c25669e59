"""How late the event loop of a worker wakes, as operators see it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from prometheus_client import Gauge

from decision_service.telemetry import Telemetry

EACH_SECONDS: Final = 1.0


@contextlib.asynccontextmanager
async def lag_told(telemetry: Telemetry) -> AsyncIterator[None]:
    """It is measured each second for as long as the block runs."""
    gauge = Gauge(
        "miaopi_loop_lag_seconds", "how late the event loop woke the last look",
        registry=telemetry.registry, multiprocess_mode="livemax",
    )  # fmt: skip
    task = asyncio.create_task(_measure(gauge), name="lag")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _measure(gauge: Gauge) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EACH_SECONDS
        await asyncio.sleep(EACH_SECONDS)
        gauge.set(max(0.0, loop.time() - due))
