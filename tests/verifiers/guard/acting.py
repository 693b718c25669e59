"""What the tests of the guard share: registers, questions, and one that answers as a script says, in virtual time."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.guard.guarded import GuardedVerifier, Surroundings
from verifiers.guard.line import LineRules
from verifiers.registers import Register
from verifiers.verifier import Question

NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)
PLAIN = Register("deaths", "死亡", "Deaths", ("id_no",), {}, 1000, 24, latency_ms=(120, 400))
KEPT = replace(PLAIN, name="cards", cache_seconds=600)
CREDIT = replace(PLAIN, name="credit", asked_once=True, cache_seconds=600)
NUMBERS = replace(PLAIN, name="number_pool", allocator=True, cache_seconds=600)


def person(number: int) -> str:
    return f"21010019350520{number:04d}"


def question(register: Register = PLAIN, subject: str = "210100193505208826", **more: object) -> Question:
    params = {"id_no": subject, **more}
    return Question(register, "elderly_allowance", "SB1", "eligibility", subject, params, tuple(params))


@dataclass(frozen=True)
class Act:
    """One call: after `seconds` it ends so. "raises" and "cancels" break the protocol."""

    seconds: float
    status: str = "ok"
    fault: str | None = None


QUICK, SLOW, DEAD = Act(0.05), Act(0.9), Act(30.0)
REFUSED = Act(0.01, "error", "http_status")


@dataclass
class Player:
    """Answers the n-th call by the n-th act, then always by the last; each answer has its own request id."""

    acts: list[Act]
    clock: Callable[[], float]
    asked: list[tuple[float, Question, Deadline]] = field(default_factory=list)
    given: list[Evidence] = field(default_factory=list)
    out: int = 0
    most_out: int = 0
    cancelled: int = 0

    async def ask(self, put: Question, deadline: Deadline) -> Evidence:
        number = len(self.asked)
        act = self.acts[min(number, len(self.acts) - 1)]
        self.asked.append((self.clock(), put, deadline))
        self.out += 1
        self.most_out = max(self.most_out, self.out)
        try:
            # As the real one: what is late is a timeout at the limit.
            await asyncio.sleep(min(act.seconds, deadline.remaining()))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.out -= 1
        if act.seconds >= 0 and deadline.passed:
            return self._give(Evidence(put.register.name, "timeout"))
        if act.status == "raises":
            raise RuntimeError("a defect")
        if act.status == "cancels":
            raise asyncio.CancelledError
        dated = NOON.isoformat() if act.status in ("ok", "stale") else None
        facts = {"number": number} if act.status == "ok" else {}
        name = put.register.name
        return self._give(
            Evidence(name, act.status, facts, dated, f"r-{number}", f"d-{number}", fault=act.fault, wire=b"signed")
        )

    def _give(self, evidence: Evidence) -> Evidence:
        self.given.append(evidence)
        return evidence


@dataclass
class Scene:
    """A guard around a player, on a virtual clock; `told` are the events with their times."""

    guard: GuardedVerifier
    player: Player
    clock: Callable[[], float]
    told: list[tuple[str, str]] = field(default_factory=list)

    async def ask(self, put: Question | None = None, seconds: float = 3.0) -> Evidence:
        return await self.guard.ask(put or question(), Deadline.after(seconds, self.clock))

    def counted(self, event: str) -> int:
        return sum(one == event for _, one in self.told)


def scene(clock: Callable[[], float], acts: Iterable[Act], rules: LineRules | None = None) -> Scene:
    player = Player(list(acts), clock)
    told: list[tuple[str, str]] = []
    around = Surroundings(
        clock, lambda: NOON + timedelta(seconds=clock()), lambda: 0.0, lambda name, event: told.append((name, event))
    )
    return Scene(GuardedVerifier(player, rules, around), player, clock, told)


async def settled() -> None:
    """Lets everything that is due now run."""
    for _ in range(5):
        await asyncio.sleep(0)


async def many(stage: Scene, register: Register, count: int, start: int = 0, gap: float = 0.02) -> list[Evidence]:
    """Questions about as many persons, one each `gap` seconds whether or not the last was answered."""
    tasks = []
    for number in range(start, start + count):
        tasks.append(asyncio.ensure_future(stage.ask(question(register, person(number)))))
        await asyncio.sleep(gap)
    return list(await asyncio.gather(*tasks))
