"""One end of the way between the keeper and a worker: messages in their order, questions with their answers."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final, Generic, TypeVar, cast

import msgspec

from decision_service.workers.messages import Asked, Message, Reply

LENGTH: Final = struct.Struct(">I")
MOST_BYTES: Final = 64 * 1024 * 1024
"""A longer message is garbage."""

Incoming = TypeVar("Incoming", bound=Message)


class LostError(Exception):
    """The other end is gone, or says what it must not say."""


class Channel(asyncio.Protocol, Generic[Incoming]):
    """`heard` is called with each message that is no answer, in their order; `lost` once, when the other end is gone
    and everything that it had sent was heard."""

    def __init__(self, incoming: object, heard: Callable[[Incoming], None], lost: Callable[[], None]) -> None:
        """`incoming` is the type, a union, of what may come."""
        self._decoder = msgspec.msgpack.Decoder(incoming)
        self._encoder = msgspec.msgpack.Encoder()
        self._heard, self._lost = heard, lost
        self._buffer = bytearray()
        self._asked: dict[int, asyncio.Future[Reply]] = {}
        self._number = 0
        self._transport: asyncio.Transport | None = None
        self._is_lost = False

    async def open(self, end: socket.socket) -> None:
        """Take up one end of a pair of sockets, which is this channel's from now on."""
        end.setblocking(False)
        await asyncio.get_running_loop().create_connection(lambda: self, sock=end)

    def tell(self, message: Message) -> None:
        """Send a message. Nothing happens where the other end is gone: that is told by `lost`."""
        if self._transport is not None and not self._is_lost:
            body = self._encoder.encode(message)
            self._transport.write(LENGTH.pack(len(body)) + body)

    async def ask(self, make: Callable[[int], Asked]) -> Reply:
        """Send the message that `make` makes with a number of its own; its answer. Raises LostError."""
        return await self.asking(make(self.next_number()))

    def next_number(self) -> int:
        """A number for a message that is answered."""
        self._number += 1
        return self._number

    async def asking(self, message: Asked) -> Reply:
        """Send a message; its answer. Raises LostError."""
        if self._is_lost or self._transport is None:
            raise LostError("the other process is gone")
        waiter: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asked[message.number] = waiter
        self.tell(message)
        try:
            return await waiter
        finally:
            self._asked.pop(message.number, None)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._buffer += data
        start = 0
        try:
            while len(self._buffer) - start >= LENGTH.size:
                (length,) = LENGTH.unpack_from(self._buffer, start)
                if length > MOST_BYTES:
                    raise msgspec.DecodeError("longer than any message of ours")  # noqa: TRY301 - as with any other garbage
                end = start + LENGTH.size + length
                if len(self._buffer) < end:
                    break
                message = self._decoder.decode(bytes(self._buffer[start + LENGTH.size : end]))
                start = end
                self._take(message)
        except (msgspec.DecodeError, ValueError):
            if self._transport is not None:
                self._transport.abort()
            return
        del self._buffer[:start]

    def _take(self, message: Message) -> None:
        if isinstance(message, Reply):
            waiter = self._asked.get(message.number)
            if waiter is not None and not waiter.done():
                waiter.set_result(message)
        else:
            self._heard(cast("Incoming", message))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - whatever it was, the other end is gone
        """See asyncio.Protocol."""
        self._is_lost = True
        for waiter in self._asked.values():
            if not waiter.done():
                waiter.set_exception(LostError("the other process is gone"))
        self._lost()
