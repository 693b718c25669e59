"""The journal of calls and accesses beside the service: opened with it, and what is past its retention day dropped."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from decision_service.application import PLATFORM
from decision_service.clock import ServiceClock
from decision_service.http.beside import beside
from decision_service.settings import Settings, SettingsRefusedError
from decision_service.telemetry import Telemetry
from verifiers.journal.errors import JournalError, JournalRefusedError
from verifiers.journal.files import load_or_create_key
from verifiers.journal.journal import Journal
from verifiers.journal.journaling import Asker, JournalingVerifier, milliseconds
from verifiers.journal.marks import Marks
from verifiers.journal.store import JournalStore
from verifiers.verifier import Verifier

DAILY_SECONDS: Final = 86_400.0
AGAIN_SECONDS: Final = 60.0
"""How soon it is tried again when dropping failed, or a reader kept dropped bytes from being erased."""

Wait = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def keeping(settings: Settings, clock: ServiceClock, telemetry: Telemetry) -> AsyncIterator[Journal]:
    """The journal, open for as long as the block runs; what is due is dropped at the start and daily.

    Raises SettingsRefusedError where the file or a retention can't serve.
    """
    store = journal_store(settings)
    journal = Journal(store)
    try:
        async with beside(drop_daily(store, clock.now, telemetry, asyncio.sleep), "journal"):
            yield journal
    finally:
        # Closing writes what waits and joins a thread: not on the loop, which has other things to close.
        await asyncio.to_thread(journal.close)


def journal_store(settings: Settings) -> JournalStore:
    """The file of the journal. Raises SettingsRefusedError."""
    try:
        return JournalStore(settings.journal_path, settings.retention)
    except JournalRefusedError as error:
        raise SettingsRefusedError(str(error)) from None


async def drop_daily(store: JournalStore, now: Callable[[], datetime], telemetry: Telemetry, wait: Wait) -> None:
    """Drop what is past its retention, now and each day from then on, until cancelled. `wait` takes seconds."""
    while True:
        try:
            dropped = await asyncio.to_thread(store.drop_due, milliseconds(now()))
            erased = await asyncio.to_thread(store.erase)
        except JournalError as error:
            telemetry.fault("retention", error)
            erased = False
        else:
            if any(dropped.values()):
                telemetry.note("dropped", {"parts": [f"{kind} {count}" for kind, count in dropped.items() if count]})
        await wait(DAILY_SECONDS if erased else AGAIN_SECONDS)


def taken_down(
    verifier: Verifier, journal: Journal, settings: Settings, clock: ServiceClock, reached: Callable[[str], str]
) -> JournalingVerifier:
    """`verifier` with every call of it taken down. Raises SettingsRefusedError where the key of marks can't serve."""
    try:
        marks = Marks(load_or_create_key(settings.journal_path.with_suffix(".key")))
    except JournalRefusedError as error:
        raise SettingsRefusedError(str(error)) from None
    return JournalingVerifier(verifier, journal, marks, Asker(PLATFORM, instance()), clock.now, reached)


def instance() -> str:
    """This process, as the journal names it."""
    return f"{socket.gethostname()}:{os.getpid()}"
