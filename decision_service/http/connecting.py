"""How registers are reached: by the operator's connection file, or by the short form, one exchange for all of them."""

from collections.abc import Mapping

from decision_service.clock import ServiceClock
from decision_service.settings import Settings, SettingsRefusedError
from verifiers.adapters.signed import SignedConnection
from verifiers.connection_file import read_connections
from verifiers.connections.connection import Clocks
from verifiers.connections.entries import ConnectionsRefusedError
from verifiers.connections.router import Router
from verifiers.exchange import AddressError, Exchange
from verifiers.registers import Register
from verifiers.signing import SigningKey, SigningKeyError
from verifiers.transport import Transport


def connected(settings: Settings, registers: Mapping[str, Register], clock: ServiceClock) -> Router:
    """The way to each register; nothing is opened before it is asked. Raises SettingsRefusedError."""
    require_reachable(settings)
    clocks = Clocks(clock.real, clock.now)
    if settings.connections is None:
        return SignedConnection(exchange_of(settings), Transport(), clocks).router(registers)
    try:
        return read_connections(settings.connections, registers, clocks)
    except ConnectionsRefusedError as error:
        raise SettingsRefusedError(f"MIAOPI_CONNECTIONS:\n{error}") from None


def require_reachable(settings: Settings) -> None:
    """Raises SettingsRefusedError where registers are reached in both ways at once, or in none."""
    if settings.connections is None:
        exchange_of(settings)
    elif settings.registers_url or settings.registers_secret or settings.registers_secret_file:
        raise SettingsRefusedError(
            "MIAOPI_CONNECTIONS and MIAOPI_REGISTERS_URL or its secret can't both say where registers are: keep the "
            "connection file, and put this exchange into it"
        )


def exchange_of(settings: Settings) -> Exchange:
    """The one exchange of the short form. Raises SettingsRefusedError where that is not set, or not usable."""
    secret = settings.secret()
    if not settings.registers_url or not secret:
        raise SettingsRefusedError(
            "MIAOPI_REGISTERS_URL and MIAOPI_REGISTERS_SECRET (or MIAOPI_REGISTERS_SECRET_FILE): both must be set, or "
            "MIAOPI_CONNECTIONS alone; `miaopi sandbox` plays registers for trials"
        )
    try:
        return Exchange(settings.registers_url, SigningKey(settings.registers_app, secret))
    except AddressError as error:
        raise SettingsRefusedError(f"MIAOPI_REGISTERS_URL: {error}") from None
    except SigningKeyError as error:
        raise SettingsRefusedError(f"MIAOPI_REGISTERS_APP or MIAOPI_REGISTERS_SECRET: {error}") from None
