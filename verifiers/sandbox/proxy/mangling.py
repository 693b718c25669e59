"""Faults of the stream: one answer, sent otherwise than it came from the register."""

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from verifiers.sandbox.proxy.framing import Message

_STEP_SECONDS = 0.05
_PATIENCE_SECONDS = 60.0
"""How long a client is held that does not go away by itself."""

_JUST_UNDER = 0.75
"""Of the time that the question is waited for."""

_MORE_BYTES = 70_000
"""Beyond what docs/registers.md allows an answer."""


@dataclass(slots=True)
class Sending:
    """An answer on its way to the client. `deadline` is the instant (monotonic seconds) at which nobody waits any more,
    `started` that at which the question came; `sent` counts bytes. `whole`: the client has it and may ask again over
    the same connection, so this side must not hang up on it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    answer: Message
    started: float
    deadline: float
    sent: int = field(default=0)
    whole: bool = False

    async def send(self, content: bytes) -> None:
        """Send these bytes."""
        self.writer.write(content)
        await self.writer.drain()
        self.sent += len(content)

    async def until_left(self) -> None:
        """Wait until the client goes away."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while await self.reader.read(4096):
                    pass

    async def until(self, instant: float) -> None:
        """Wait for an instant, or the client's going away if that is earlier."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, instant - time.monotonic())):
                await self.until_left()

    def reset(self) -> None:
        """Cut the connection with an RST."""
        cut(self.writer)


def cut(writer: asyncio.StreamWriter) -> None:
    """End a connection by RST, not FIN: what waits to be sent is thrown away."""
    door = writer.get_extra_info("socket")
    door.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def mangle(fault: str, variant: str, sending: Sending) -> str:
    """Send the answer with a fault of the layer `stream` (faults/table.py); says what was put on the wire. Unless it
    was `whole`, the connection has ended with it. Raises ConnectionError when the client goes away first."""
    return await _MANGLERS[fault](variant, sending)


async def _reset(variant: str, one: Sending) -> str:
    if variant == "after_headers":
        await one.send(one.answer.head)
        await asyncio.sleep(_STEP_SECONDS)  # else the RST overtakes the headers within the client's own buffers
    one.reset()
    return "reset before the headers" if variant == "before_headers" else "reset after the headers"


async def _header_drip(_: str, one: Sending) -> str:
    await _drip(one, one.answer.head + one.answer.body)
    return "headers byte by byte"


async def _body_drip(variant: str, one: Sending) -> str:
    await one.send(one.answer.head)
    body = one.answer.body
    if variant == "drip":
        await _drip(one, body)
        return "body byte by byte"
    if variant == "bandwidth":
        # So narrow that the whole takes three times as long as anybody waits.
        pause = 3 * max(one.deadline - one.started, _STEP_SECONDS) / 32
        for at in range(0, len(body), max(1, len(body) // 32)):
            await one.send(body[at : at + max(1, len(body) // 32)])
            await one.until(time.monotonic() + pause)
        return "body at a trickle"
    await one.send(body[: len(body) // 2])
    await one.until_left()
    return "half of the body, then silence"


async def _drip(one: Sending, content: bytes) -> None:
    ends = time.monotonic() + _PATIENCE_SECONDS
    for byte in content:
        if time.monotonic() > ends or one.reader.at_eof():
            return
        await one.send(bytes([byte]))
        await asyncio.sleep(_STEP_SECONDS)


async def _truncated_body(variant: str, one: Sending) -> str:
    head, body = one.answer.head, one.answer.body
    if variant == "without_length":
        head = one.answer.without("content-length") + b"\r\nConnection: close\r\n\r\n"
    await one.send(head + body[: len(body) // 2])
    one.writer.close()
    return "half of the body, then the end"


async def _over_long_body(variant: str, one: Sending) -> str:
    answer = one.answer
    bare = answer.without("content-length")
    if variant == "second_answer":
        # Said to be the last of its connection: else a question of somebody else could be put on it just before the
        # client finds that it must hang up, and would fail for a fault that is not its own.
        first = answer.without("connection") + b"\r\nConnection: close\r\n\r\n" + answer.body
        await one.send(first + answer.head + answer.body)
        return "the answer, and a second one that nobody asked for"
    if variant == "declared":
        length = b"\r\nContent-Length: %d\r\n\r\n" % (len(answer.body) + _MORE_BYTES)
        await one.send(bare + length + answer.body + b" " * _MORE_BYTES)
        one.whole = True
        return "a body of more than 64 KiB"
    await one.send(bare + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"1000\r\n" + b" " * 0x1000 + b"\r\n"
    ends = time.monotonic() + _PATIENCE_SECONDS
    with suppress(ConnectionError):
        while time.monotonic() < ends and not one.reader.at_eof():
            await one.send(chunk)
            await asyncio.sleep(0)
    return "a body without end"


async def _slow(variant: str, one: Sending) -> str:
    if variant == "close":
        await one.send(one.answer.without("connection") + b"\r\nConnection: close\r\n\r\n" + one.answer.body)
        await one.until_left()
        return "the answer, and the connection left open"
    share = _JUST_UNDER if variant == "under" else 1.0
    slack = 0.0 if variant == "under" else 0.3
    await one.until(one.started + share * (one.deadline - one.started) + slack)
    await one.send(one.answer.head + one.answer.body)
    one.whole = True
    return "the whole answer, slowly"


_MANGLERS: Mapping[str, Callable[[str, Sending], Awaitable[str]]] = {
    "reset": _reset,
    "header_drip": _header_drip,
    "body_drip": _body_drip,
    "truncated_body": _truncated_body,
    "over_long_body": _over_long_body,
    "slow": _slow,
}
