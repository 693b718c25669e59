"""The signed form of docs/registers.md as a kind of connection."""

from collections.abc import Mapping
from typing import cast

from verifiers.connections.addresses import read_address
from verifiers.connections.connection import Clocks
from verifiers.connections.entries import Entries, TableRefusedError
from verifiers.connections.router import Route, Router
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.registers import Register
from verifiers.signing import Algorithm, SigningKey, SigningKeyError
from verifiers.transport import Transport
from verifiers.verifier import Verifier


class SignedConnection:
    """An exchange whose answers are signed: one address and one key for all registers that are reached so."""

    signs = True

    def __init__(self, exchange: Exchange, transport: Transport, clocks: Clocks) -> None:
        self._transport = transport
        self._verifier = ExchangeVerifier(exchange, transport, clocks.now, clocks.judged_at)

    @classmethod
    def read(cls, entries: Entries, clocks: Clocks) -> "SignedConnection":
        """From base_url, allow_private, app, secret_file or secret_env, algorithm, trusted_certificates,
        most_in_flight. Raises TableRefusedError.
        """
        base_url = read_address(entries, https_only=False)
        certificates = entries.certificates()
        most = entries.whole("most_in_flight", 256, 1, 4096)
        key = _key(entries)
        entries.done()
        if key is None:
            raise TableRefusedError
        transport = Transport(max_connections=most, trusted_certificates=certificates)
        return cls(Exchange(base_url, key, certificates), transport, clocks)

    def verifier(self, register: Register, entries: Entries) -> Verifier:  # noqa: ARG002 - all are asked alike here
        """The exchange; a register has no keys of its own here. Raises TableRefusedError."""
        entries.done()
        return self._verifier

    async def close(self) -> None:
        """Close the pool."""
        await self._transport.close()

    def router(self, registers: Mapping[str, Register]) -> Router:
        """All of `registers` by this way alone."""
        return Router({name: Route(self._verifier, signed=True, connection="exchange") for name in registers}, (self,))


def _key(entries: Entries) -> SigningKey | None:
    app, secret = entries.text("app"), entries.secret("secret")
    algorithm = entries.choice("algorithm", ("hmac-sha256", "hmac-sm3"), "hmac-sha256")
    if not app or not secret or algorithm not in ("hmac-sha256", "hmac-sm3"):
        return None
    try:
        return SigningKey(app, secret, cast("Algorithm", algorithm))
    except SigningKeyError as error:
        entries.complain("algorithm" if "SM3" in str(error) else "app", "不能使用", str(error))
        return None
