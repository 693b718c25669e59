"""Decisions with live registers by the service's own client of registers beside the same by httpx.

    python benchmarks/clients.py [--rounds 5] [--seconds 3] [--connections 1 2 4 8 32]

Both rows are servers of endpoint.py's row (d): both engines, registers over signed HTTP in a sandbox of its own, behind
the guard, recorded. Rounds take turns, and so do the numbers of connections. What counts is a decision that was right:
with calls that pile up in a client, registers are late, applications are referred or turned away, and those are told
apart. `works_at` is the largest number of connections at which at least 98 in 100 answers with httpx were right; there
the ratio compares two services that work, at 32 it shows what is left of the one with httpx. Then single calls, without
a service: CPU of either client, at once and 8 at a time. All goes to benchmarks/results/clients.json. httpx is in the
dependency group `bench`.
"""

import argparse
import asyncio
import json
import os
import platform
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from asking import SECONDS, questions, sandbox
from asking_rig.registers import NAMES
from endpoint import DAY, RIG, ROOT, Row, chosen_case, cpu_seconds, load, started
from endpoint_rig.by_httpx import HttpxTransport

from verifiers.deadline import Deadline
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.signing import SigningKey
from verifiers.transport import Transport

RESULTS = ROOT / "benchmarks" / "results" / "clients.json"
KINDS = ("live", "httpx")
WORKS = 0.98
CALLS = 200
AT_A_TIME = (1, 8)


@dataclass(slots=True)
class Rounds:
    """What one server did at one number of connections, by round; `other` answers were not the expected ones."""

    right: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    answers: int = 0
    other: int = 0

    def as_json(self) -> dict[str, float]:
        """The mean of the rates, for a round in which not one was right has a share in it; medians of the rest."""
        return {
            "right_a_second": round(statistics.mean(self.right), 1), "answers": self.answers, "other": self.other,
            "p50_ms": round(statistics.median(self.p50), 1), "p99_ms": round(statistics.median(self.p99), 1),
            "cpu_us": round(statistics.median(self.cpu)),
        }  # fmt: skip


def servers(folder: Path, stack: ExitStack) -> list[Row]:
    """Both, and the sandbox."""
    secret = {"MIAOPI_REGISTERS_SECRET": secrets.token_hex(16)}
    sandbox = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--latency", "0", "--as-of", DAY]
    _, line = stack.enter_context(started(sandbox, secret))
    environment = {**secret, "MIAOPI_REGISTERS_URL": line.rsplit(" ", 1)[1]}
    rows = []
    for kind in KINDS:
        own = folder / kind
        own.mkdir()
        (own / "case.json").write_text(json.dumps(chosen_case()), encoding="utf-8")
        command = [sys.executable, str(RIG / "server.py"), kind, str(own)]
        process, port = stack.enter_context(started(command, environment))
        rows.append(Row(kind, process, int(port)))
    return rows


def measured(row: Row, rounds: Rounds, folder: Path, seconds: float, connections: int) -> None:
    """One round of one row."""
    before = cpu_seconds(row.process.pid)
    told = load(row, folder, seconds, connections, strict=False)
    if not told["decisions"]:
        raise SystemExit(f"{row.kind}: not one answer with {connections} connections: give more --seconds")
    rounds.right.append((told["decisions"] - told["wrong"]) / told["seconds"])
    rounds.p50.append(told["p50"])
    rounds.p99.append(told["p99"])
    rounds.cpu.append((cpu_seconds(row.process.pid) - before) / told["decisions"] * 1e6)
    rounds.answers += int(told["decisions"])
    rounds.other += int(told["wrong"] + told["shed"])


def compared(ours: Rounds, theirs: Rounds, seconds: float) -> dict[str, object]:
    """Both at one number of connections. Of all rounds together: one in which not one was right has no ratio."""
    ratio = sum(ours.right) / max(sum(theirs.right), 1 / seconds)
    return {"live": ours.as_json(), "httpx": theirs.as_json(), "ratio": round(ratio, 2)}


def working(rounds: dict[int, dict[str, Rounds]]) -> int:
    """The largest number of connections at which the service with httpx works; the least of all if it never does."""
    works = [at for at, both in rounds.items() if both["httpx"].other <= (1 - WORKS) * both["httpx"].answers]
    return max(works, default=min(rounds))


async def _calls(transport: Transport, exchange: Exchange, at_a_time: int) -> float:
    """CPU microseconds of a call, of so many at a time."""
    verifier = ExchangeVerifier(exchange, transport)

    async def some() -> None:
        for _ in range(CALLS // at_a_time):
            (question,) = questions(NAMES[:1])
            evidence = await verifier.ask(question, Deadline.after(SECONDS))
            if evidence.status != "ok":
                raise SystemExit(f"a call was answered {evidence.status}")

    began = time.process_time()
    await asyncio.gather(*(some() for _ in range(at_a_time)))
    return (time.process_time() - began) / (CALLS // at_a_time * at_a_time) * 1e6


async def calls(rounds: int) -> dict[str, dict[str, float]]:
    """CPU microseconds of a call by either client, and their ratio, by how many are made at a time."""
    secret = secrets.token_hex(16)
    found: dict[int, dict[str, list[float]]] = {at: {kind: [] for kind in KINDS} for at in AT_A_TIME}
    with sandbox(secret) as url:
        exchange = Exchange(url, SigningKey("miaopi", secret.encode()))
        transports: dict[str, Transport] = {"live": Transport(), "httpx": HttpxTransport()}
        for _ in range(rounds + 1):
            for at in AT_A_TIME:
                for kind, transport in transports.items():
                    found[at][kind].append(await _calls(transport, exchange, at))
        for transport in transports.values():
            await transport.close()
    # The first round opened the connections.
    medians = {at: {kind: statistics.median(those[1:]) for kind, those in one.items()} for at, one in found.items()}
    return {
        str(at): {**{kind: round(us, 1) for kind, us in one.items()}, "ratio": round(one["httpx"] / one["live"], 2)}
        for at, one in medians.items()
    }


def served(connections: Sequence[int], rounds: int, seconds: float) -> dict[int, dict[str, Rounds]]:
    """All rounds of both services."""
    found = {at: {kind: Rounds() for kind in KINDS} for at in connections}
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        rows = servers(folder, stack)
        for row in rows:
            load(row, folder, 1.0, min(connections), strict=False)
        for _ in range(rounds):
            for at in connections:
                for row in rows:
                    measured(row, found[at][row.kind], folder, seconds, at)
    return found


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 2, 4, 8, 32])
    given = parser.parse_args()
    (ROOT / "var").mkdir(exist_ok=True)
    rounds = served(sorted(given.connections), given.rounds, given.seconds)
    loads = {at: compared(both["live"], both["httpx"], given.seconds) for at, both in rounds.items()}
    works_at = working(rounds)
    single = asyncio.run(calls(given.rounds))
    for at, one in loads.items():
        print(f"{at:3} connections: {one['ratio']} x as many right; own client {one['live']}; httpx {one['httpx']}")
    print(f"httpx works at {works_at}: {loads[works_at]['ratio']} x")
    for name, told in single.items():
        print(f"a call, {name} at a time: CPU us {told}")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    result = {"machine": machine, "loads": loads, "works_at": works_at, "calls": single}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
