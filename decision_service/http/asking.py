"""The chain through which the service asks registers, from the desk's side down to the wire."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from decision_service.clock import ServiceClock
from decision_service.http.connecting import connected
from decision_service.http.keeping import taken_down
from decision_service.settings import Settings
from decision_service.telemetry import Telemetry
from verifiers.guard.guarded import GuardedVerifier, Surroundings
from verifiers.journal.journal import Journal
from verifiers.registers import Register


@asynccontextmanager
async def asking(
    settings: Settings, registers: Mapping[str, Register], clock: ServiceClock, telemetry: Telemetry, journal: Journal
) -> AsyncIterator[GuardedVerifier]:
    """The verifier that the desk asks, open for as long as the block runs. Raises SettingsRefusedError."""
    router = connected(settings, registers, clock)
    try:
        calls = taken_down(router, journal, settings, clock, router.connection_of)
        yield GuardedVerifier(calls, surroundings=Surroundings(clock.monotonic, clock.now, told=telemetry.guarded))
    finally:
        await router.close()
