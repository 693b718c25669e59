"""What need not be kept any longer is erased by the service itself, each day (PIPL art. 19, 47)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Final

from decision_service.control.erasures import Erasing, Erasures, kept_until
from decision_service.ledger.store import BySubject
from decision_service.ledger.writer import Ledger

SYSTEM: Final = "miaopi"
PAGE: Final = 200


async def erase_due(ledger: Ledger, erasures: Erasures, now: Callable[[], datetime], keep_days: int) -> int:
    """Erase every person whose newest record is older than `keep_days`; how many they were. Raises LedgerError."""
    erased = 0
    before = (now() - timedelta(days=keep_days + 1)).isoformat(timespec="milliseconds")
    async for subject in _old(ledger, before):
        found = await asyncio.to_thread(ledger.find, BySubject(subject))
        readable = [one for one in found if not one.entry.is_erased]
        if readable:
            until = kept_until(readable, keep_days)
            due = Erasing("", subject, "retention_ended", "", SYSTEM, now().isoformat(), len(readable), until)
            await erasures.carry_out(due, SYSTEM)
            erased += 1
    return erased


async def _old(ledger: Ledger, before: str) -> AsyncIterator[bytes]:
    after = b""
    while page := await asyncio.to_thread(ledger.subjects_before, before, after, PAGE):
        for subject in page:
            yield subject
        after = page[-1]
