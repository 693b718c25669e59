"""The chain through which the service asks registers, from the desk's side down to the wire."""

import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace

from decision_service.clock import ServiceClock
from decision_service.http.connecting import connected
from decision_service.http.keeping import taken_down
from decision_service.settings import Settings
from decision_service.telemetry import Telemetry
from verifiers.guard.guarded import GuardedVerifier, Surroundings
from verifiers.guard.line import LineRules
from verifiers.journal.journal import Journal
from verifiers.registers import Register
from verifiers.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where the chain of a drill differs from an operator's: `detour` stands before the connections and may lead
    elsewhere, `guard` makes the guard."""

    detour: Callable[[Verifier, ServiceClock], AbstractAsyncContextManager[Verifier]]
    guard: Callable[..., GuardedVerifier] = GuardedVerifier


@asynccontextmanager
async def asking(
    settings: Settings,
    registers: Mapping[str, Register],
    clock: ServiceClock,
    telemetry: Telemetry,
    journal: Journal,
    wiring: Wiring | None = None,
) -> AsyncIterator[GuardedVerifier]:
    """The verifier that the desk asks, open for as long as the block runs. Raises SettingsRefusedError."""
    router = connected(settings, registers, clock)
    guard = GuardedVerifier if wiring is None else wiring.guard
    try:
        async with nullcontext(router) if wiring is None else wiring.detour(router, clock) as reached:
            calls = taken_down(reached, journal, settings, clock, router.connection_of)
            around = Surroundings(clock.monotonic, clock.now, told=telemetry.guarded)
            # A pinned day is for trials, in which the same person may stand for several: nothing said for one
            # application may serve another.
            yield guard(calls, _rules(settings), around, across=settings.as_of is None)
    finally:
        await router.close()


def _rules(settings: Settings) -> LineRules:
    """What bounds the calls of this process: all workers together make no more than one process would."""
    usual = LineRules()
    return replace(usual, most_in_flight=math.ceil(usual.most_in_flight / settings.workers))
