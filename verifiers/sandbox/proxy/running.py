"""The proxy before a sandbox, in a thread of its own for as long as a block runs."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

from verifiers.sandbox.faults.plan import Drawn, FaultPlan
from verifiers.sandbox.faults.table import FAULTS
from verifiers.sandbox.proxy.certificates import new_authority
from verifiers.sandbox.proxy.doors import Door, open_door, probe
from verifiers.sandbox.proxy.passing import Behind, Passage
from verifiers.sandbox.proxy.wirelog import Passed, WireLog

_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Front:
    """Where a proxy stands: before which sandbox, at which address, with a door for each of `registers`. `failing`:
    also a door for each variant of each fault of the connection, where every connection meets it."""

    upstream: str
    plan: FaultPlan
    log: WireLog
    host: str = "127.0.0.1"
    port: int = 0
    registers: tuple[str, ...] = ()
    failing: bool = False


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that runs: its door for all registers, those of single ones, those at which every connection fails (by
    fault and variant). `root` is the PEM under which its certificates are good."""

    root: bytes = field(repr=False)
    log: WireLog = field(repr=False)
    door: Door
    registers: dict[str, Door] = field(default_factory=dict)
    failing: dict[tuple[str, str], Door] = field(default_factory=dict)

    async def knock(self, fault: str, variant: str, register: str, application_id: str) -> None:
        """Try a door that takes no connection and write down what was met, beside the register and application that
        were sent there: a connection that is never taken leaves no other trace with the one who does not take it."""
        door = self.failing[fault, variant]
        if not door.accepts:
            seen = f"a connection {await probe(door)}"
            self.log.note(Passed(door.port, 0, seen, register, application_id, fault, variant))


@contextmanager
def fronted(front: Front) -> Iterator[Proxy]:
    """The proxy, for as long as the block runs. Raises OSError when the port is not free."""
    running = _Running(front)
    running.start()
    try:
        yield running.proxy()
    finally:
        running.stop()


class _Running:
    """The thread and its loop."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._authority = new_authority()
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._proxy: Proxy | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="fault proxy", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._started.wait(_START_SECONDS)

    def proxy(self) -> Proxy:
        if self._failure is not None:
            raise self._failure
        if self._proxy is None:
            raise TimeoutError("the fault proxy did not start")
        return self._proxy

    def stop(self) -> None:
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(_START_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as failure:  # noqa: BLE001 - handed to the thread that waits for the start
            self._failure = failure
        finally:
            self._started.set()

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        front = self._front
        door = await open_door(front.host, front.port)
        self._proxy = proxy = Proxy(self._authority.root, front.log, door)
        for register in front.registers:
            proxy.registers[register] = await open_door(front.host, register=register)
        for fault in FAULTS if front.failing else ():
            for variant in fault.variants if fault.layer == "connection" else ():
                always = Drawn(fault, variant)
                proxy.failing[fault.name, variant.name] = await open_door(front.host, always=always)
        self._started.set()
        await self._serve([door, *proxy.registers.values(), *proxy.failing.values()])

    async def _serve(self, doors: list[Door]) -> None:
        loop = asyncio.get_running_loop()
        parts = urlsplit(self._front.upstream)
        upstream = (parts.hostname or "", parts.port or 80)
        behind = Behind(upstream, self._front.plan, self._authority, self._front.log)
        numbers = count(1)
        passages: set[asyncio.Task[None]] = set()

        async def take(door: Door) -> None:
            while True:
                sock, _ = await loop.sock_accept(door.sock)
                passage = loop.create_task(Passage(behind, door, next(numbers)).serve(sock))
                passages.add(passage)
                passage.add_done_callback(passages.discard)

        taking = [loop.create_task(take(door)) for door in doors if door.accepts]
        await self._ended.wait()
        for task in (*taking, *passages):
            task.cancel()
        await asyncio.gather(*taking, *passages, return_exceptions=True)
        for door in doors:
            door.close()
