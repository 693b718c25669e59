"""Many connections that are up to no good, held by one thread, and a good client who wants to be served meanwhile."""

import resource
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

from tests.http.staging import Stage, application

KEPT_BYTES = 4096
_NUMBERS = count()


@dataclass(slots=True)
class Wire:
    """One bad connection: what is still to be sent (again and again if `endless`), what came back, when it ended."""

    sock: socket.socket
    began: float
    sending: bytes
    endless: bytes = b""
    heard: bytes = b""
    sent: int = 0
    seconds: float | None = None

    @property
    def status(self) -> int:
        """Of the last answer; 0 if there was none."""
        _, mark, rest = self.heard.rpartition(b"HTTP/1.1 ")
        return int(rest[:3]) if mark else 0


@dataclass(frozen=True, slots=True)
class Attack:
    """What each of `count` connections sends; `endless` goes on being sent."""

    count: int
    first: bytes
    endless: bytes = b""


def besiege(url: str, attack: Attack, patience: float = 12.0) -> list[Wire]:
    """Plays the attack until every connection has ended, or patience has."""
    _allow_files(attack.count)
    address = urlsplit(url)
    chooser, wires = selectors.DefaultSelector(), []
    for _ in range(attack.count):
        sock = socket.create_connection((address.hostname or "", address.port or 0), 10)
        sock.setblocking(False)
        wire = Wire(sock, time.monotonic(), attack.first, attack.endless)
        wires.append(wire)
        chooser.register(sock, selectors.EVENT_WRITE | selectors.EVENT_READ, wire)
        _turn(chooser, 0)
    until = time.monotonic() + patience
    while chooser.get_map() and time.monotonic() < until:
        _turn(chooser, 0.2)
    for wire in wires:
        wire.sock.close()
    return wires


def _turn(chooser: selectors.BaseSelector, wait: float) -> None:
    for key, events in chooser.select(wait):
        wire: Wire = key.data
        ended = False
        try:
            if events & selectors.EVENT_WRITE:
                _send(wire, chooser)
            if events & selectors.EVENT_READ:
                chunk = wire.sock.recv(65536)
                wire.heard = (wire.heard + chunk)[-KEPT_BYTES:]
                ended = not chunk
        except BlockingIOError:
            pass
        except OSError:
            ended = True
        if ended:
            wire.seconds = time.monotonic() - wire.began
            chooser.unregister(wire.sock)


def _send(wire: Wire, chooser: selectors.BaseSelector) -> None:
    """Sends what the system takes."""
    if wire.sending:
        done = wire.sock.send(wire.sending)
        wire.sent, wire.sending = wire.sent + done, wire.sending[done:]
    elif wire.endless:
        wire.sending = wire.endless
    else:
        chooser.modify(wire.sock, selectors.EVENT_READ, wire)


def _allow_files(more: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < more + 1024:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, more + 1024), hard))


@dataclass(slots=True)
class Served:
    """A good client: the outcome of each of its requests, in words, and how long each took."""

    outcomes: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Of the times, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def good_client(stage: Stage, pause: float = 0.1) -> Iterator[Served]:
    """Applications one after the other, each over a connection of its own, for as long as the block runs."""
    served, stop = Served(), threading.Event()

    def work() -> None:
        while not stop.is_set():
            began, outcome = time.monotonic(), "no answer"
            with suppress(OSError):
                got = stage.decide(application("ELD-1"), f"good-{next(_NUMBERS)}")
                outcome = got.json["outcome"] if got.status == 200 else str(got.status)
            served.outcomes.append(outcome)
            served.seconds.append(time.monotonic() - began)
            stop.wait(pause)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        stop.set()
        thread.join(60)
