"""TLS between a socket and whoever speaks over it, so that a server learns why its certificate was refused, and a
connection that was cut is not taken for one that was ended."""

import asyncio
import ssl
from typing import Final, cast

_AT_ONCE: Final = 64 * 1024


class Tls(asyncio.Protocol, asyncio.Transport):
    """To the socket a protocol, to `within`, which hears of the connection once it is secure, its transport.

    `stands` is told when it is, or raises OSError where it can't be: ssl.SSLError where the other side is not who it
    should be.
    """

    def __init__(
        self, within: asyncio.Protocol, context: ssl.SSLContext, host: str, stands: "asyncio.Future[None]"
    ) -> None:
        super().__init__()
        self._within = within
        self._stands = stands
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host.rstrip("."))
        self._socket: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._socket = cast("asyncio.Transport", transport)
        self._shake_hands()

    def data_received(self, data: bytes) -> None:
        """Bytes as they come from the socket."""
        self._incoming.write(data)
        if not self._stands.done():
            self._shake_hands()
        if self._stands.done():
            self._read()

    def eof_received(self) -> None:
        """The socket was closed; an end that the other side did not sign is none. (None: close.)"""
        self.connection_lost(ConnectionResetError())

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        lost = exc or ConnectionResetError()
        if not self._stands.done():
            self._stands.set_exception(lost)
        self._within.connection_lost(lost)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Sends `data`."""
        try:
            self._tls.write(data)
        except ssl.SSLError:
            self.abort()
        self._send()

    def abort(self) -> None:
        """Closes the socket at once."""
        if self._socket is not None:
            self._socket.abort()

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._send()
        except ssl.SSLError as error:
            self._send()  # why
            self._close()
            self._stands.set_exception(error)
        else:
            self._send()
            self._within.connection_made(self)
            self._stands.set_result(None)

    def _read(self) -> None:
        try:
            while data := self._tls.read(_AT_ONCE):
                self._within.data_received(data)
            self._within.eof_received()
            self._close()
        except ssl.SSLWantReadError:
            self._send()
        except ssl.SSLError as error:
            self._within.connection_lost(error)
            self._send()
            self._close()

    def _send(self) -> None:
        if self._outgoing.pending and self._socket is not None:
            self._socket.write(self._outgoing.read())

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
