"""The guard around every question to a register: kept answers, shared answers, and the line to each register."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from verifiers.deadline import Clock, Deadline
from verifiers.evidence import Evidence
from verifiers.guard.breaker import State
from verifiers.guard.cache import Cache, may_keep
from verifiers.guard.flight import Flights
from verifiers.guard.line import Event, Line, LineRules, Told
from verifiers.guard.marks import Marks
from verifiers.guard.pace import Usual
from verifiers.verifier import Question, Verifier


def _unheard(_: str, __: Event) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a guard takes from outside: seconds that only grow, the instant (with an offset) at which freshness is
    judged, numbers from 0 to 1 by chance, and who hears of events."""

    clock: Clock = time.monotonic
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    draw: Callable[[], float] = random.random
    told: Told = _unheard


class GuardedVerifier:
    """A verifier that asks `inner`, if at all, through the line to each register.

    First what is kept is looked at, then who asks the same already, then the line: its breaker, its places, and the one
    second call. A register of `asked_once` and an allocator go straight to the line and are put at most once.
    """

    def __init__(
        self,
        inner: Verifier,
        rules: LineRules | None = None,
        surroundings: Surroundings | None = None,
        *,
        most_kept: int = 4096,
        across: bool = True,
    ) -> None:
        """`most_kept` bounds the answers kept. `across` lets an answer serve another application, kept or shared; not
        where registers are played by application, as in trials."""
        self._inner = inner
        self._rules = rules or LineRules()
        self._around = surroundings or Surroundings()
        self._across = across
        self._marks = Marks()
        self._flights = Flights()
        self._cache = Cache(self._marks, most_kept, self._around.clock, self._around.now)
        self._lines: dict[str, Line] = {}

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What came of it, at the latest when `deadline` passes. Raises nothing but its own cancellation."""
        if deadline.passed:
            return Evidence(question.register.name, "timeout")
        started, register = deadline.clock(), question.register
        alone = register.asked_once or register.allocator or not self._across
        mark = None if alone else self._marks.question(question)
        if mark is None:
            evidence = await self._line(register.name).ask(question, deadline)
        else:
            evidence = await self._ask(mark, question, deadline)
        return evidence.after(round((deadline.clock() - started) * 1000))

    def known(self, question: Question) -> Evidence | None:
        """The answer that is kept, if one is."""
        if not self._across or not may_keep(question):
            return None
        mark = self._marks.question(question)
        kept = None if mark is None else self._cache.find(mark, question)
        if kept is not None:
            self._around.told(question.register.name, "cached")
        return kept

    def measured(self, register: str) -> Usual | None:
        """How long the register of that name takes, as measured lately; None while too few calls were. For planning."""
        line = self._lines.get(register)
        return None if line is None else line.measured()

    def states(self) -> Mapping[str, State]:
        """The state of each register's breaker, of those asked so far."""
        return {name: line.state for name, line in self._lines.items()}

    def purge(self, subject: str) -> int:
        """Forget every kept answer about this ID number or credit code. How many there were."""
        return self._cache.purge(subject)

    async def _ask(self, mark: bytes, question: Question, deadline: Deadline) -> Evidence:
        """Kept, shared, or asked."""
        register = question.register
        if may_keep(question):
            kept = self._cache.find(mark, question)
            if kept is not None:
                self._around.told(register.name, "cached")
                return kept
            evidence = await self._flights.ask(mark, question, deadline, lambda: self._put(mark, question, deadline))
        else:
            line = self._line(register.name)
            evidence = await self._flights.ask(mark, question, deadline, lambda: line.ask(question, deadline))
        if evidence.origin == "shared":
            self._around.told(register.name, "shared")
        return evidence

    async def _put(self, mark: bytes, question: Question, deadline: Deadline) -> Evidence:
        """The question put through the line, and its answer kept."""
        ticket = self._cache.ticket()
        evidence = await self._line(question.register.name).ask(question, deadline)
        self._cache.keep(mark, question, evidence, ticket)
        return evidence

    def _line(self, name: str) -> Line:
        line = self._lines.get(name)
        if line is None:
            around = self._around
            line = Line(name, self._inner, self._rules, around.clock, around.draw, around.told)
            self._lines[name] = line
        return line
