"""The load of benchmarks/endpoint.py, in a process of its own: `python client.py PORT CASE SECONDS CONNECTIONS RATE`.

Keep-alive connections on one uvloop. RATE 0: each sends its next application when the last is answered (a closed loop,
for capacity). Else arrivals are Poisson at RATE a second, and each time counts from the instant when it was due. Every
application has an id and an idempotency key of its own. Prints JSON: decisions, seconds, p50 and p99 in ms, how many
answers were not the expected outcome, and how many applications were turned away with 503 and Retry-After: they are
neither decisions nor wrong. `steady`: of arrivals, decisions a second while they came, without the first second.
"""

import asyncio
import json
import math
import random
import sys
import time
import uuid
from pathlib import Path

import uvloop

SETTLE = 1.0
"""Seconds of arrivals after which they are said to be steady."""


class Connection(asyncio.Protocol):
    """One keep-alive connection: a request, then its whole answer."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.waiting: asyncio.Future[bytes] | None = None
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Hands the answer over once it is whole."""
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0 or self.waiting is None:
            return
        at = self.buffer.lower().find(b"content-length:", 0, head)
        length = int(self.buffer[at + 15 : self.buffer.find(b"\r\n", at)])
        if len(self.buffer) >= head + 4 + length:
            answer, self.buffer = bytes(self.buffer), bytearray()
            waiting, self.waiting = self.waiting, None
            waiting.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waits will get no answer."""
        self.is_lost = True
        if self.waiting is not None:
            self.waiting.set_exception(error or ConnectionError())

    async def send(self, request: bytes) -> bytes:
        """The answer to `request`."""
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)  # type: ignore[attr-defined]  # a stream's transport
        return await self.waiting


async def connected(port: int) -> Connection:
    """A new connection."""
    return (await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port))[1]


class Load:
    """What is sent, and what came of it."""

    def __init__(self, port: int, case: dict[str, object], seconds: float) -> None:
        self.port = port
        self.seconds = seconds
        body = {"application_id": "@" * 32, "matter": case["matter"], "channel": "mobile", "form": case["form"]}
        self.before, self.after = json.dumps(body).encode().split(b"@" * 32)
        self.head = (
            b"POST /v1/decisions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: "
            + str(len(self.before) + 32 + len(self.after)).encode()
            + (f"\r\nAuthorization: Bearer {case['key']}".encode() if "key" in case else b"")
            + b"\r\nIdempotency-Key: "
        )
        self.wanted = f'"outcome":"{case["outcome"]}"'.encode()
        self.times: list[float] = []
        self.wrong = self.shed = self.steady = 0
        self.began = math.inf

    def request(self) -> bytes:
        """A new application."""
        name = uuid.uuid4().hex.encode()
        return b"".join((self.head, name, b"\r\n\r\n", self.before, name, self.after))

    async def one(self, connection: Connection, due: float) -> None:
        """Sends one application and notes its time since `due`."""
        answer = await connection.send(self.request())
        if answer.startswith(b"HTTP/1.1 503 ") and b"retry-after:" in answer.lower():
            self.shed += 1
            return
        now = time.perf_counter()
        self.times.append(now - due)
        self.steady += self.began + SETTLE < now < self.began + self.seconds
        if b" 200 " not in answer[:16] or self.wanted not in answer:
            self.wrong += 1

    async def closed(self, connection: Connection) -> None:
        """The next one when the last is answered."""
        until = time.perf_counter() + self.seconds
        while (now := time.perf_counter()) < until:
            await self.one(connection, now)

    async def open(self, connections: list[Connection], rate: float) -> None:
        """Arrivals that wait for nobody; one that finds no free connection waits, and the wait counts. A connection
        that the server has given up meanwhile is opened again."""
        free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        for connection in connections:
            free.put_nowait(connection)

        async def arrival(due: float) -> None:
            connection = await free.get()
            if connection.is_lost:
                connection = await connected(self.port)
            try:
                await self.one(connection, due)
            except ConnectionError:  # given up in that very moment
                connection = await connected(self.port)
                await self.one(connection, due)
            free.put_nowait(connection)

        self.began = time.perf_counter()
        chance, due = random.Random(1), self.began
        until = due + self.seconds
        async with asyncio.TaskGroup() as group:
            while (due := due + chance.expovariate(rate)) < until:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(arrival(due))


async def main(port: int, case: dict[str, object], seconds: float, count: int, rate: float) -> None:
    """Sends the load and prints what came of it."""
    load = Load(port, case, seconds)
    connections = [await connected(port) for _ in range(count)]
    began = time.perf_counter()
    if rate:
        await load.open(connections, rate)
    else:
        await asyncio.gather(*(load.closed(one) for one in connections))
    seconds = time.perf_counter() - began
    times = sorted(load.times)
    p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    told = {"decisions": len(times), "seconds": seconds, "p50": p50, "p99": p99, "wrong": load.wrong, "shed": load.shed}
    print(json.dumps({**told, "steady": load.steady / max(load.seconds - SETTLE, SETTLE)}))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        chosen = json.loads(Path(sys.argv[2]).read_bytes())
        runner.run(main(int(sys.argv[1]), chosen, float(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])))
