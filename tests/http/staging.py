"""A real service on a loopback port, before the real sandbox: what the tests of the HTTP door share."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from decision_service.facts import FactSheet
from decision_service.http.service import Parts, running
from decision_service.http.state import State
from decision_service.policy.shape import Policy
from decision_service.publishing import Publication, Published, publish
from decision_service.readings import reference
from decision_service.settings import Settings, read_settings
from decision_service.verdict import Verdict
from tests.shipped import shelf
from verifiers.sandbox.config import SandboxConfig
from verifiers.signing import SigningKey

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
DAY = date(2026, 3, 16)
SECRET = "agreed for these tests"  # noqa: S105 - of servers on loopback, for this run
TOKEN = "control for these tests"  # noqa: S105 - see above
CASES = [
    case
    for file in sorted((ROOT / "fixtures" / "cases").glob("*.json"))
    for case in json.loads(file.read_text(encoding="utf-8"))
]
BY_ID = {case["id"]: case for case in CASES}
IN_PROCESS = "the second engine in its process, as operators run it"
_NUMBERS = count()


@cache
def publication() -> Publication:
    """The rules of this checkout, compiled once."""
    return publish(shelf())


PATIENCE = 4
"""How many times as long as published a staged service waits: a machine that is busy with other tests is no register
that is late."""


@cache
def patient() -> Publication:
    """The rules of this checkout as a staged service has them unless it is given others: those that wait for longer."""
    found = publication()
    versions = {
        matter: tuple(Published(_patient(one.policy), one.judge) for one in published)
        for matter, published in found.versions.items()
    }
    return replace(found, versions=versions)


def _patient(policy: Policy) -> Policy:
    asks = {
        name: replace(ask, register=replace(ask.register, timeout_ms=PATIENCE * ask.register.timeout_ms))
        for name, ask in policy.asks.items()
    }
    return replace(policy, asks=asks, budget=replace(policy.budget, deadline=PATIENCE * policy.budget.deadline))


def changed(matter: str, change: Callable[[Policy], Policy]) -> Publication:
    """The rules with one matter's policy changed after it was checked; its first engine stays."""
    found = publication()
    versions = dict(found.versions)
    versions[matter] = tuple(Published(change(one.policy), one.judge) for one in versions[matter])
    return replace(found, versions=versions)


@dataclass(slots=True)
class Reference:
    """The reference as the second engine, in this process. `spoil` changes a verdict, or raises."""

    rules: Publication
    ready: bool = True
    spoil: Callable[[Verdict], Verdict] = lambda verdict: verdict

    async def judge(self, digest: str, sheet: FactSheet, timeout: float) -> Verdict:  # noqa: ARG002, ASYNC109 - the protocol's; this one is at once
        published = self.rules.by_digest(digest)
        assert published is not None
        return self.spoil(reference.judge(published.policy, sheet))


def sandbox_config() -> SandboxConfig:
    """Registers without latency, on the day of the cases."""
    registers = publication().catalogue.registers
    return SandboxConfig(registers, {"miaopi": SigningKey("miaopi", SECRET.encode())}, TOKEN, as_of=DAY)


def settings(folder: Path, registers: str, **more: object) -> Settings:
    """Settings for a service whose files lie in `folder`."""
    given: dict[str, object] = {
        "rules": RULES,
        "ledger": folder / "ledger.sqlite3",
        "registers_url": registers,
        "registers_secret": SecretStr(SECRET),
        "as_of": DAY,
        "port": 0,
        "control_port": 0,
        # Records that the service makes by itself would come between those that tests count.
        "sample_rate": "0",
        "most_in_flight": 64,
        "decide_again_hours": 0,  # but in tests of it: others look at one decision
    }
    return read_settings({**given, **more}, {})


@dataclass(slots=True)
class Got:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        return sorted(reason["code"] for reason in self.json["reasons"])


@dataclass(slots=True)
class Stage:
    """A service and its sandbox."""

    url: str
    sandbox: str
    state: State
    log: io.StringIO = field(repr=False)
    control: str = ""

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None, url: str = ""
    ) -> Got:
        """One request; a body that is no bytes goes out as JSON."""
        address = urlsplit(url or self.url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = {} if body is None or isinstance(body, bytes) else {"Content-Type": "application/json"}
        try:
            connection.request(method, path, content, {**kind, **(headers or {})})
            reply = connection.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            return Got(reply.status, found, reply.read())
        finally:
            connection.close()

    def decide(self, application: Mapping[str, object], key: str | None = None) -> Got:
        """Submits an application, under a key of its own unless one is given."""
        return self.send("POST", "/v1/decisions", application, {"Idempotency-Key": key or f"key-{next(_NUMBERS)}"})

    def play(self, application_id: str, facts: Mapping[str, object]) -> None:
        """Has the registers say `facts` of an application."""
        path = f"/control/scenarios/{application_id}"
        got = self.send("PUT", path, facts, {"Miaopi-Control": TOKEN}, self.sandbox)
        assert got.status == 204, got.body

    def asked(self, application_id: str) -> list[str]:
        """The registers that were asked for an application, in order, each as often as it was."""
        path = f"/control/questions?application_id={application_id}"
        got = self.send("GET", path, headers={"Miaopi-Control": TOKEN}, url=self.sandbox)
        return [question["register"] for question in got.json["questions"]]

    def records(self) -> int:
        """How many decisions are on record."""
        return len(self.state.services.ledger.read(0, 1000))


def application(case: str | Mapping[str, dict], **form: object) -> dict:
    """A new application with the form of a case, its fields replaced by those of `form`."""
    found = BY_ID[case] if isinstance(case, str) else case
    number = f"SB{next(_NUMBERS):08d}"
    return {
        "application_id": number,
        "matter": found["matter"],
        "channel": "mobile",
        "form": {**found["form"], **form},
    }


@contextmanager
def staged(
    folder: Path,
    sandbox: str,
    rules: Publication | None = None,
    second: object = None,
    rules_folder: Path = RULES,
    **more: object,
) -> Iterator[Stage]:
    """A service on a port of its own, with the reference as its second engine unless one is given or IN_PROCESS.
    `rules` decide; they are those of `rules_folder`, if that is another one."""
    rules = rules or patient()
    log = io.StringIO()
    judge = None if second == IN_PROCESS else (second or Reference(rules))
    parts = Parts(settings(folder, sandbox, **{"rules": rules_folder, **more}), rules, judge, log)
    with running(parts) as service:
        yield Stage(service.url, sandbox, service.state, log, service.control)
