"""How late the event loop of a worker wakes, as operators see it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client import Gauge

from decision_service.http.beside import beside
from decision_service.telemetry import Telemetry

EACH_SECONDS: Final = 1.0


@asynccontextmanager
async def lag_told(telemetry: Telemetry) -> AsyncIterator[None]:
    """It is measured each second for as long as the block runs."""
    gauge = Gauge(
        "miaopi_loop_lag_seconds", "how late the event loop woke the last look",
        registry=telemetry.registry, multiprocess_mode="livemax",
    )  # fmt: skip
    async with beside(_measure(gauge), "lag"):
        yield


async def _measure(gauge: Gauge) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EACH_SECONDS
        await asyncio.sleep(EACH_SECONDS)
        gauge.set(max(0.0, loop.time() - due))
