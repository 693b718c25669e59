"""The chain through which the service asks registers, from the desk's side down to the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from decision_service.clock import ServiceClock
from decision_service.settings import Settings, SettingsRefusedError
from decision_service.telemetry import Telemetry
from verifiers.exchange import AddressError, Exchange, ExchangeVerifier
from verifiers.guard.guarded import GuardedVerifier, Surroundings
from verifiers.signing import SigningKey
from verifiers.transport import Transport


@asynccontextmanager
async def asking(settings: Settings, clock: ServiceClock, telemetry: Telemetry) -> AsyncIterator[GuardedVerifier]:
    """The verifier that the desk asks, open for as long as the block runs. Raises SettingsRefusedError."""
    exchange = exchange_of(settings)
    transport = Transport()
    try:
        adapter = ExchangeVerifier(exchange, transport, clock.real, clock.now)
        yield GuardedVerifier(adapter, surroundings=Surroundings(clock.monotonic, clock.now, told=telemetry.guarded))
    finally:
        await transport.close()


def exchange_of(settings: Settings) -> Exchange:
    """Where registers are asked. Raises SettingsRefusedError where that is not set, or not usable."""
    secret = settings.secret()
    if not settings.registers_url or not secret:
        raise SettingsRefusedError(
            "MIAOPI_REGISTERS_URL and MIAOPI_REGISTERS_SECRET (or MIAOPI_REGISTERS_SECRET_FILE): both must be set; "
            "`miaopi sandbox` plays registers for trials"
        )
    try:
        return Exchange(settings.registers_url, SigningKey(settings.registers_app, secret))
    except AddressError as error:
        raise SettingsRefusedError(f"MIAOPI_REGISTERS_URL: {error}") from None
