"""The listeners of the service: the one of the platforms, and the control plane beside it."""

import asyncio
import contextlib
import gc
import resource
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from fastapi import FastAPI

from decision_service.http.connections import guarded
from decision_service.http.places import Places
from decision_service.settings import Settings, SettingsRefusedError
from decision_service.telemetry import Telemetry

DRAIN_SECONDS = 10
"""How long requests in work may take to end when the service stops; longer than any matter's deadline."""

OTHER_FILES = 512
"""Files that the process holds open besides connections of callers: registers, records, rules."""

COLLECTED_TOGETHER = 5_000
"""New objects after which the collector looks for those that nobody can reach any more. From there on more of them save
nothing: they no longer fit the processor's memory."""

SEND_BUFFER = 256 * 1024
"""Bytes of an answer that the system holds for a peer who does not take it; it would keep megabytes for each."""


class Server(uvicorn.Server):
    """Says when it listens. One that stands `beside` another leaves the signals to that one."""

    def __init__(self, app: FastAPI, places: Places, ready: Callable[[], None], *, beside: bool = False) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=guarded(places),
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                # What it would log is counted by the guard, or told as a fault, without anything that was sent.
                log_level="critical",
                server_header=False,
                # The peer is whoever has connected: what a header says of it could be written by anybody.
                proxy_headers=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        self._ready = ready
        self._beside = beside

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the door, and say so."""
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as an order to stop, unless another server does."""
        with contextlib.nullcontext() if self._beside else super().capture_signals():
            yield


@contextlib.asynccontextmanager
async def listening(app: FastAPI, places: Places, host: str, port: int) -> AsyncIterator[str]:
    """`app` beside the main server, for as long as the block runs; its base address. Raises OSError."""
    with open_door(host, port) as door:
        listens = asyncio.Event()
        server = Server(app, places, listens.set, beside=True)
        serving = asyncio.create_task(server.serve(sockets=[door]), name="control plane")
        waiting = asyncio.create_task(listens.wait())
        try:
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving  # raises what kept it from starting
            yield address_of(host, door)
        finally:
            waiting.cancel()
            server.should_exit = True
            await serving


def open_door(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket that takes connections; `shared`: with other processes of this user that open it so. Raises OSError
    when the port is not free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.create_server((host, port), family=family, backlog=2048, reuse_port=shared)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections have it from their door
    return door


def places_of(settings: Settings, telemetry: Telemetry) -> Places:
    """The places of one listener."""
    return Places(settings.most_connections, settings.most_connections_per_peer, telemetry.unserved)


def require_files(settings: Settings) -> None:
    """Allows this process as many open files as its connections need. Raises SettingsRefusedError."""
    needed = settings.most_connections + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY not in {soft, hard} and hard < needed:
        raise SettingsRefusedError(
            f"MIAOPI_MOST_CONNECTIONS: {settings.most_connections} connections need {needed} open files, and this "
            f"process may have {hard}; raise the limit (LimitNOFILE of systemd) or set fewer"
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def address_of(host: str, door: socket.socket) -> str:
    """The base address of an open door."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{door.getsockname()[1]}"


def settle_memory() -> None:
    """What was made at the start stays to the end: the collector need not look at it again. Of what comes later it
    looks at some thousand objects at a time: a few hundred are in use in each request that is under way."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_TOGETHER)


def keep_memory() -> None:
    """No crash of this process, or of one that it starts, leaves a picture of its memory: it holds personal values."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
