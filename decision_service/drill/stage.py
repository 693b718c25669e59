"""Where a drill is played: the sandbox, the fault proxy before it and the real service, each on ports of its own."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from io import StringIO
from pathlib import Path

from pydantic import SecretStr

from decision_service.clock import ServiceClock
from decision_service.http.asking import Wiring
from decision_service.http.service import Parts
from decision_service.http.service import running as service_running
from decision_service.policy.shelf import Shelf
from decision_service.publishing import publish
from decision_service.settings import read_settings
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.guard.guarded import GuardedVerifier
from verifiers.sandbox.config import SandboxConfig
from verifiers.sandbox.faults.plan import FaultPlan
from verifiers.sandbox.proxy.running import Front, Proxy, fronted
from verifiers.sandbox.proxy.wirelog import InFront, WireLog
from verifiers.sandbox.running import running as sandbox_running
from verifiers.signing import SigningKey
from verifiers.transport import Transport
from verifiers.verifier import Question, Verifier

APP = "miaopi"
Sent = dict[tuple[str, str], tuple[str, str]]
"""Application and register -> the fault and variant of the connection at whose door its question is put."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a drill is played with. `log`: where the proxy's lines go besides memory. `shared_guard`: one guard for the
    whole service, as operators run it; else each application meets a guard of its own, as if the service had just
    started, so that no cell is answered by what another cell learnt."""

    rules: Path
    shelf: Shelf
    day: date
    folder: Path
    log: Path | None = None
    shared_guard: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """What is up: where, the sandbox's word for its control routes, and the proxy."""

    service: str
    sandbox: str
    token: str = field(repr=False)
    proxy: Proxy
    sent: Sent = field(default_factory=dict, repr=False)


class EachAlone(GuardedVerifier):
    """A guard for each application, all with the rules of the service's one."""

    def __init__(self, *given: object, **rest: object) -> None:
        super().__init__(*given, **rest)  # type: ignore[arg-type]  # passed on as it came, whatever a guard takes
        self._make: Callable[[], GuardedVerifier] = lambda: GuardedVerifier(*given, **rest)  # type: ignore[arg-type]  # see above
        self._own: dict[str, GuardedVerifier] = {}

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What came of it, as the application's own guard has it."""
        own = self._own.get(question.application_id)
        if own is None:
            own = self._own[question.application_id] = self._make()
        return await own.ask(question, deadline)


class _ByDoor:
    """Puts a question at the door where its application is sent for that register, else at the door of all."""

    def __init__(self, usual: Verifier, failing: dict[tuple[str, str], Verifier], sent: Sent) -> None:
        self._usual = usual
        self._failing = failing
        self._sent = sent

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What came of it."""
        door = self._sent.get((question.application_id, question.register.name))
        return await (self._usual if door is None else self._failing[door]).ask(question, deadline)


@contextmanager
def staged(setting: Setting) -> Iterator[Stage]:
    """All three, for as long as the block runs. Raises what they raise when they can't start."""
    registers = setting.shelf.catalogue.registers
    key, token = SigningKey(APP, secrets.token_hex(32).encode()), secrets.token_hex(16)
    plan, wire = FaultPlan(registers, proxied=True), WireLog(setting.log)
    config = SandboxConfig(registers, {APP: key}, token, as_of=setting.day, plan=plan, front=InFront(wire))
    sent: Sent = {}
    try:
        with (
            sandbox_running(config) as sandbox,
            fronted(Front(sandbox, plan, wire, failing=True)) as proxy,
            service_running(_parts(setting, proxy, key, sent)) as service,
        ):
            yield Stage(service.url, sandbox, token, proxy, sent)
    finally:
        wire.close()


def _parts(setting: Setting, proxy: Proxy, key: SigningKey, sent: Sent) -> Parts:
    @asynccontextmanager
    async def detour(usual: Verifier, clock: ServiceClock) -> AsyncIterator[Verifier]:
        transport = Transport(trusted_certificates=proxy.root)
        try:
            failing: dict[tuple[str, str], Verifier] = {
                named: ExchangeVerifier(Exchange(door.url, key), transport, clock.real, clock.now)
                for named, door in proxy.failing.items()
            }
            yield _ByDoor(usual, failing, sent)
        finally:
            await transport.close()

    given = {
        "rules": setting.rules,
        "ledger": setting.folder / "ledger.sqlite3",
        "registers_url": proxy.door.url,
        "registers_secret": SecretStr(key.secret.decode()),
        "as_of": setting.day,
        "port": 0,
    }
    wiring = Wiring(detour)
    if not setting.shared_guard:
        wiring = replace(wiring, guard=EachAlone)
    return Parts(read_settings(given, {}), publish(setting.shelf), out=StringIO(), wiring=wiring)
