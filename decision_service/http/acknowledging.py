"""The watch over adverse notices, beside the service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from decision_service.acknowledging.pending import Pending
from decision_service.acknowledging.watch import Tools, Watch
from decision_service.desk import Services
from decision_service.settings import Settings


@asynccontextmanager
async def acknowledging(settings: Settings, services: Services) -> AsyncIterator[None]:
    """Adverse notices are watched for as long as the block runs. Raises LedgerFaultError where the file can't be."""
    async with AsyncExitStack() as stack:
        pending = Pending(Pending.beside(settings.ledger))
        stack.callback(pending.close)
        days = settings.deliver_within_days
        watch = Watch(Tools(services.ledger, pending, services.clock, services.telemetry, days))
        task = asyncio.create_task(watch.run(), name="notices")
        try:
            yield
        finally:
            watch.stop()
            await task
