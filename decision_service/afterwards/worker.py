"""The worker: reads what the ledger says is to be done afterwards, and does it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from decision_service.afterwards.cases import WaitingCases
from decision_service.afterwards.checker import Checker
from decision_service.afterwards.duties import Duties
from decision_service.afterwards.redecider import Redecider
from decision_service.afterwards.scanning import Scanner
from decision_service.afterwards.surroundings import POLL_SECONDS, Surroundings
from decision_service.followups.alone import Alone
from decision_service.ledger.follower import STRETCH

SETTLE_SECONDS: Final = 0.2
"""Between two rounds at least: what several decisions leave is taken together."""

SHARE: Final = 0.1
"""Of one core, at most, for reading the ledger: live decisions have no time to wait, this has."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the worker is put together from. `woken` is set whenever there is a new record."""

    around: Surroundings
    alone: Alone
    scanner: Scanner
    cases: WaitingCases
    duties: Duties
    redecider: Redecider
    checker: Checker
    woken: asyncio.Event


class Worker:
    """Does what is to be done, in one process of those that share a ledger."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def run(self) -> None:
        """Round after round, until `stop`. A fault is told and does not end it."""
        parts, around = self._parts, self._parts.around
        while not around.stopping:
            parts.woken.clear()
            seconds = POLL_SECONDS
            try:
                seconds = await self.round()
            except Exception as fault:  # noqa: BLE001 - whatever it was, what is to be done stays so and is tried again
                around.telemetry.fault("afterwards", fault)
            # While there is work the registers' pace is all that is waited for.
            await asyncio.sleep(min(SETTLE_SECONDS, seconds))
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await parts.woken.wait()

    def stop(self) -> None:
        """Begin nothing more; `run` returns when what is under way has ended."""
        self._parts.around.stopping = True
        self._parts.woken.set()

    async def round(self) -> float:
        """Do all that can be done now; seconds until there may be more to do. Raises LedgerError."""
        parts, around = self._parts, self._parts.around
        # By a clock that is off, cases would be given up and checks be due that are not.
        if not around.clock.is_trusted() or not await around.aside(parts.alone.held):
            return POLL_SECONDS
        await self._scan()
        seconds = min(await parts.redecider.round(), await parts.checker.round())
        waiting = await around.aside(parts.cases.count)
        load = await around.aside(parts.duties.load, around.clock.day())
        around.metrics.now(waiting, load)
        return seconds

    async def _scan(self) -> None:
        around, read = self._parts.around, STRETCH
        while read == STRETCH and not around.stopping:
            started = around.clock.monotonic()
            read = await around.aside(self._parts.scanner.advance)
            if read == STRETCH:
                await asyncio.sleep((around.clock.monotonic() - started) * (1 / SHARE - 1))
