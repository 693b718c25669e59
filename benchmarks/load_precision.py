"""How precise `miaopi load` is: a server that stands still half a second in every five, against the computed truth.

    python benchmarks/load_precision.py [--rate 200] [--seconds 15] [--rounds 3] [--senders 1]

The truth is computed from the very schedule that is sent: whoever is due while the server stands waits for the rest of
that time, everybody else is answered after 2 ms. The server's own log says when it stood. Beside it a closed loop, as
many load tools have it: one client that asks again when it was answered.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path

from decision_service.load.arrivals import Stream
from decision_service.load.report import percentile
from decision_service.load.running import senders
from decision_service.load.samples import Sample
from tests.load.approval import ANSWER

RESULTS = Path(__file__).resolve().parent / "results" / "load_precision.json"
PERIOD, STANDS, WORK = 5.0, 0.5, 0.002
FORM = json.dumps({})
POOLS = {"valid": [0]}
SHARES = (0.5, 0.95, 0.99)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(ANSWER)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: each request after 2 ms, or when the server stands no longer."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"
            )
            await reader.readexactly(length)
            due = time.monotonic() + WORK
            standing = STANDS - due % PERIOD
            await asyncio.sleep(WORK + max(0.0, standing))
            writer.write(HEAD + ANSWER)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def serve(told: Connection) -> None:
    """The server, as a process of its own; tells its port."""

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=2048)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class Nobody:
    """Watches nothing."""

    def begun(self, place: int) -> None:
        """As Watcher has it."""

    def came(self, sample: Sample) -> None:
        """As Watcher has it."""

    def pulse(self, sent: int, in_flight: int) -> None:
        """As Watcher has it."""

    def ended(self, place: int) -> None:
        """As Watcher has it."""


def open_loop(port: int, rate: float, seconds: float, count: int, seed: int) -> tuple[list[float], list[float], float]:
    """What the tool measured, the truth of the same arrivals, both in ms, and the tool's own lateness (p99)."""
    stage = {"name": "a", "seconds": seconds, "traffic": "mix", "broken": 0.0, "rates": {"a": rate}}
    whole = {"url": f"http://127.0.0.1:{port}", "key": "", "seed": seed, "senders": count, "stages": [stage]}
    plan = json.dumps({**whole, "pools": {"a": POOLS}, "forms": [FORM]}).encode()
    with senders(plan, count, Nobody()) as found:
        found.await_ready()
        start = found.play(0, seconds)
    truth = [wait(start + one.at) for one in Stream(f"{seed}/a/a", rate, seconds, POOLS).arrivals()]
    if len(truth) != len(found.samples):
        raise SystemExit(f"{len(truth)} were due and {len(found.samples)} were sent")
    return [one.ms for one in found.samples], truth, percentile([one.lag_ms for one in found.samples], 0.99)


def wait(due: float) -> float:
    """How long an arrival of that instant waits, ms."""
    came = due + WORK
    return 1000 * (WORK + max(0.0, STANDS - came % PERIOD))


def closed_loop(port: int, seconds: float) -> list[float]:
    """What one client measures that asks again when it was answered, ms."""
    connection, times = HTTPConnection("127.0.0.1", port, timeout=30), []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        connection.request("POST", "/v1/decisions", b"{}")
        connection.getresponse().read()
        times.append((time.monotonic() - began) * 1000)
    connection.close()
    return times


def shown(name: str, times: Sequence[float], truth: Sequence[float]) -> list[float]:
    """Prints a line; by how much each percentile is off, as a share of the truth."""
    found = [percentile(times, share) for share in SHARES]
    real = [percentile(truth, share) for share in SHARES]
    off = [(one - other) / other for one, other in zip(found, real, strict=True)]
    figures = "  ".join(f"{one:7.1f}" for one in found)
    print(f"{name:34s} {figures}   " + "  ".join(f"{100 * one:+7.1f} %" for one in off))
    return off


def main() -> None:
    """All rounds."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rate", type=float, default=200.0)
    options.add_argument("--seconds", type=float, default=15.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--senders", type=int, default=1)
    given = options.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, load average {os.getloadavg()[0]:.1f}")
    print(f"{given.rate:g}/s for {given.seconds:g} s by {given.senders} process(es); 500 ms in every 5 s it stands")
    print(f"{'':34s} {'p50':>7s}  {'p95':>7s}  {'p99':>7s}   off by")
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    worst: list[list[float]] = []
    for number in range(given.rounds):
        times, truth, lag = open_loop(port, given.rate, given.seconds, given.senders, number + 1)
        shown(f"round {number + 1}: truth of these arrivals", truth, truth)
        worst.append(shown(f"round {number + 1}: miaopi load (late {lag:.1f} ms)", times, truth))
        shown(f"round {number + 1}: closed loop", closed_loop(port, given.seconds), truth)
    server.kill()
    medians = [statistics.median(abs(one[place]) for one in worst) for place in range(len(SHARES))]
    told = {f"p{100 * share:g}": round(one, 4) for share, one in zip(SHARES, medians, strict=True)}
    print("median off by: " + ", ".join(f"{name} {100 * one:.1f} %" for name, one in told.items()))
    result = {"machine": machine, "rate": given.rate, "seconds": given.seconds, "rounds": given.rounds, "off_by": told}
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
