"""The office with the worker beside it that keeps its lists and alarms up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from decision_service.casework.file import CaseworkFile
from decision_service.casework.office import Office
from decision_service.casework.projection import Projection, Reading
from decision_service.casework.sampling import Draw
from decision_service.casework.worker import Tools, Worker
from decision_service.desk import Services
from decision_service.ledger.keys import load_or_create_master
from decision_service.settings import Settings

PURPOSE: Final = "blind sample v1"
"""What the key of the draws is derived for: it comes from the master key, so whoever keeps that can draw again."""


@asynccontextmanager
async def caseworking(settings: Settings, services: Services) -> AsyncIterator[Office]:
    """The office, for as long as the block runs; at its end the worker finishes its round. Raises LedgerError where the
    file of casework can't be used."""
    key = load_or_create_master(settings.ledger_files.master).derive(PURPOSE)
    in_force = services.in_force
    async with AsyncExitStack() as stack:
        file = CaseworkFile(CaseworkFile.beside(settings.ledger))
        stack.callback(file.close)
        reading = Reading(services.ledger, lambda: in_force.publication, key, services.telemetry.fault)
        projection = Projection(file, reading)
        draw = Draw(key, settings.sample_rate)
        tools = Tools(
            services.ledger, projection, lambda: in_force.publication, draw, services.clock, services.telemetry
        )
        worker = Worker(tools)
        await worker.set_rate()
        task = asyncio.create_task(worker.run(), name="casework")
        try:
            yield Office(services.ledger, projection, lambda: in_force.publication, services.clock)
        finally:
            worker.stop()
            await task
