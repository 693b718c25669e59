"""The one HTTP client for registers: pooled, bounded in time and size, and strict.

One deadline covers connecting, sending and the last byte of the answer, so a server that drips gains nothing. At most
64 KiB are read. Nothing is decompressed (200 KB can become 200 MiB), no redirect is followed, no proxy of the
environment is used, no cookie kept, nothing sent twice.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError, RequestTimeoutError
from pyreqwest.request import RequestBuilder
from pyreqwest.response import Response

from verifiers.deadline import Deadline
from verifiers.frozen import quickly_made

MAX_ANSWER_BYTES = 64 * 1024
"""No register has more to say about one person."""

_IDLE = timedelta(seconds=4)
"""Shorter than the five seconds after which common servers hang up on an idle connection: a question sent into a
closing one is lost, and is not put twice."""

_JSON = "application/json"

TransportFault = Literal["network", "http_status", "compressed", "content_type", "too_large"]


@quickly_made
@dataclass(frozen=True, slots=True)
class Answered:
    """A complete answer of status 200 and a media type asked for: its headers, repeated ones too, and its body."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Late:
    """The deadline passed first."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No usable answer, and why in a word; with its status code where that was not 200."""

    fault: TransportFault
    status: int | None = None


Delivery = Answered | Late | Failed


class Transport:
    """A pool of connections. Make one a process, `close` it at the end."""

    def __init__(
        self,
        *,
        connect_seconds: float = 1.0,
        max_connections: int = 256,
        max_bytes: int = MAX_ANSWER_BYTES,
        trusted_certificates: bytes | None = None,
    ) -> None:
        """`max_connections` bounds the calls in flight; `trusted_certificates` is a PEM of further roots."""
        self._max_bytes = max_bytes
        self._client = strict_client(connect_seconds, max_connections, trusted_certificates)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, deadline: Deadline) -> Delivery:
        """Send `body`, JSON, and read what comes back. Raises nothing but cancellation."""
        sent = {**headers, "Content-Type": _JSON}
        return await self._exchange(lambda: self._client.post(url).headers(sent).body_bytes(body), (_JSON,), deadline)

    async def get(self, url: str, media_types: tuple[str, ...], deadline: Deadline) -> Delivery:
        """Read what is at `url`, of one of `media_types` (lower case). Raises nothing but cancellation."""
        sent = {"Accept": ", ".join(media_types)}
        return await self._exchange(lambda: self._client.get(url).headers(sent), media_types, deadline)

    async def _exchange(
        self, built: Callable[[], RequestBuilder], media_types: tuple[str, ...], deadline: Deadline
    ) -> Delivery:
        left = deadline.remaining()
        if left <= 0:
            return Late()
        try:
            request = built().header("Accept-Encoding", "identity").timeout(timedelta(seconds=left)).build_streamed()
            # Twice on purpose: the client's own limit frees the socket, this one holds whatever the client does.
            async with asyncio.timeout(left), request as response:
                return await self._read(response, media_types)
        except (TimeoutError, RequestTimeoutError):
            # A connection that could not be made in `connect_seconds` is late as well: whoever waits can't tell.
            return Late()
        except (PyreqwestError, ValueError):
            return Failed("network")  # ValueError: what was to be read is at no address

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def _read(self, response: Response, media_types: tuple[str, ...]) -> Delivery:
        if response.status != 200:
            return Failed("http_status", response.status)
        if any(value.strip().lower() != "identity" for value in response.get_header_all("content-encoding")):
            return Failed("compressed")
        kinds = response.get_header_all("content-type")
        if len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() not in media_types:
            return Failed("content_type")
        body = bytearray()
        while (chunk := await response.body_reader.read_chunk()) is not None:
            if len(body) + len(chunk) > self._max_bytes:
                return Failed("too_large")
            body += chunk
        return Answered(tuple(response.headers.items()), bytes(body))


def strict_client(connect_seconds: float, max_connections: int, trusted_certificates: bytes | None) -> Client:
    """A client as the head of this module describes it; deadline and byte cap are for each call to set."""
    builder = (
        ClientBuilder()
        .connect_timeout(timedelta(seconds=connect_seconds))
        .max_connections(max_connections)
        .pool_idle_timeout(_IDLE)
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
