"""One run: the real desk, guard and exchange over registers, record and second engine in memory, on a virtual clock."""

import asyncio
import hashlib
import io
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from decision_service.application import Application, InWorkError, TurnedAwayError
from decision_service.clock import ServiceClock
from decision_service.desk import Desk, Services
from decision_service.inforce import InForce
from decision_service.ledger.entry import DECISION, Entry, Envelope, Recorded
from decision_service.ledger.errors import KeyConflictError, LedgerFaultError
from decision_service.ledger.store import About, Before, ByApplication
from decision_service.telemetry import Telemetry
from tests import virtual_time
from tests.http.staging import Reference, publication
from tests.simulation.plan import FEW, Arrival, Plan, plan_of
from tests.simulation.pool import Applicant, pool
from tests.simulation.registers import KEY, URL, Registers
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.guard.guarded import GuardedVerifier, Surroundings

CALM_SECONDS = 120.0
START = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
"""Nine in the morning in China, on the day of the cases."""


class Record:
    """A ledger whose disk fails now and then, before or after it has written."""

    def __init__(self, plan: Plan, clock: Callable[[], float]) -> None:
        self._dice = random.Random(f"record {plan.seed}")
        self._plan = plan
        self._clock = clock
        self.entries: list[Entry] = []
        self.is_idle = True

    async def append(self, entry: Entry) -> Recorded:
        await asyncio.sleep(0.0005)
        fails = self._dice.random() < self._plan.record_fails and self._clock() < self._plan.calm_from
        if fails and self._dice.random() < 0.5:
            raise LedgerFaultError("simulated")
        standing = next((one for one in self.entries if (one.caller, one.key) == (entry.caller, entry.key)), None)
        if standing is not None and standing.fingerprint != entry.fingerprint:
            raise KeyConflictError("simulated")
        if standing is None:
            self.entries.append(entry)
        if fails:
            raise LedgerFaultError("simulated")
        return self.recorded(standing or entry)

    def find(self, query: Before | ByApplication | About) -> tuple[Recorded, ...]:
        match query:
            case Before(caller, key, number):
                theirs = [one for one in self.entries if one.caller == caller]
                found = [
                    one for one in theirs if one.key == key or (one.kind == DECISION and one.application_id == number)
                ]
            case ByApplication(caller, number):
                decisions = [one for one in self.entries if one.kind == DECISION]
                found = [one for one in decisions if (one.caller, one.application_id) == (caller, number)]
            case About(decision_id):
                found = [one for one in self.entries if one.decision_id == decision_id]
        return tuple(self.recorded(one) for one in found)

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        return tuple(self.recorded(one) for one in self.entries[start : start + count])

    def recorded(self, entry: Entry) -> Recorded:
        """The entry with its place; its leaf tells it from others and proves nothing."""
        leaf = hashlib.sha256(entry.record_id.encode()).digest()
        index = next(place for place, one in enumerate(self.entries) if one is entry)
        return Recorded("simulated", index, bytes(32), leaf, bytes(64), bytes(32), entry, Envelope(*[b""] * 6))


def _mark(*words: str) -> bytes:
    return hashlib.sha256("\n".join(words).encode()).digest()[:16]


@dataclass
class Story:
    """What happened in one run."""

    plan: Plan
    applicants: dict[str, Applicant] = field(default_factory=dict)
    answers: dict[str, dict] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    decided: Counter[str] = field(default_factory=Counter)
    """How often an application had to be decided: once, and once more for each time that came to nothing."""
    calm: set[str] = field(default_factory=set)
    put: list[tuple[str, str]] = field(default_factory=list)
    played: list[str] = field(default_factory=list)
    guarded: Counter[tuple[str, str]] = field(default_factory=Counter)
    faulty: dict[str, str] = field(default_factory=dict)
    records: int = 0
    log: str = ""


@cache
def _names() -> tuple[str, ...]:
    return tuple(publication().catalogue.registers)


def story_of(seed: int) -> Story:
    """Everything that happens under `seed`; the same each time."""
    plan = plan_of(seed, _names(), len(pool()))
    return virtual_time.run(lambda clock: World(plan, clock).live())


class World:
    """The service, its registers and those who apply. `desk` may be another one as time goes by."""

    def __init__(self, plan: Plan, clock: Callable[[], float]) -> None:
        self.story = Story(plan)
        self.clock = clock
        self.log = io.StringIO()
        truth: dict = {}
        self.coming = []
        for number, arrival in enumerate(plan.arrivals):
            applicant = pool()[arrival.case]
            # People of different cases may be the same person with other facts; the first one here is the true one.
            if all(truth.get(key, held) == held for key, held in applicant.truth.items()):
                truth.update(applicant.truth)
                self.coming.append((f"SIM{number}", arrival, applicant))
        self.registers = Registers(plan, publication().catalogue.registers, truth, self.now, clock)
        self.record = Record(plan, clock)
        self.desk = Desk(self._services())

    def now(self) -> datetime:
        return START + timedelta(seconds=self.clock())

    def _services(self) -> Services:
        exchange = ExchangeVerifier(Exchange(URL, KEY), self.registers, self.now)
        dice = random.Random(f"guard {self.story.plan.seed}")
        around = Surroundings(
            self.clock, self.now, dice.random, lambda name, event: self.story.guarded.update([(name, event)])
        )
        guard = GuardedVerifier(exchange, surroundings=around)
        clock = ServiceClock(None, self.now, self.clock)
        rules = publication()
        return Services(InForce(rules), self.record, _mark, guard, Reference(rules), clock, Telemetry(self.log))

    async def live(self) -> Story:
        story = self.story
        await asyncio.gather(*(self._arrive(*one) for one in self.coming))
        # Faults are over, and whatever had been shut for them has had its time to open again.
        await asyncio.sleep(max(0.0, story.plan.calm_from - self.clock()) + CALM_SECONDS)
        for number, _, applicant in self.coming[:FEW]:
            story.calm.add(f"{number}-calm")
            await self._apply(f"{number}-calm", applicant, None)
        story.put, story.played = self.registers.put, self.registers.played
        story.faulty = self.registers.faulty
        story.records, story.log = len(self.record.entries), self.log.getvalue()
        return story

    async def _arrive(self, number: str, arrival: Arrival, applicant: Applicant) -> None:
        await asyncio.sleep(arrival.at)
        times = 2 if arrival.twice else 1
        await asyncio.gather(*(self._apply(number, applicant, arrival.gives_up) for _ in range(times)))

    async def _apply(self, number: str, applicant: Applicant, gives_up: float | None) -> None:
        story = self.story
        story.applicants[number] = applicant
        story.decided[number] = 1
        case = applicant.case
        sent = Application("platform", f"key-{number}", number, case.matter, "mobile", case.form)
        for _ in range(50):
            started = self.clock()
            try:
                async with asyncio.timeout(gives_up):
                    reply = await self.desk.decide(sent)
            except InWorkError:
                await asyncio.sleep(1.0)
            except (TimeoutError, TurnedAwayError):
                story.decided[number] += 1
                gives_up = None
                await asyncio.sleep(1.0)
            else:
                answer = json.loads(reply.body)
                assert story.answers.setdefault(number, answer) == answer
                story.took[number] = max(self.clock() - started, story.took.get(number, 0.0))
                return
        raise AssertionError(f"{number} never got an answer")
