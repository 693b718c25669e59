"""A register on a real socket that can be told to misbehave, byte by byte."""

import asyncio
import json
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from verifiers.signing import Message, SigningKey, sign


@dataclass
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def wire(self) -> dict[str, object]:
        return json.loads(self.body)


Behaviour = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class CrookedRegister:
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0


@asynccontextmanager
async def crooked_register(behave: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[CrookedRegister]:
    """Serves `behave` until left; whatever is still under way then is cut."""
    register, writers = CrookedRegister(), set[asyncio.StreamWriter]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        register.connections += 1
        writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                asked = await _request(reader)
                register.asked.append(asked)
                await behave(asked, writer)
                await writer.drain()
        writer.close()

    address = "127.0.0.1" if tls else _own_address()
    server = await asyncio.start_server(serve, address, 0, ssl=tls)
    register.url = f"http{'s' if tls else ''}://{address}:{server.sockets[0].getsockname()[1]}"
    try:
        yield register
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()


def _own_address() -> str:
    """A loopback address of its own: at 127.0.0.1 a client of another test may still try the port of a server that was
    killed, and what it asks would be counted here."""
    one, two, three = (1 + secrets.randbelow(250) for _ in range(3))
    return f"127.{one}.{two}.{three}"


async def _request(reader: asyncio.StreamReader) -> Asked:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    return Asked(lines[0].split(" ")[1], headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def http(
    body: bytes, headers: dict[str, str] | None = None, status: str = "200 OK", length: int | None = None
) -> bytes:
    """The bytes of an HTTP answer; `length` may lie about the body's."""
    every = {"Content-Type": "application/json", "Content-Length": str(len(body) if length is None else length)}
    lines = [f"{name}: {value}" for name, value in (every | (headers or {})).items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


def answer(asked: Asked, good_data: object, **changes: object) -> dict[str, object]:
    """The JSON of a good answer, with `changes`."""
    wire = asked.wire
    return {
        "status": "ok",
        "data_as_of": "2026-03-16",
        "source": "sample",
        "request_id": "r-1",
        "subject": wire["subject"],
        "purpose": wire["purpose"],
        "nonce": wire["nonce"],
        "data": good_data,
    } | changes


def signed(key: SigningKey, asked: Asked, body: bytes, timestamp_ms: int, **changes: str) -> dict[str, str]:
    """The headers of a signed answer; `changes` (nonce, path) make it another question's."""
    nonce = changes.get("nonce", str(asked.wire["nonce"]))
    return sign(key, Message("answer", "POST", changes.get("path", asked.path), timestamp_ms, nonce, body))
