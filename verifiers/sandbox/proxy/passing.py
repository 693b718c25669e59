"""One connection to the proxy: greeted or not, its questions passed on, the answers passed back or spoilt."""

import asyncio
import hashlib
import socket
import ssl
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace

from verifiers.sandbox.faults.plan import Drawn, FaultPlan
from verifiers.sandbox.faults.table import Layer
from verifiers.sandbox.proxy.certificates import GOOD, Authority
from verifiers.sandbox.proxy.doors import Door, first_byte
from verifiers.sandbox.proxy.framing import FramingError, Message, read_message
from verifiers.sandbox.proxy.mangling import Sending, mangle
from verifiers.sandbox.proxy.wirelog import Passed, WireLog

_HANDSHAKE = b"\x16"
_CONNECTION: tuple[Layer, ...] = ("connection",)
_STREAM: tuple[Layer, ...] = ("stream",)
_PATIENCE_SECONDS = 60.0
_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a door: where the sandbox is, what is switched on, what certificates there are, the log."""

    upstream: tuple[str, int]
    plan: FaultPlan
    authority: Authority
    log: WireLog


@dataclass(slots=True)
class Passage:
    """One connection, from its first byte to its end."""

    behind: Behind
    door: Door
    number: int
    upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None, repr=False)

    async def serve(self, sock: socket.socket) -> None:
        """Serve a connection that was just taken. Raises nothing but cancellation."""
        writer = None
        try:
            drawn = self.door.always or self._drawn_for_connection()
            if drawn is not None and drawn.fault.name != "tls":
                return await self._withhold(sock, drawn)
            opened = await self._opened(sock, drawn)
            if opened is None:
                return None
            reader, writer = opened
            await self._exchange(reader, writer)
        except (OSError, FramingError):  # one side went away, or speaks something else: there is nothing to pass on
            pass
        finally:
            # All are told to close before any is waited for: the wait may be cancelled.
            ending = [one for one in (writer, self.upstream and self.upstream[1]) if one is not None]
            for one in ending:
                one.close()
            if writer is None:
                sock.close()
            for one in ending:
                with suppress(OSError, ssl.SSLError):
                    await one.wait_closed()

    def _drawn_for_connection(self) -> Drawn | None:
        if self.door.register is None:
            return None
        return self.behind.plan.draw(_CONNECTION, self.door.register, None)

    async def _withhold(self, sock: socket.socket, drawn: Drawn) -> None:
        """Not one byte: cut at once, or silence until the client goes away."""
        if drawn.fault.name == "connect_refused":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._note("cut before the first byte", drawn)
            return
        self._note("no byte in answer", drawn)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while await asyncio.get_running_loop().sock_recv(sock, 4096):
                    pass

    async def _opened(
        self, sock: socket.socket, drawn: Drawn | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The connection in the clear, after the handshake where the client begins one."""
        secure = await first_byte(sock) == _HANDSHAKE
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(_LIMIT)
        protocol = asyncio.StreamReaderProtocol(reader)
        context = None
        if secure:
            context = self.behind.authority.contexts[GOOD if drawn is None else drawn.variant.name]
        try:
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, sock, ssl=context)
        except (ssl.SSLError, ConnectionError) as error:
            told = error.reason if isinstance(error, ssl.SSLError) else type(error).__name__
            self._note("the client ended the handshake", drawn, tls=str(told))
            return None
        if secure and drawn is not None:
            self._note("the client took the certificate", drawn, tls="taken")
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await read_message(reader)) is not None:
            started = time.monotonic()
            application, waits = request.question()
            register = request.register
            drawn = None
            if register is not None:
                drawn = self.behind.plan.draw(_STREAM, register, application)
            answer = await self._ask(request)
            sending = Sending(reader, writer, answer, started, started + waits)
            seen = await self._passed_on(sending, drawn)
            if not request.path.startswith("/control/"):
                self._note(seen, drawn, _line(request, application, sending))
            if (drawn is not None and not sending.whole) or answer.header("connection") == "close":
                return

    async def _passed_on(self, sending: Sending, drawn: Drawn | None) -> str:
        try:
            if drawn is not None:
                return await mangle(drawn.fault.name, drawn.variant.name, sending)
            await sending.send(sending.answer.head + sending.answer.body)
        except ConnectionError:
            return "the client went away" if drawn is None else f"{drawn.variant.name}, until the client went away"
        return "passed on"

    async def _ask(self, request: Message) -> Message:
        if self.upstream is not None and self.upstream[0].at_eof():
            self.upstream[1].close()
            self.upstream = None
        if self.upstream is None:
            self.upstream = await asyncio.open_connection(*self.behind.upstream, limit=_LIMIT)
        reader, writer = self.upstream
        writer.write(request.head + request.body)
        await writer.drain()
        answer = await read_message(reader)
        if answer is None:
            raise FramingError("the sandbox hung up")
        return answer

    def _note(self, seen: str, drawn: Drawn | None, line: Passed | None = None, *, tls: str | None = None) -> None:
        line = line or Passed(self.door.port, self.number, seen, self.door.register, tls=tls)
        named = (None, None) if drawn is None else (drawn.fault.name, drawn.variant.name)
        self.behind.log.note(
            replace(line, door=self.door.port, connection=self.number, seen=seen, fault=named[0], variant=named[1])
        )


def _line(request: Message, application: str | None, sending: Sending) -> Passed:
    answer = sending.answer
    return Passed(
        door=0,
        connection=0,
        seen="",
        register=request.register,
        application_id=application,
        to_register=len(request.head) + len(request.body),
        to_client=sending.sent,
        status=answer.status,
        content_type=answer.header("content-type"),
        digest=hashlib.sha256(answer.body).hexdigest(),
    )
