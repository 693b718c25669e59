"""A register's endpoint, sent to byte by byte: also what no honest client would send."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError

MAX_BYTES = 256 * 1024
SECONDS = 30.0
"""How long a check waits; the register's own limit is judged apart."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request to `path` (from /v1/ on)."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status 0 when nothing did."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


class Line:
    """Connections to `base_url`. `close` it at the end."""

    def __init__(self, base_url: str, trusted_certificates: bytes | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = _client(trusted_certificates)

    async def send(self, sent: Sent) -> Reply:
        """What came back, its body cut at MAX_BYTES. Raises nothing but cancellation."""
        try:
            request = (
                self._client.post(self._base_url + sent.path)
                .headers({"Content-Type": "application/json", "Accept-Encoding": "identity", **sent.headers})
                .body_bytes(sent.body)
                .build_streamed()
            )
            async with asyncio.timeout(SECONDS), request as response:
                body = bytearray()
                while len(body) <= MAX_BYTES and (chunk := await response.body_reader.read_chunk()) is not None:
                    body += chunk
                return Reply(response.status, tuple(response.headers.items()), bytes(body[:MAX_BYTES]))
        except (TimeoutError, PyreqwestError):
            return Reply(0)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()


def _client(trusted_certificates: bytes | None) -> Client:
    builder = (
        ClientBuilder()
        .timeout(timedelta(seconds=SECONDS))
        .follow_redirects(False)
        .no_proxy()
        .default_cookie_store(False)
        .gzip(False)
        .brotli(False)
        .zstd(False)
        .deflate(False)
        .user_agent("miaopi-conformance")
    )
    if trusted_certificates is not None:
        builder = builder.add_root_certificate_pem(trusted_certificates)
    return builder.build()
