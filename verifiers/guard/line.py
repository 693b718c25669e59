"""The line to one register: whether it may be used, how many are on it, how quick it is, and whether to ask twice."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from verifiers.bulkhead import Bulkhead
from verifiers.deadline import Clock, Deadline
from verifiers.evidence import Evidence
from verifiers.guard.breaker import Breaker, BreakerRules, Permit, Result, State
from verifiers.guard.hedge import Budget, HedgeRules, answered, first_answer
from verifiers.guard.pace import Pace, Usual, planned
from verifiers.registers import Register
from verifiers.verifier import Question, Verifier

Event = Literal["hedge_sent", "hedge_won", "shared", "cached", "bulkhead_full", "breaker_open"] | State
"""What the guard tells of: a second call, that it answered first, an answer that cost no call, a refusal, and each new
state of a breaker."""

Told = Callable[[str, Event], None]
"""Hears of an event at the register of that name. No value of a person is ever told."""

SLOW_SHARE = 0.8
"""An answer that took this much of the register's limit is slow: hardly later it would have been lost."""

HEARD_SHARE = 0.5
"""A call that was cut before this much of the register's limit says nothing of the register."""

OURS = frozenset({"unspeakable", "value", "journal", "unconnected", "raised", "closed"})
"""Faults of the question or of this service, which say nothing of the register: it can't be put or taken down, no way
leads there, a kind of connection is defective, the service is stopping."""


@dataclass(frozen=True, slots=True)
class LineRules:
    """What bounds the calls to each register; a place is waited for `wait_seconds` at most (docs/asking.md)."""

    breaker: BreakerRules = field(default_factory=BreakerRules)
    hedge: HedgeRules = field(default_factory=HedgeRules)
    most_in_flight: int = 64
    wait_seconds: float = 0.05


@dataclass(eq=False, slots=True)
class _Asking:
    """One question being put, by one call or two."""

    question: Question
    limit: Deadline
    answered: bool = False


class Line:
    """The line to one register. One a process and register; the register's description comes with each question."""

    def __init__(
        self, name: str, inner: Verifier, rules: LineRules, clock: Clock, draw: Callable[[], float], told: Told
    ) -> None:
        self._name = name
        self._inner = inner
        self._rules = rules
        self._clock = clock
        self._told = told
        self._bulkhead = Bulkhead(rules.most_in_flight)
        self._budget = Budget(rules.hedge)
        self._pace = Pace(clock)
        self._breaker = Breaker(rules.breaker, clock, draw, lambda state: told(name, state))
        told(name, "closed")

    def measured(self) -> Usual | None:
        """The pace of the register; None while too few calls were measured."""
        return self._pace.measured()

    @property
    def state(self) -> State:
        """The state of its breaker."""
        return self._breaker.state

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What came of it, at the latest by `deadline` or the register's own limit. Raises nothing but cancellation."""
        register = question.register
        asking = _Asking(question, deadline.at_most(register.timeout_ms / 1000))
        self._budget.earn()
        if not self._may_hedge(register):
            return await self._call(asking)
        usual = self._pace.measured() or planned(register)
        # Never sooner than the catalogue's median: in a quick hour, a pause of ours would look like a tail of theirs.
        after = max(usual.p95_ms / 1000, register.latency_ms[0] / 1000, self._rules.hedge.least_seconds)
        # With less than a median left, a second answer would hardly come in time.
        if asking.limit.remaining() < after + usual.p50_ms / 1000:
            return await self._call(asking)

        def may() -> bool:
            # It takes a free place or none: it must not stand in the way of a first call.
            if not self._may_hedge(register) or not self._bulkhead.has_room:
                return False
            self._budget.spend()
            self._told(self._name, "hedge_sent")
            return True

        evidence, by_second = await first_answer(
            lambda: self._call(asking), lambda: self._call(asking, second=True), after, may
        )
        if by_second:
            self._told(self._name, "hedge_won")
        return evidence

    def _may_hedge(self, register: Register) -> bool:
        """Credit and numbers are asked for once; a register that is not well is spared."""
        once = register.asked_once or register.allocator
        return not once and self._budget.has_one and self._breaker.state == "closed"

    async def _call(self, asking: _Asking, *, second: bool = False) -> Evidence:
        """One call, if the register is in use and there is a place."""
        if not self._breaker.lets_through:
            return self._refused("breaker_open")
        if not self._bulkhead.enter_now():
            seconds = min(self._rules.wait_seconds, asking.limit.remaining())
            if not await self._bulkhead.enter(seconds):
                return self._refused("bulkhead_full")
        try:
            permit = self._breaker.admit()
            if permit is None:
                return self._refused("breaker_open")
            return await self._put(asking, permit, second=second)
        finally:
            self._bulkhead.leave()

    async def _put(self, asking: _Asking, permit: Permit, *, second: bool) -> Evidence:
        started = self._clock()
        result: Result = "unknown"
        try:
            evidence = await self._inner.ask(asking.question, asking.limit)
        except asyncio.CancelledError:
            waited = self._clock() - started
            if not asking.answered:
                result = self._cut(asking, waited)
            elif not second:
                # It lost against the second call; that it took at least this long must not be forgotten, or the pace
                # would look quicker with each hedge.
                self._pace.note(waited)
            if not _is_cancelled():
                return Evidence(self._name, "error", fault="raised")
            raise
        except Exception:  # noqa: BLE001 - against the protocol; a defect of ours is no word of the register, and no approval
            return Evidence(self._name, "error", fault="raised")
        else:
            asking.answered = asking.answered or answered(evidence)
            result = self._judged(asking, evidence, self._clock() - started)
            return evidence
        finally:
            self._breaker.settle(permit, result)

    def _judged(self, asking: _Asking, evidence: Evidence, waited: float) -> Result:
        """What the evidence says of the register's health: facts that are too old or none are a good connection, an
        answer that can't be believed is none."""
        match evidence.status:
            case "ok" | "no_record" | "stale":
                self._pace.note(waited)
                return "slow" if waited >= SLOW_SHARE * asking.question.register.timeout_ms / 1000 else "good"
            case "timeout":
                return self._cut(asking, waited)
            case "error":
                return "unknown" if evidence.fault in OURS else "bad"

    def _cut(self, asking: _Asking, waited: float) -> Result:
        if waited < HEARD_SHARE * asking.question.register.timeout_ms / 1000:
            return "unknown"
        self._pace.note(waited)
        return "bad"

    def _refused(self, fault: Literal["breaker_open", "bulkhead_full"]) -> Evidence:
        self._told(self._name, fault)
        return Evidence(self._name, "error", fault=fault)


def _is_cancelled() -> bool:
    """Whether this task is being cancelled, or a verifier raised CancelledError by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
