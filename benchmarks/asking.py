"""What the guard costs around register calls, and what the second call saves.

    python benchmarks/asking.py [--rounds 7] [--seconds 2]

Decisions of 3, 4, 5 and 6 calls in turn, to a sandbox in a process of its own whose registers take 20 ms each. Rows:
(a) bare: asyncio.gather of the same client (`Transport`), questions signed, answers not even looked at; (b) as (a),
and each answer checked (`ask_together` with `ExchangeVerifier`); (c) as (b) behind the guard. With 1, 16 and 64
decisions in flight, and at half of what (c) can do, arrivals waiting for nobody. "Added" is the time of a decision less
the 20 ms of its slowest register. CPU is this process's, per call. Then one register with 1 % of its answers 700 ms
late, with and without a second call. Rounds are interleaved; medians of rounds go to benchmarks/results/asking.json.
"""

import argparse
import asyncio
import json
import os
import platform
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

import orjson
import uvloop
from asking_rig.registers import LATENCY_MS, NAMES, SLOW_PURPOSE, TAIL, registers

from decision_service.load.report import percentile
from verifiers.deadline import Deadline
from verifiers.delivery import Answered
from verifiers.exchange import PATH, Exchange, ExchangeVerifier
from verifiers.guard.guarded import GuardedVerifier, Surroundings
from verifiers.guard.hedge import HedgeRules
from verifiers.guard.line import Event, LineRules
from verifiers.nonces import fresh_nonce
from verifiers.panel import ask_together
from verifiers.registers import Register
from verifiers.signing import Message, SigningKey, sign
from verifiers.transport import Transport
from verifiers.verifier import Question, Verifier

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "asking.json"
PERSON = "210100193505208826"
LEVELS = (1, 16, 64)
SECONDS = 10.0
ROWS = {
    "bare": "(a) bare gather of the client",
    "checked": "(b) each answer checked",
    "guarded": "(c) behind the guard",
}
_NUMBERS = count()

Decide = Callable[[list[Question]], Awaitable[bool]]
"""Asks all of them; whether every register answered."""


@contextmanager
def sandbox(secret: str) -> Iterator[str]:
    """The registers as a process; its address."""
    command = [sys.executable, str(ROOT / "benchmarks" / "asking_rig" / "registers.py"), secret]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        line = child.stdout.readline().strip() if child.stdout is not None else ""
        if not line:
            raise SystemExit("the registers did not start")
        yield line
    finally:
        child.terminate()
        child.wait(30)


def questions(names: tuple[str, ...], purpose: str = "eligibility:") -> list[Question]:
    """For one more application; the number in the purpose makes each another question, so that none is shared."""
    number = next(_NUMBERS)
    known = described()
    return [
        Question(known[name], "bench", f"B{number}", f"{purpose}{number}", PERSON, {"id_no": PERSON}, ("id_no",))
        for name in names
    ]


@cache
def described() -> dict[str, Register]:
    """The registers of the sandbox, as the rules describe them; read once."""
    return registers()


@dataclass(slots=True)
class Row:
    """One way of asking, and what was measured of it, by load."""

    decide: Decide
    added: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)


def bare(exchange: Exchange, transport: Transport) -> Decide:
    """Signs, sends and reads: nothing more."""

    async def put(one: Question) -> bool:
        nonce, path = fresh_nonce(), PATH + one.register.name
        wire = {"register": one.register.name, "matter": one.matter, "application_id": one.application_id}
        wire |= {"purpose": one.purpose, "subject": one.subject, "params": one.params}
        body = orjson.dumps({**wire, "deadline_ms": 1000, "nonce": nonce})
        headers = sign(exchange.key, Message("request", "POST", path, int(time.time() * 1000), nonce, body))
        return isinstance(await transport.post(exchange.url(path), headers, body, Deadline.after(SECONDS)), Answered)

    async def decide(asked: list[Question]) -> bool:
        return all(await asyncio.gather(*map(put, asked)))

    return decide


def together(verifier: Verifier) -> Decide:
    """As an inquiry asks."""

    async def decide(asked: list[Question]) -> bool:
        found = await ask_together(verifier, asked, Deadline.after(SECONDS))
        bad = [one.fault or one.status for one in found if one.status not in ("ok", "no_record")]
        if bad:
            print(f"no answer: {', '.join(bad)}", file=sys.stderr)
        return not bad

    return decide


async def closed_loop(decide: Decide, in_flight: int, seconds: float) -> tuple[list[float], float, float]:
    """So many decisions at a time: milliseconds of each, calls a second, CPU seconds a call."""
    took: list[float] = []
    calls = 0
    ends = time.perf_counter() + seconds

    async def client(number: int) -> None:
        nonlocal calls
        while time.perf_counter() < ends:
            asked = questions(NAMES[: 3 + number % 4])
            number, started = number + 1, time.perf_counter()
            if not await decide(asked):
                raise SystemExit("a register did not answer; there is nothing to time")
            took.append((time.perf_counter() - started) * 1000)
            calls += len(asked)

    before, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(in_flight)))
    return took, calls / (time.perf_counter() - started), (time.process_time() - before) / calls


async def open_loop(decide: Decide, asked: Callable[[int], list[Question]], rate: float, seconds: float) -> list[float]:
    """Decisions at `rate` a second whether or not earlier ones are done: milliseconds of each from when it was due."""
    took: list[float] = []

    async def one(number: int, due: float) -> None:
        if not await decide(asked(number)):
            raise SystemExit("a register did not answer; there is nothing to time")
        took.append((time.perf_counter() - due) * 1000)

    tasks: list[asyncio.Task[None]] = []
    started = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.ensure_future(one(number, due)))
    await asyncio.gather(*tasks)
    return took


def note(row: Row, load: str, took: list[float]) -> None:
    """Median and 99th percentile of one round."""
    row.added.setdefault(load, []).append((percentile(took, 0.5) - LATENCY_MS, percentile(took, 0.99) - LATENCY_MS))


async def cost(rows: dict[str, Row], rounds: int, seconds: float) -> float:
    """Every row at every load, in turn; the rate of decisions at half of saturation."""
    for _ in range(rounds):
        for level in LEVELS:
            for row in rows.values():
                took, rate, cpu = await closed_loop(row.decide, level, seconds)
                note(row, str(level), took)
                row.rates.setdefault(str(level), []).append(rate)
                row.cpu.setdefault(str(level), []).append(cpu * 1e6)
    half = statistics.median(rows["guarded"].rates[str(LEVELS[-1])]) / 4.5 / 2
    for _ in range(rounds):
        for row in rows.values():
            before, done = time.process_time(), int(half * seconds) * 4.5
            took = await open_loop(row.decide, lambda number: questions(NAMES[: 3 + number % 4]), half, seconds)
            note(row, "half", took)
            row.cpu.setdefault("half", []).append((time.process_time() - before) / done * 1e6)
    return half


async def tail(guards: dict[str, Verifier], rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """One register with one slow answer in a hundred: percentiles over all rounds, with and without second calls."""
    took: dict[str, list[float]] = {name: [] for name in guards}
    for _ in range(rounds):
        for name, guard in guards.items():
            asked = (TAIL, *NAMES[1:4])
            took[name] += await open_loop(
                together(guard), lambda _, asked=asked: questions(asked, SLOW_PURPOSE), 60, seconds * 2
            )
    return {
        name: {
            "decisions": len(found),
            **{f"p{share:g}_ms": round(percentile(found, share / 100), 1) for share in (50, 98, 99, 99.5)},
            "worst_ms": round(max(found), 1),
        }
        for name, found in took.items()
    }


async def measured(url: str, secret: str, rounds: int, seconds: float) -> dict[str, object]:
    """Everything, in this loop."""
    exchange, transport = Exchange(url, SigningKey("miaopi", secret.encode())), Transport(max_connections=1024)
    inner = ExchangeVerifier(exchange, transport)
    # More places than the service has, so that 64 decisions at once measure the guard and not its refusals.
    wide = LineRules(most_in_flight=256)
    rows = {
        "bare": Row(bare(exchange, transport)),
        "checked": Row(together(inner)),
        "guarded": Row(together(GuardedVerifier(inner, wide))),
    }
    told: list[Event] = []
    heard = Surroundings(told=lambda _, event: told.append(event))
    once = LineRules(most_in_flight=256, hedge=HedgeRules(share=0.0))
    guards: dict[str, Verifier] = {
        "one call": GuardedVerifier(inner, once),
        "second call": GuardedVerifier(inner, wide, heard),
    }
    try:
        for row in rows.values():
            await closed_loop(row.decide, 16, 1.0)
        half = await cost(rows, rounds, seconds)
        slow = await tail(guards, rounds, seconds)
    finally:
        await transport.close()
    calls = slow["second call"]["decisions"] * 4
    extra = {event: told.count(event) for event in ("hedge_sent", "hedge_won")}
    return {
        "rows": [summary(name, row) for name, row in rows.items()],
        "half_of_saturation_decisions_per_second": round(half, 1),
        "slow_register": {
            **slow,
            "second_calls": {**extra, "share_of_all_calls": round(extra["hedge_sent"] / calls, 4)},
        },
    }


def summary(name: str, row: Row) -> dict[str, object]:
    """Medians of a row's rounds, by load."""
    loads = {}
    for load, added in row.added.items():
        loads[load] = {
            "added_p50_ms": round(statistics.median(one for one, _ in added), 2),
            "added_p99_ms": round(statistics.median(one for _, one in added), 2),
            "cpu_us_a_call": round(statistics.median(row.cpu[load])),
        }
        if load in row.rates:
            loads[load]["calls_per_second"] = round(statistics.median(row.rates[load]))
    return {"row": ROWS[name], "loads": loads}


def machine(rounds: int, seconds: float) -> dict[str, object]:
    """What the figures were taken on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return {
        "processor": next(named, platform.machine()), "cores": os.cpu_count(), "python": platform.python_version(),
        "system": platform.system(), "load_before": round(os.getloadavg()[0], 1), "rounds": rounds,
        "seconds_a_round": seconds,
    }  # fmt: skip


def main() -> None:
    """Measures, prints the tables and writes them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    secret, told = secrets.token_hex(16), machine(options.rounds, options.seconds)
    with sandbox(secret) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(measured(url, secret, options.rounds, options.seconds))
    print(json.dumps({"machine": told, **found}, indent=2))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": told, **found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
