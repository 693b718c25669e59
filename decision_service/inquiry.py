"""Asking for one application: wave after wave, as long as an answer can still change something and there is time."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from decision_service.facts import FactSheet
from decision_service.forms import FormReading
from decision_service.planning import Planner, is_allocator, posed
from decision_service.sheet import CREDIT
from decision_service.verdict import Verdict
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.frozen import quickly_made
from verifiers.panel import ask_together
from verifiers.verifier import Question, Shown, Verifier, known_of


@quickly_made
@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with the question's parameters and the instant at which it came (RFC 3339)."""

    evidence: Evidence
    params: Mapping[str, object] = field(repr=False)
    asked_at: str


Judge = Callable[[Mapping[str, Evidence]], tuple[FactSheet, Verdict]]
"""What the answers so far come to: the facts, and the verdict on them."""

Kept = Callable[[Question], Answered | None]
"""An earlier answer to the same question that is still good, if there is one."""


def nothing_kept(_: Question) -> None:
    """For a first submission: there are no earlier answers."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Counter:
    """What one inquiry asks with: the verifier, until when, what time it is, the answers it may use again, the
    credentials that are shown, by register, what stands behind the purpose of its questions, and whose they are."""

    verifier: Verifier
    deadline: Deadline
    now: Callable[[], datetime]
    kept: Kept = nothing_kept
    credentials: Mapping[str, Shown] = field(default_factory=dict, repr=False)
    suffix: str = ""
    caller: str = ""


class Inquiry:
    """The questions of one application. `answers` grows as answers come in and is complete when `gather` returns.

    INVARIANT: no register is asked twice and none that the policy does not list (tests/http/test_need_to_know.py).
    """

    def __init__(self, planner: Planner, form: FormReading, application_id: str, counter: Counter) -> None:
        self._planner = planner
        self._policy = planner.policy
        self._form = form
        self._application_id = application_id
        self._counter = counter
        self.answers: dict[str, Answered] = {}
        self.evidence: dict[str, Evidence] = {}
        """The same without the questions."""
        self._posed: dict[str, Question | None] = {}
        self.waited = 0.0
        """Seconds in which at least one register was waited for."""
        self._waiting_for, self._since = 0, 0.0

    async def gather(self, judge: Judge) -> None:
        """Ask who the applicant is, then whatever `judge` still finds useful. Credit is asked beside all else, once:
        where `judge` raises, its answer is still waited for, or the centre would be asked again for it."""
        waiting = self._at_once((CREDIT,)) if self._can_ask(CREDIT) else []
        credit = asyncio.ensure_future(self._put(waiting)) if waiting else None
        try:
            await self._gather(judge, credit)
        except Exception:
            if credit is not None:
                await credit
            raise
        finally:
            if credit is not None:
                credit.cancel()

    async def _gather(self, judge: Judge, credit: asyncio.Future[None] | None) -> None:
        started = self._counter.deadline.clock()
        await self._ask(self._planner.first(self._can_ask))
        while True:
            names = self._next(judge, started)
            # A number is taken only when credit, too, has said what it has to say.
            if credit is not None and not credit.done() and all(is_allocator(self._policy, name) for name in names):
                await credit
            elif not names or self._counter.deadline.passed:
                break
            else:
                await self._ask(names)
        if credit is not None:
            await credit

    def _next(self, judge: Judge, started: float) -> tuple[str, ...]:
        """Answers kept from before cost nobody anything and come first; then what the planner says."""
        sheet, verdict = judge(self.evidence)
        uses = self._planner.useful(self._can_ask, sheet, verdict, self.answers)
        if self._counter.kept is not nothing_kept:
            kept = tuple(one.register.name for one in self._questions(uses) if self._counter.kept(one) is not None)
            if kept:
                return kept
        deadline = self._counter.deadline
        left = self._planner.left(deadline.clock() - started, deadline.remaining())
        return self._planner.plan(uses, left).next

    async def ask_credit(self) -> None:
        """Ask credit alone, if it can be asked at all."""
        if self._can_ask(CREDIT):
            await self._ask((CREDIT,))

    async def _ask(self, names: Sequence[str]) -> None:
        waiting = self._at_once(names)
        if waiting:
            await self._put(waiting)

    def _at_once(self, names: Sequence[str]) -> list[Question]:
        """Takes the answers that nobody has to be waited for; the questions that are still to be put."""
        counter, waiting = self._counter, list[Question]()
        known: list[tuple[Question, Evidence]] = []
        in_time = not counter.deadline.passed
        for one in self._questions(names):
            kept = counter.kept(one)
            if kept is not None:
                name = one.register.name
                self.answers[name], self.evidence[name] = kept, kept.evidence
                continue
            evidence = known_of(counter.verifier, one) if in_time else None
            if evidence is None:
                waiting.append(one)
            else:
                known.append((one, evidence))
        self._take(known)
        return waiting

    async def _put(self, waiting: Sequence[Question]) -> None:
        with self._waits():
            found = await ask_together(self._counter.verifier, waiting, self._counter.deadline)
        self._take(list(zip(waiting, found, strict=True)))

    @contextmanager
    def _waits(self) -> Iterator[None]:
        clock = self._counter.deadline.clock
        if not self._waiting_for:
            self._since = clock()
        self._waiting_for += 1
        try:
            yield
        finally:
            self._waiting_for -= 1
            if not self._waiting_for:
                self.waited += clock() - self._since

    def _take(self, found: Sequence[tuple[Question, Evidence]]) -> None:
        if found:
            at = self._counter.now().isoformat(timespec="milliseconds")
            for one, evidence in found:
                name = one.register.name
                self.answers[name], self.evidence[name] = Answered(evidence, one.params, at), evidence

    def _can_ask(self, name: str) -> bool:
        return self._question(name) is not None

    def _questions(self, names: Iterable[str]) -> list[Question]:
        return [one for one in map(self._question, names) if one is not None]

    def _question(self, name: str) -> Question | None:
        """What is asked of a register, None where it can't be asked: the form stays the same throughout."""
        if name not in self._posed:
            counter = self._counter
            shown = counter.credentials.get(name)
            asked = posed(self._policy, name, self._form, self._application_id, shown, counter.caller)
            if asked is not None and counter.suffix:
                asked = replace(asked, purpose=asked.purpose + counter.suffix)
            self._posed[name] = asked
        return self._posed[name]
