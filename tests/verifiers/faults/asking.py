"""A sandbox with the fault proxy in front, and questions to it by the real client."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.verifiers.catalogue import REGISTERS
from tests.verifiers.sandbox_client import CONFIG, KEY, NOON, OLD, OLD_NAME
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.sandbox.faults.plan import FaultPlan
from verifiers.sandbox.proxy.running import Front, Proxy, fronted
from verifiers.sandbox.proxy.wirelog import InFront, Passed, WireLog
from verifiers.sandbox.running import running
from verifiers.transport import Transport
from verifiers.verifier import Question

PARAMS: Mapping[str, dict[str, object]] = {
    "population": {"name": OLD_NAME, "id_no": OLD},
    "enterprises": {"id_no": OLD},
    "credit": {"id_no": OLD},
    "deaths": {"id_no": OLD},
    "number_pool": {"region": "210102"},
}
AT_ONCE = 12
PATIENCE = 20.0
TIMEOUT_MS = 1500


@dataclass(frozen=True)
class Stage:
    sandbox: str
    proxy: Proxy
    plan: FaultPlan
    log: WireLog


@contextmanager
def staged(seed: int = 1, log: WireLog | None = None) -> Iterator[Stage]:
    """The sandbox of the tests behind a proxy with every door there is."""
    plan, log = FaultPlan(REGISTERS, seed, proxied=True), log or WireLog()
    with running(replace(CONFIG, plan=plan, front=InFront(log))) as sandbox:
        with fronted(Front(sandbox, plan, log, registers=tuple(PARAMS), failing=True)) as proxy:
            yield Stage(sandbox, proxy, plan, log)
        log.close()


def written(log: WireLog, application_id: str, count: int) -> list[Passed]:
    """The lines of an application, once there are so many: the proxy writes when an exchange has ended, which may be a
    moment after the client has what it wanted."""
    ends = time.monotonic() + PATIENCE
    while len(lines := log.of(application_id)) < count and time.monotonic() < ends:
        time.sleep(0.02)
    return lines


@dataclass(frozen=True)
class Call:
    """One question: to which door, for which register and application."""

    url: str
    register: str
    application_id: str = "SB1"


def ask_all(root: bytes, calls: Sequence[Call], at_once: int = AT_ONCE) -> list[Evidence]:
    """What the real client makes of each, over one pool of connections."""

    async def run() -> list[Evidence]:
        transport, places = Transport(trusted_certificates=root), asyncio.Semaphore(at_once)

        async def one(call: Call) -> Evidence:
            register = replace(REGISTERS[call.register], timeout_ms=TIMEOUT_MS)
            params = PARAMS[call.register]
            asked_with = tuple(params)
            question = Question(register, "m", call.application_id, "p", OLD, params, asked_with)
            verifier = ExchangeVerifier(Exchange(call.url, KEY), transport, lambda: NOON)
            async with places:
                return await verifier.ask(question, Deadline.after(20))

        try:
            return list(await asyncio.gather(*(one(call) for call in calls)))
        finally:
            await transport.close()

    return asyncio.run(run())
