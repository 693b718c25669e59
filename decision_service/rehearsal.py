"""An inquiry played through on given answers, wave by wave, asking nobody: what a plan is explained and counted by.
Waves take as long as they are expected to at the median."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from decision_service.facts import FactSheet
from decision_service.forms import FormReading
from decision_service.planning import Plan, Planner, can_ask, is_allocator
from decision_service.sheet import CREDIT
from decision_service.verdict import Verdict
from verifiers.evidence import Evidence

Sheet = Callable[[Mapping[str, Evidence]], FactSheet]
"""The facts that follow from some answers."""

Judge = Callable[[FactSheet], Verdict]

Choice = Callable[[Planner, Plan], tuple[str, ...]]
"""Whom to ask of those that a plan finds useful."""


@dataclass(frozen=True, slots=True)
class Step:
    """One wave: whom the planner asked, after how many milliseconds, the plan behind it (None for the first, which asks
    who the applicant is), and the verdict so far."""

    asked: tuple[str, ...]
    after_ms: float
    plan: Plan | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All waves, the answers that they brought, and what these come to."""

    steps: tuple[Step, ...]
    evidence: Mapping[str, Evidence]
    sheet: FactSheet
    verdict: Verdict

    @property
    def asked(self) -> tuple[str, ...]:
        """Every register that was asked, credit first, in order."""
        return tuple(name for step in self.steps for name in step.asked)


def as_planned(_: Planner, plan: Plan) -> tuple[str, ...]:
    """What the service asks next."""
    return plan.next


def all_useful(planner: Planner, plan: Plan) -> tuple[str, ...]:
    """Everything useful at once, an allocator when nothing else is: waves that hold nothing back."""
    plain = tuple(name for name in plan.uses if not is_allocator(planner.policy, name))
    return plain or tuple(plan.uses)


def rehearse(
    planner: Planner,
    form: FormReading,
    answers: Mapping[str, Evidence],
    sheet: Sheet,
    judge: Judge,
    choose: Choice = as_planned,
) -> Rehearsal:
    """Plays through one application. A register that is asked and not in `answers` says nothing."""
    policy, steps = planner.policy, list[Step]()
    evidence: dict[str, Evidence] = {}
    spent = 0.0

    def judged() -> tuple[FactSheet, Verdict]:
        known = sheet(evidence)
        return known, judge(known)

    def ask(names: tuple[str, ...], plan: Plan | None) -> None:
        steps.append(Step(names, spent, plan, judged()[1]))
        evidence.update({name: answers[name] for name in names if name in answers})

    askable = partial(can_ask, policy, form=form)
    first = planner.first(askable)
    credit = (CREDIT,) if can_ask(policy, CREDIT, form) else ()
    if credit or first:
        ask(credit + first, None)
        spent += planner.forecast([first]).p50_ms if first else 0.0
    while not form.stopped:
        facts, verdict = judged()
        asked = {name for step in steps for name in step.asked}
        uses = planner.useful(askable, facts, verdict, asked)
        plan = planner.plan(uses, planner.left(spent / 1000, max(0.0, policy.budget.deadline - spent) / 1000))
        names = choose(planner, plan)
        if not names:
            break
        ask(names, plan)
        spent += planner.forecast([names]).p50_ms
    return Rehearsal(tuple(steps), evidence, *judged())
