"""A service of a keeper and two workers, real processes on a loopback port: what the tests of workers share."""

import asyncio
import io
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from decision_service.http.service import Parts
from decision_service.ledger.store import Last
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import publish
from decision_service.workers.attendant import Attendant
from decision_service.workers.messages import Append, Claim, Done, Message
from decision_service.workers.service import Up, running
from tests.http.members import Guarded, Members
from tests.http.staging import RULES, Got, Stage, application, settings

PATIENCE = 6
"""How many times as long as published registers are waited for: a machine that is busy with other tests is no register
that is late."""

WAIT_SECONDS = 120.0
MATTERS = ("elderly_allowance", "senior_card")


def rules_in(folder: Path, patience: int = PATIENCE) -> Path:
    """A rules folder of two matters, which a test may change and which have so much patience."""
    shutil.copytree(RULES / "catalogue", folder / "catalogue")
    (folder / "catalogue" / "bundles.yaml").unlink()
    for matter in MATTERS:
        shutil.copytree(RULES / matter, folder / matter)
    for path in (folder / "catalogue" / "registers.yaml", *folder.glob("*/2*.yaml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\b(\d+) ms\b", lambda found: f"{patience * int(found[1])} ms", text), encoding="utf-8")
    return folder


def members() -> Members:
    """A platform, those who steer and release, and one who may not ask much."""
    found = Members().caller("hall").caller("slow", more="per_second = 0.001\nat_once = 5\nper_person_a_day = 1000")
    found.staff("author", "analyst").staff("chief", "approver").staff("officer", "officer")
    return found.staff("op.li", "operator").staff("op.wang", "operator")


@dataclass(slots=True)
class Hall(Stage):
    """A stage on which the platform `hall` shows its key."""

    key: dict[str, str] = field(default_factory=dict)

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None, url: str = ""
    ) -> Got:
        """One request by the hall, or by whoever `headers` show."""
        return Stage.send(self, method, path, body, {**self.key, **(headers or {})}, url)


@dataclass(slots=True)
class Crewed:
    """The service with its workers. `rules` is its rules folder."""

    stage: Hall
    guarded: Guarded
    up: Up
    rules: Path
    ledger: Path

    @property
    def pids(self) -> tuple[int, ...]:
        """The workers that serve."""
        return self.up.crew.pids

    def lost(self, *pids: int) -> None:
        """Wait until those workers are replaced."""
        until(lambda: len(self.pids) == 2 and not set(pids) & set(self.pids))

    def records(self) -> int:
        """How many things are on record."""
        newest = self.up.state.services.ledger.find(Last())
        return newest[0].index + 1 if newest else 0

    def figures(self) -> dict[str, float]:
        """What the service has counted, by series."""
        text = self.guarded.send("op.li", "GET", "/metrics").body.decode()
        lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {series: float(value) for series, value in lines}

    def is_deciding(self, application: Mapping[str, object]) -> bool:
        """Whether an application of the hall is before a desk."""
        return self.up.state.desk.is_deciding(("hall", str(application["application_id"])))


@contextmanager
def crewed(folder: Path, registers: str, **more: object) -> Iterator[Crewed]:
    """The service, with a folder of rules that a test may change and an access file."""
    rules, found, log = rules_in(folder / "rules"), members(), io.StringIO()
    access = found.write(folder / "access.toml")
    given = {"rules": rules, "access": access, "workers": 2, "gate_cases": 5, "certificates": folder / "gate", **more}
    chosen = settings(folder, registers, **given)
    with running(Parts(chosen, publish(read_shelf(rules)), None, log)) as up:
        stage = Hall(up.url, registers, up.state, log, up.control, found.shows("hall"))
        yield Crewed(stage, Guarded(stage, found), up, rules, chosen.ledger)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.02)


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Those processes stand still while the block runs, if they live as long."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def held(monkeypatch: pytest.MonkeyPatch, count: int) -> list[dict]:
    """Applications that stay before the desk for as long as the test lasts: the keeper has noted them and does not say
    so, and the worker waits."""
    found = [application("ELD-1") for _ in range(count)]
    numbers, take = {one["application_id"] for one in found}, Attendant._take

    def silent(self: Attendant, claim: Claim) -> None:
        if claim.application_id in numbers:
            monkeypatch.setattr(self.way, "tell", partial(_told_but, claim.number, self.way.tell))
        take(self, claim)

    monkeypatch.setattr(Attendant, "_take", silent)
    return found


def _told_but(number: int, tell: Callable[[Message], None], message: Message) -> None:
    if not (isinstance(message, Done) and message.number == number):
        tell(message)


@dataclass(slots=True)
class Underway:
    """A decision that a worker has made, on its way to the record: `arrived` at the keeper, who takes it up at `go`.
    `times`: how often it came."""

    arrived: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    times: int = 0


def underway(monkeypatch: pytest.MonkeyPatch, application: Mapping[str, object]) -> Underway:
    """What becomes of the decision on `application` between the worker and the record is in the test's hands."""
    found, append = Underway(), Attendant._append

    async def late(self: Attendant, message: Append) -> None:
        if message.entry.application_id == application["application_id"]:
            found.times += 1
            found.arrived.set()
            while not found.go.is_set():  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.01)
        await append(self, message)

    monkeypatch.setattr(Attendant, "_append", late)
    return found
