"""The one HTTP client for registers: pooled, bounded in time and size, and strict.

One deadline covers connecting, sending and the last byte of the answer, so a server that drips gains nothing. At most
64 KiB are read. Nothing is decompressed (200 KB can become 200 MiB), no redirect is followed, no proxy of the
environment is used, no cookie kept, nothing sent twice.

Registers are asked by HTTP/1.1 over connections of our own (`verifiers.connection`): a call costs a third of what the
general client takes (benchmarks/README.md). That client, made as strict, is for everybody else.
"""

import asyncio
import math
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from pyreqwest.client import Client, ClientBuilder

from verifiers.bulkhead import Bulkhead
from verifiers.connection import Connection
from verifiers.deadline import Deadline
from verifiers.delivery import Delivery, Failed, Late
from verifiers.tls import Tls

MAX_ANSWER_BYTES = 64 * 1024
"""No register has more to say about one person."""

IDLE_SECONDS: Final = 4.0
"""Shorter than the five seconds after which common servers hang up on an idle connection: a question sent into a
closing one is lost, and is not put twice."""

_JSON = "application/json"
_PORTS: Final = {"http": 80, "https": 443}
_AS_IT_IS: Final = "!#$%&'()*+,/:;=?@[]~"
"""Characters of an address that go over the wire as they stand, beside letters, digits and -._"""


class _Server(NamedTuple):
    """Where connections lead, by name and not by what that resolves to."""

    host: str
    port: int
    tls: bool


@dataclass(frozen=True, slots=True)
class _Address:
    """An address taken apart: `target` and `host` are as the wire has them."""

    server: _Server
    target: str
    host: str


class Transport:
    """A pool of connections. Make one a process, `close` it at the end. Used from one event loop."""

    def __init__(
        self,
        *,
        connect_seconds: float = 1.0,
        max_connections: int = 256,
        max_bytes: int = MAX_ANSWER_BYTES,
        trusted_certificates: bytes | None = None,
    ) -> None:
        """`max_connections` bounds the calls in flight; `trusted_certificates` is a PEM of further roots.

        Raises ssl.SSLError for a PEM that can't be used.
        """
        self._max_bytes = max_bytes
        self._connect_seconds = connect_seconds
        # Reading a machine's trust store takes longer than many start-ups: where all is plain http nobody needs it.
        self._tls = None if trusted_certificates is None else trusting(trusted_certificates)
        self._places = Bulkhead(max_connections, math.inf)
        self._idle: dict[_Server, deque[Connection]] = {}
        self._busy: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, deadline: Deadline) -> Delivery:
        """Send `body`, JSON, and read what comes back. Raises nothing but cancellation."""
        sent = {**headers, "Content-Type": _JSON, "Content-Length": str(len(body))}
        return await self._exchange("POST", url, sent, body, (_JSON,), deadline)

    async def get(self, url: str, media_types: tuple[str, ...], deadline: Deadline) -> Delivery:
        """Read what is at `url`, of one of `media_types` (lower case). Raises nothing but cancellation."""
        return await self._exchange("GET", url, {"Accept": ", ".join(media_types)}, b"", media_types, deadline)

    async def close(self) -> None:
        """Close every connection; what is under way fails."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in [*self._busy, *(one for idle in self._idle.values() for one in idle)]:
            connection.shut()
        self._idle.clear()

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, media_types: tuple[str, ...],
        deadline: Deadline,
    ) -> Delivery:  # fmt: skip
        left = deadline.remaining()
        if left <= 0:
            return Late()
        try:
            address = _address(url)
            request = _request(method, address, headers, body)
        except ValueError:
            return Failed("network")  # what was to be read is at no address
        if not (self._places.enter_now() or await self._places.enter(left)):
            return Late()
        try:
            return await self._ask(address.server, request, media_types, deadline)
        finally:
            self._places.leave()

    async def _ask(self, server: _Server, request: bytes, media_types: tuple[str, ...], deadline: Deadline) -> Delivery:
        loop = asyncio.get_running_loop()
        try:
            connection = self._kept(server, loop) or await self._opened(server, loop, deadline)
        except TimeoutError:
            # A connection that could not be made in `connect_seconds` is late as well: whoever waits can't tell.
            return Late()
        except (OSError, ValueError):
            return Failed("network")
        if self._closed:
            connection.shut()
        self._busy.add(connection)
        timer = loop.call_later(deadline.remaining(), connection.cut)
        try:
            return await connection.ask(request, media_types)
        finally:
            timer.cancel()
            self._busy.discard(connection)
            self._keep(server, connection, loop)

    def _kept(self, server: _Server, loop: asyncio.AbstractEventLoop) -> Connection | None:
        """A connection that stands: the one used last, which is the least likely to be hung up on."""
        idle = self._idle.get(server)
        while idle:
            connection = idle.pop()
            if connection.reusable and loop.time() - connection.idle_since < IDLE_SECONDS:
                return connection
            connection.shut()
        return None

    async def _opened(self, server: _Server, loop: asyncio.AbstractEventLoop, deadline: Deadline) -> Connection:
        """A new connection. Raises TimeoutError, OSError, ValueError for what is no name of a host."""
        async with asyncio.timeout(min(deadline.remaining(), self._connect_seconds)):
            if server.tls and self._tls is None:
                self._tls = await asyncio.to_thread(trusting, None)
            connection = Connection(loop, self._max_bytes)
            if self._tls is None or not server.tls:
                await loop.create_connection(lambda: connection, server.host, server.port)
                return connection
            context, stands = self._tls, loop.create_future()
            within = Tls(connection, context, server.host, stands)
            try:
                await loop.create_connection(lambda: within, server.host, server.port)
                await stands
            except asyncio.CancelledError:
                stands.cancel()
                within.abort()
                raise
        return connection

    def _keep(self, server: _Server, connection: Connection, loop: asyncio.AbstractEventLoop) -> None:
        if self._closed or not connection.reusable:
            connection.shut()
            return
        connection.idle_since = loop.time()
        self._idle.setdefault(server, deque()).append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(IDLE_SECONDS, self._let_go, loop)

    def _let_go(self, loop: asyncio.AbstractEventLoop) -> None:
        """Shut what was not used for long; the first of each server waits longest."""
        for idle in self._idle.values():
            while idle and loop.time() - idle[0].idle_since >= IDLE_SECONDS:
                idle.popleft().shut()
        self._idle = {server: idle for server, idle in self._idle.items() if idle}
        self._sweep = loop.call_later(IDLE_SECONDS, self._let_go, loop) if self._idle else None


@lru_cache(1024)
def _address(url: str) -> _Address:
    """Raises ValueError for what is no address of a server over http or https."""
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        raise ValueError("no address")
    port = parts.port or _PORTS[parts.scheme]
    named = f"[{host}]" if ":" in host else host
    target = quote(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", _AS_IT_IS)
    return _Address(
        _Server(host, port, parts.scheme == "https"),
        target,
        named if port == _PORTS[parts.scheme] else f"{named}:{port}",
    )


def _request(method: str, address: _Address, headers: Mapping[str, str], body: bytes) -> bytes:
    """The bytes of a request. Raises ValueError for a header that would be more than one, or is not ASCII."""
    lines = [
        f"{method} {address.target} HTTP/1.1\r\nHost: {address.host}\r\nUser-Agent: miaopi\r\nAccept-Encoding: identity"
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines)
    if not head.count("\r") == head.count("\n") == len(headers) + 3:
        raise ValueError("a header with the end of a line in it")
    return f"{head}\r\n\r\n".encode("ascii") + body


def trusting(further: bytes | None) -> ssl.SSLContext:
    """What trusts this machine's roots, and `further` (PEM; text between certificates is nothing). Raises ssl.SSLError
    where that can't be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    if further is not None:
        context.load_verify_locations(cadata=further.decode("ascii", "ignore"))
    return context


def strict_client(connect_seconds: float, max_connections: int, trusted_certificates: bytes | None) -> Client:
    """A client as the head of this module describes it; deadline and byte cap are for each call to set."""
    builder = (
        ClientBuilder()
        .connect_timeout(timedelta(seconds=connect_seconds))
        .max_connections(max_connections)
        .pool_idle_timeout(timedelta(seconds=IDLE_SECONDS))
        .follow_redirects(False)
        .referer(False)
        .no_proxy()
        .default_cookie_store(False)
        .gzip(False)
        .brotli(False)
        .zstd(False)
        .deflate(False)
        .user_agent("miaopi")
    )
    if trusted_certificates is not None:
        builder = builder.add_root_certificate_pem(trusted_certificates)
    return builder.build()
