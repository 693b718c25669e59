"""Cases for what no case shows: found by Z3, as near to a worked case as can be, or proved not to exist."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from decision_service.covering.goals import Goal
from decision_service.covering.measured import Coverage
from decision_service.covering.observing import Observation, observe, reached, shows
from decision_service.covering.reaching import Reach
from decision_service.covering.simplifying import nearest, simplifications
from decision_service.decision import Decided
from decision_service.offline import offline_answer
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.collecting import uncollected
from decision_service.readings.smt.solving import SECOND, UndecidedError
from decision_service.readings.smt.telling import UnrealisableError
from decision_service.readings.smt.world import World
from decision_service.trials import Case

MODELS = 5
"""How many worked cases a new one is tried to be like; each more costs a search."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A case that shows goals which none showed: `case.expect` is what the rules do, said by the reference. `like` is
    the case that it differs least from."""

    case: Case
    like: Case
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """What was found for a version: cases, goals that no application can meet, and goals left open."""

    policy: Policy
    cases: tuple[Generated, ...]
    impossible: tuple[Goal, ...]
    undecided: tuple[Goal, ...]


class EncodingError(Exception):
    """Part of the policy is not in the formulas, so that nothing may be proved of it; says what."""


@uncollected()
def generate(
    coverage: Coverage, catalogue: Catalogue, steps: int = 10 * SECOND, done: Callable[[], None] = lambda: None
) -> Generation:
    """Cases for everything that is missing, each search at most so many steps of the solver; `done` is called after
    each goal. Raises EncodingError."""
    policy = coverage.policy
    world = World([policy], catalogue)
    left_out = world.encoded().left_out
    if left_out:
        raise EncodingError("; ".join(left_out))
    search = _Search(coverage, catalogue, Reach(world), steps)
    for goal in coverage.missing:
        search.look_for(goal)
        done()
    # What no search was settled for may be shown all the same, by a case found for something else.
    undecided = tuple(goal for goal in search.undecided if goal not in search.shown)
    return Generation(policy, tuple(search.found), tuple(search.impossible), undecided)


class _Search:
    def __init__(self, coverage: Coverage, catalogue: Catalogue, reach: Reach, steps: int) -> None:
        self.policy = coverage.policy
        self.missing = coverage.missing
        self.catalogue = catalogue
        self.reach = reach
        self.steps = steps
        self.own = _own(coverage)
        self.models = [observe(coverage.policy, catalogue, one) for one in self.own]
        self.names = {case.name for case in coverage.suite.cases}
        self.found: list[Generated] = []
        self.shown: set[Goal] = set()
        self.impossible: list[Goal] = []
        self.undecided: list[Goal] = []

    def look_for(self, goal: Goal) -> None:
        """Finds a case for the goal, unless one that was found shows it already."""
        if goal in self.shown:
            return
        try:
            applicant = self._applicant(goal)
        except (UndecidedError, UnrealisableError):
            self.undecided.append(goal)
            return
        if applicant is None:
            (self.impossible if self.reach.exact(goal) else self.undecided).append(goal)
            return
        seen = self._simplest(self._case(applicant, goal), goal)
        shown = tuple(one for one in self.missing if one not in self.shown and shows(seen, one))
        if goal not in shown:
            raise AssertionError(f"the case found does not show what it was found for: {goal.what.en}")
        self.shown.update(shown)
        case = expecting(seen)
        self.names.add(case.name)
        self.found.append(Generated(case, nearest(case, self.own), shown))

    def _simplest(self, case: Case, goal: Goal) -> Observation:
        """The case without those differences from a worked case that the goal does not need."""
        seen = observe(self.policy, self.catalogue, case)
        for simpler in simplifications(case, nearest(case, self.own)):
            changed = replace(seen.case, form=simpler.form(seen.case), facts=simpler.facts(seen.case))
            tried = observe(self.policy, self.catalogue, changed)
            if shows(tried, goal) and tried.decided.form.defects == seen.decided.form.defects:
                seen = tried
        return seen

    def _applicant(self, goal: Goal) -> Applicant | None:
        """An ordinary application if one will do: a right form, every register answering."""
        condition = self.reach.condition(goal)
        world = self.reach.world
        near = [Applicant(one.as_of, one.form, one.facts) for one in self._models(goal)]
        ordinary = world.find(condition, world.valid, world.known, near=near, steps=self.steps)
        return ordinary or world.find(condition, near=near, steps=self.steps)

    def _models(self, goal: Goal) -> list[Case]:
        """Worked cases that come to the place, those before others."""
        there = sorted(self.models, key=lambda one: not reached(one, goal.place))
        return [one.case for one in there[:MODELS]]

    def _case(self, applicant: Applicant, goal: Goal) -> Case:
        name, number = re.sub(r"[`\"]", "", goal.what.zh), 1
        while (title := name if number == 1 else f"{name}（{number}）") in self.names:
            number += 1
        return Case(self.policy.matter, title, applicant.as_of, applicant.form, applicant.facts, {})


def _own(coverage: Coverage) -> list[Case]:
    """Worked cases of the file itself: what is written beside it may come and go."""
    own = [case for case in coverage.suite.cases if case.span is not None]
    return [case for case in own if case.span is not None and case.span.source.name == coverage.policy.source]


def expecting(seen: Observation) -> Case:
    """The case with what the reference says of it as its expectation."""
    case, told = seen.case, seen.told
    own = {rule.id for rule in seen.decided.policy.rules if not rule.standing}
    alone = next(iter(told)) if len(told) == 1 and told <= own else None
    return Case(case.matter, case.name, case.as_of, case.form, case.facts, expectation(seen.decided, case), alone)


def expectation(decided: Decided, case: Case) -> dict[str, object]:
    """What a case says that it expects, of a decision: outcome, reasons, notes, and everything of the result."""
    answer = offline_answer(decided, case.form, case.facts)

    def codes(part: str) -> list[str]:
        return sorted({cast("str", one["code"]) for one in cast("list[dict[str, object]]", answer[part])})

    expect: dict[str, object] = {"outcome": answer["outcome"]}
    if codes("reasons"):
        expect["reasons"] = codes("reasons")
    if codes("notes"):
        expect["notes"] = codes("notes")
    if any(one.when is not None for one in decided.policy.obligations):
        expect["obligations"] = codes("obligations")
    return expect | dict(cast("dict[str, object]", answer["result"]))
