"""Inquiries played through without a service: as the planner asks, or all at once, and what each comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from decision_service.decision import Decided
from decision_service.facts import FactSheet
from decision_service.forms import FormReading, read_form
from decision_service.offline import evidence_of, offline_answer
from decision_service.planning import Planner, can_ask
from decision_service.policy.shape import Budget, Policy
from decision_service.readings.reference import judge
from decision_service.rehearsal import Rehearsal, rehearse
from decision_service.sheet import fact_sheet
from tests.properties.applications import Application
from tests.properties.deciding import shelf
from verifiers.evidence import Evidence

AMPLE = Budget(600_000, 600_000, 600_000)
"""Time for every wave."""

NONE = Budget(1, 1, 600_000)
"""No time to hold anything back."""


@dataclass(frozen=True)
class Played:
    """An application, and its inquiry as the planner has it."""

    policy: Policy
    application: Application
    reading: FormReading
    evidence: Mapping[str, Evidence]
    rehearsal: Rehearsal

    @property
    def unasked(self) -> list[str]:
        """The registers that could have been asked and were not."""
        return [
            name
            for name in self.policy.asks
            if can_ask(self.policy, name, self.reading) and name not in self.rehearsal.asked
        ]

    def sheet(self, evidence: Mapping[str, Evidence]) -> FactSheet:
        return fact_sheet(self.policy, self.reading, evidence, self.application.as_of, shelf().catalogue.calendar)

    def answer(self, evidence: Mapping[str, Evidence]) -> dict:
        """The answer, by the reference, when the registers said this and no other was asked."""
        sheet = self.sheet(evidence)
        decided = Decided(self.policy, shelf().catalogue, self.reading, sheet, evidence, judge(self.policy, sheet))
        return offline_answer(decided, self.application.form, {})


def play(policy: Policy, application: Application, budget: Budget = AMPLE) -> Played:
    """Asks as the planner says, with so much time."""
    timed = replace(policy, budget=budget)
    reading = read_form(policy, application.form, application.as_of, shelf().catalogue.prefectures)
    evidence = evidence_of(policy, application.facts, application.as_of)
    evidence = {name: one for name, one in evidence.items() if can_ask(policy, name, reading)}
    bare = Played(policy, application, reading, evidence, Rehearsal((), {}, FactSheet(application.as_of, {}, {}), None))  # type: ignore[arg-type]  # filled in below
    found = rehearse(Planner(timed), reading, evidence, bare.sheet, partial(judge, policy))
    return replace(bare, rehearsal=found)
