"""The witness over HTTP: one path, bounded in time, size and number of connections."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import h11

from decision_service.proof.submission import MAX_BYTES
from decision_service.witness.judging import SIZE_TYPE, NotCosignedError, Witness
from decision_service.witness.memory import MemoryFaultError

PATH: Final = b"/add-checkpoint"
EXCHANGE_SECONDS: Final = 5.0
"""For a whole exchange, idling before it included: a sender that drips gains nothing."""

MAX_CONNECTIONS: Final = 64
"""More are hung up on: logs that a witness knows are few."""

_CHUNK: Final = 16 * 1024
_TEXT: Final = "text/plain; charset=utf-8"


class _RefusedError(Exception):
    """An answer of this status, after which the connection ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class WitnessServer:
    """Answers `POST /add-checkpoint` for `witness`."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._connections: set[asyncio.Task[None]] = set()

    async def run(self, host: str, port: int, ready: Callable[[str, int], None], stopping: asyncio.Event) -> None:
        """Listen until `stopping` is set. Raises OSError if the address can't be had."""
        server = await asyncio.start_server(self._connected, host, port, limit=_CHUNK)
        address = server.sockets[0].getsockname()
        ready(address[0], address[1])
        async with server:
            await stopping.wait()
            server.close()
            for one in list(self._connections):
                one.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        try:
            if task is not None and len(self._connections) < MAX_CONNECTIONS:
                self._connections.add(task)
                with suppress(TimeoutError, OSError, h11.LocalProtocolError):
                    await self._converse(reader, writer)
        except asyncio.CancelledError:
            pass  # the witness stops
        finally:
            if task is not None:
                self._connections.discard(task)
            writer.transport.abort() if writer.is_closing() else writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            async with asyncio.timeout(EXCHANGE_SECONDS):
                try:
                    body = await _receive(connection, reader, writer)
                    if body is None:
                        return
                    status, content_type, content = await asyncio.to_thread(self._answer, body)
                except (_RefusedError, h11.RemoteProtocolError) as error:
                    status = error.status if isinstance(error, _RefusedError) else error.error_status_hint
                    content_type, content = _TEXT, b""
                headers = [("Content-Type", content_type), ("Content-Length", str(len(content)))]
                if connection.their_state is not h11.DONE:
                    headers.append(("Connection", "close"))
                for event in (
                    h11.Response(status_code=status, headers=headers),
                    h11.Data(data=content),
                    h11.EndOfMessage(),
                ):
                    writer.write(connection.send(event) or b"")
                await writer.drain()
            if {connection.our_state, connection.their_state} != {h11.DONE}:
                return
            connection.start_next_cycle()

    def _answer(self, body: bytes) -> tuple[int, str, bytes]:
        try:
            return 200, _TEXT, self._witness.add_checkpoint(body).encode()
        except NotCosignedError as error:
            if error.size is not None:
                return error.status, SIZE_TYPE, f"{error.size}\n".encode()
            return error.status, _TEXT, f"{error}\n".encode()
        except MemoryFaultError:
            return 500, _TEXT, b"the witness can't keep what it would sign\n"


async def _receive(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bytes | None:
    """The body of the next request; None if the other side hangs up instead. Raises _RefusedError."""
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                writer.write(connection.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            connection.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Request):
            if event.target.split(b"?", 1)[0] != PATH:
                raise _RefusedError(404)
            if event.method != b"POST":
                raise _RefusedError(405)
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BYTES:
                raise _RefusedError(413)
        elif isinstance(event, h11.EndOfMessage):
            return bytes(body)
        else:
            return None
