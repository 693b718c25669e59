"""The sandbox as a server: until stopped, or beside other work in a thread."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from verifiers.sandbox.config import SandboxConfig
from verifiers.sandbox.server import create_app

_START_SECONDS = 30.0


class _Announcing(uvicorn.Server):
    """Says when it is ready: only then is its port worth telling."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def run(config: SandboxConfig, listening: Callable[[str], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. `listening` gets the base address once questions are taken.

    Raises DataFileError or ScenarioError before that, and OSError when the port is not free.
    """
    server, door, url = _server(config, lambda: listening(url) if listening is not None else None)
    with door:
        server.run(sockets=[door])


@contextmanager
def running(config: SandboxConfig) -> Iterator[str]:
    """The sandbox in a thread of this process, for as long as the block runs; gives its base address.

    Raises as `run` does, and TimeoutError when it does not start.
    """
    started = threading.Event()
    server, door, url = _server(config, started.set)
    thread = threading.Thread(target=server.run, args=([door],), name="sandbox", daemon=True)
    with door:
        thread.start()
        try:
            if not started.wait(_START_SECONDS):
                raise TimeoutError("the sandbox did not start; see what uvicorn logged")
            yield url
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


def _server(config: SandboxConfig, ready: Callable[[], None]) -> tuple[uvicorn.Server, socket.socket, str]:
    app = create_app(config)
    door = socket.create_server((config.host, config.port), family=_family(config.host), backlog=2048)
    door.set_inheritable(True)
    settings = uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,  # the path of a control route holds an application's number
        log_level="warning",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    host = f"[{config.host}]" if ":" in config.host else config.host
    return _Announcing(settings, ready), door, f"http://{host}:{door.getsockname()[1]}"


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
