"""Where the proxy listens: one door for all, one for each register, and doors at which every connection fails alike."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field

from verifiers.sandbox.faults.plan import Drawn

_HOST = "127.0.0.1"
_FILL_SECONDS = 0.1
_FILLERS = 8
_BACKLOG = 1024


@dataclass(slots=True)
class Door:
    """One port. `register`: that register's own, so that faults of the connection can be drawn for it. `always`: what
    every connection here meets."""

    sock: socket.socket = field(repr=False)
    register: str | None = None
    always: Drawn | None = None
    fillers: list[socket.socket] = field(default_factory=list, repr=False)

    @property
    def port(self) -> int:
        """The port."""
        return int(self.sock.getsockname()[1])

    @property
    def url(self) -> str:
        """The base address for a client: https where the fault is one of TLS."""
        secure = self.always is not None and self.always.fault.name == "tls"
        return f"{'https' if secure else 'http'}://{self.sock.getsockname()[0]}:{self.port}"

    @property
    def accepts(self) -> bool:
        """Whether connections are taken here at all."""
        return self.always is None or self.always.fault.name not in ("connect_refused", "connect_hang")

    def close(self) -> None:
        """Give the port back."""
        for filler in self.fillers:
            filler.close()
        self.sock.close()


async def open_door(
    host: str = _HOST, port: int = 0, *, register: str | None = None, always: Drawn | None = None
) -> Door:
    """A door that listens; or, for a refused connection, a port that is held without listening; or, for one that hangs,
    a listener whose queue is full. Raises OSError when the port is not free."""
    fault = None if always is None else always.fault.name
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if fault is None or fault == "tls":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        door = Door(sock, register, always)
        if fault == "connect_hang":
            sock.listen(0)
            await _fill(door)
        elif fault != "connect_refused":
            sock.listen(_BACKLOG)
    except OSError:
        sock.close()
        raise
    return door


async def probe(door: Door) -> str:
    """What a connection to this door meets now: refused, hangs or taken. How a door that takes none is seen to work."""
    with socket.socket(door.sock.family, socket.SOCK_STREAM) as knocking:
        knocking.setblocking(False)
        return await _knock(knocking, door)


async def _knock(knocking: socket.socket, door: Door) -> str:
    try:
        async with asyncio.timeout(_FILL_SECONDS):
            await asyncio.get_running_loop().sock_connect(knocking, door.sock.getsockname())
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "hangs"
    return "taken"


async def _fill(door: Door) -> None:
    """Connections of our own until the queue takes no more: from then on the kernel drops every greeting (SYN)."""
    for _ in range(_FILLERS):
        filler = socket.socket(door.sock.family, socket.SOCK_STREAM)
        filler.setblocking(False)
        door.fillers.append(filler)
        if await _knock(filler, door) == "hangs":
            return
    raise OSError("connections can't be made to hang on this system: its queues never fill")


async def first_byte(sock: socket.socket) -> bytes:
    """The first byte that comes, left where it is; empty when the client goes away first."""
    loop = asyncio.get_running_loop()
    while True:
        with suppress(BlockingIOError):
            return sock.recv(1, socket.MSG_PEEK)
        readable: asyncio.Future[None] = loop.create_future()
        loop.add_reader(sock, _done, readable)
        try:
            await readable
        finally:
            loop.remove_reader(sock)


def _done(readable: "asyncio.Future[None]") -> None:
    if not readable.done():
        readable.set_result(None)
