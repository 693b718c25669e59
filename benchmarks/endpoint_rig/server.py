"""One server of benchmarks/endpoint.py: `python server.py KIND FOLDER`; prints its address when it listens.

KIND is `constant` (a FastAPI route that answers a recorded decision and does nothing), `one` (the decision service, the
generated engine asked twice in place of a second one), `both` (with the second engine in its process),
`keyed` (as `both`, each request with a key, its limits counted), `live` (as `both`, and the registers over HTTP:
MIAOPI_REGISTERS_URL, MIAOPI_REGISTERS_SECRET), `full` (as `live`, with keys and limits, and FOLDER/subscribers.toml
gets each record), or `httpx` (as `live`, asked by that client).
uvicorn's settings are the same.
"""

import asyncio
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp

from decision_service.access.limits import Limits
from decision_service.agreement import SecondJudge
from decision_service.clock import ServiceClock
from decision_service.clockguard import ClockGuard
from decision_service.desk import Desk, Services
from decision_service.facts import FactSheet
from decision_service.http.admitting import admitting
from decision_service.http.app import create_app
from decision_service.http.caseworking import caseworking
from decision_service.http.delivering import delivering
from decision_service.http.listening import settle_memory
from decision_service.http.state import State
from decision_service.inforce import InForce
from decision_service.ledger.opening import LedgerFiles, writing
from decision_service.load.report import percentile
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import Publication, publish
from decision_service.readings.rete.process import SecondEngine
from decision_service.settings import read_settings
from decision_service.telemetry import Telemetry
from decision_service.verdict import Verdict
from decision_service.vitals import ClockSigns, Vitals
from verifiers.answers import read_answer
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.freshness import Moment
from verifiers.guard.guarded import GuardedVerifier, Surroundings
from verifiers.journal.journal import Journal
from verifiers.journal.journaling import Asker, JournalingVerifier
from verifiers.journal.marks import Marks
from verifiers.journal.retention import Retention
from verifiers.journal.store import JournalStore
from verifiers.signing import SigningKey
from verifiers.transport import Transport
from verifiers.verifier import Question, Verifier

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 3, 16)
MOST_WAITS = 10_000
"""Waits that are kept: a million decisions in a row leave no more behind."""


@dataclass(slots=True)
class AtOnce:
    """Registers that answer from the case without any call."""

    answers: Mapping[str, Evidence]

    async def ask(self, question: Question, _: Deadline) -> Evidence:
        """The case's answer."""
        return self.answers[question.register.name]

    def known(self, question: Question) -> Evidence:
        """The same, without waiting."""
        return self.answers[question.register.name]


@dataclass(slots=True)
class Again:
    """The first engine in the place of the second: what a decision costs without one."""

    rules: Publication
    ready: bool = True

    async def judge(self, digest: str, sheet: FactSheet, timeout: float) -> Verdict:  # noqa: ARG002, ASYNC109 - the protocol's
        """The same verdict."""
        found = self.rules.by_digest(digest)
        if found is None:
            raise KeyError(digest)
        return found.judge(sheet)


@dataclass(slots=True)
class Timed:
    """A second engine, with the time that each decision waited for it."""

    engine: SecondJudge
    waited: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_WAITS))

    @property
    def ready(self) -> bool:
        """As the engine says."""
        return self.engine.ready

    async def judge(self, digest: str, sheet: FactSheet, timeout: float) -> Verdict:  # noqa: ASYNC109 - the protocol's
        """The engine's verdict."""
        began = time.perf_counter()
        try:
            return await self.engine.judge(digest, sheet, timeout)
        finally:
            self.waited.append((time.perf_counter() - began) * 1000)

    def told(self) -> Response:
        """Count, p50 and p99 in ms since it was last asked."""
        waited = list(self.waited)
        self.waited.clear()
        told = {"count": len(waited), "p50_ms": percentile(waited, 0.5), "p99_ms": percentile(waited, 0.99)}
        return Response(orjson.dumps(told))


def constant(answer: bytes) -> FastAPI:
    """The baseline: FastAPI's quickest route."""
    app = FastAPI()

    @app.post("/v1/decisions")
    async def decide() -> Response:
        return Response(answer, media_type="application/json")

    return app


async def service(kind: str, folder: Path, stack: AsyncExitStack) -> FastAPI:
    """The decision service's application, put together as `miaopi serve` does."""
    rules = publish(read_shelf(ROOT / "rules"))
    log = stack.enter_context((folder / "log.jsonl").open("w", buffering=1))
    telemetry = Telemetry(log)
    guard = ClockGuard(ClockSigns(telemetry), None, required=False)
    clock = ServiceClock(DAY, guard.now, is_trusted=lambda: guard.look() is None)
    second: SecondJudge = Again(rules)
    if kind != "one":
        engine = SecondEngine(ROOT / "rules")
        stack.push_async_callback(engine.close)
        await engine.start()
        second = Timed(engine)
    record = stack.enter_context(writing(LedgerFiles.beside(folder / "l.sqlite3"), "bench", Telemetry().fault))
    journal = Journal(JournalStore(folder / "calls.sqlite3", Retention()))
    stack.callback(journal.close)
    verifier: Verifier = AtOnce(answers_of(rules, folder))
    if kind in ("live", "full", "httpx"):
        verifier = _guarded(kind, journal, clock, stack)
    services = Services(
        InForce(rules), record.ledger, record.ring.mark, verifier, second, clock, telemetry, journal=journal
    )
    vitals = Vitals(guard, record.ledger, folder, telemetry, clock.monotonic)
    access = folder / "access.toml" if kind in ("keyed", "full") else None
    subscribers = folder / "subscribers.toml" if kind == "full" else None
    settings = read_settings({"ledger": folder / "l.sqlite3", "access": access, "subscribers": subscribers}, {})
    await stack.enter_async_context(delivering(settings, services))
    office = await stack.enter_async_context(caseworking(settings, services))
    doorkeeper = await stack.enter_async_context(admitting(settings, clock))
    desk, limits = Desk(services), Limits(clock.monotonic)
    app = create_app(State(desk, record, office, {}, doorkeeper, limits, None, vitals))
    if isinstance(second, Timed):
        app.add_api_route("/second", second.told)
    return app


def _guarded(kind: str, journal: Journal, clock: ServiceClock, stack: AsyncExitStack) -> GuardedVerifier:
    """Live registers, each call in the journal, behind the guard."""
    asker, marks = Asker("platform", "bench"), Marks(b"of this benchmark")
    calls = JournalingVerifier(_exchange(kind, clock, stack), journal, marks, asker, clock.now, lambda _: "exchange")
    # Every application here is the same person's: shared answers would show nothing.
    return GuardedVerifier(calls, surroundings=Surroundings(clock.monotonic, clock.now), across=False)


def _exchange(kind: str, clock: ServiceClock, stack: AsyncExitStack) -> ExchangeVerifier:
    if kind == "httpx":
        from by_httpx import HttpxTransport

        transport: Transport = HttpxTransport()
    else:
        transport = Transport()
    stack.push_async_callback(transport.close)
    key = SigningKey("miaopi", os.environ["MIAOPI_REGISTERS_SECRET"].encode())
    return ExchangeVerifier(Exchange(os.environ["MIAOPI_REGISTERS_URL"], key), transport, clock.real, clock.now)


def answers_of(rules: Publication, folder: Path) -> dict[str, Evidence]:
    """What registers answer to the case in a folder."""
    case = orjson.loads((folder / "case.json").read_bytes())
    published = rules.in_force(case["matter"], DAY)
    if published is None:
        raise SystemExit("the case's matter is not in force")
    return {
        name: read_answer(ask.register, ask.asked_with, case["facts"].get(name, {"status": "no_record"}), Moment(DAY))
        for name, ask in published.policy.asks.items()
    }


async def serve(app: ASGIApp, door: socket.socket) -> None:
    """uvicorn as `miaopi serve` runs it, until it is told to stop."""
    config = uvicorn.Config(
        app, http="httptools", ws="none", lifespan="off", access_log=False, log_config=None, server_header=False,
        timeout_keep_alive=30,
    )  # fmt: skip
    settle_memory()
    print(door.getsockname()[1], flush=True)
    await uvicorn.Server(config).serve(sockets=[door])


async def main(kind: str, folder: Path) -> None:
    """Serves."""
    async with AsyncExitStack() as stack:
        known = folder / "answer.json"
        app = constant(known.read_bytes()) if kind == "constant" else await service(kind, folder, stack)
        with socket.create_server(("127.0.0.1", 0), backlog=2048) as door:
            await serve(app, door)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], Path(sys.argv[2])))
