"""The search: as few levers as possible, then as short a wait, then as few that lie with others; until none is left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import z3

from decision_service.nearest.found import Nearest, Way
from decision_service.nearest.levers import DAY, Lever, Standing, at_most, standing
from decision_service.nearest.steps import changed, step_of
from decision_service.offline import decide, engines_of
from decision_service.outcome import APPROVALS, Outcome, ranked
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.smt import numbers
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.collecting import uncollected
from decision_service.readings.smt.days import before, known_day
from decision_service.readings.smt.formulas import Formula, conj, disj, neg, raw
from decision_service.readings.smt.numbers import Number, constant
from decision_service.readings.smt.replaying import UnfaithfulError
from decision_service.readings.smt.solving import SECOND, Steps, UndecidedError, new_solver
from decision_service.readings.smt.telling import Model, UnrealisableError
from decision_service.readings.smt.world import World

MOST_WAYS = 3
STEPS = 20 * SECOND
_MOST_ELEMENTS = 6

_BETTER: Mapping[Outcome, tuple[frozenset[Outcome], ...]] = {
    Outcome.PARTIALLY_APPROVED: (frozenset({Outcome.APPROVED, Outcome.APPROVED_ON_COMMITMENT}),),
    Outcome.APPROVED: (),
    Outcome.APPROVED_ON_COMMITMENT: (),
    Outcome.ACCEPTED_TOLERANT: (APPROVALS,),
}
_USUALLY: tuple[frozenset[Outcome], ...] = (APPROVALS, frozenset({Outcome.ACCEPTED_TOLERANT}))
"""What counts as better, best first: to be handed to an officer is never what somebody changes something for."""


@uncollected()
def nearest(policy: Policy, catalogue: Catalogue, one: Applicant, outcome: Outcome, steps: int = STEPS) -> Nearest:
    """The nearest changes of an application that was decided with `outcome`. Each was decided again by both engines.

    Raises UnfaithfulError where the formulas prove wrong, UndecidedError where the steps are over before anything is
    found or proved.
    """
    known = {field.name for field in policy.fields}
    kept = replace(one, form={name: value for name, value in one.form.items() if name in known})
    longest = min(_MOST_ELEMENTS, _longest(one))
    looked_at: tuple[str, ...] = ()
    for wanted in _BETTER.get(outcome, _USUALLY):
        world = World([policy], catalogue, longest)
        where = standing(world, policy, catalogue, kept)
        looked_at = tuple(lever.name for lever in where.levers)
        seeker = _Seeker(world, where, wanted, kept, Steps(steps))
        ways, proved = seeker.ways()
        if ways or not proved:
            made = tuple(_way(policy, catalogue, one, found, wanted) for found in ways)
            return Nearest(made, proved, looked_at)
    return Nearest((), True, looked_at)


def _longest(one: Applicant) -> int:
    """How many elements the longest list of the application has."""
    answers = [answer for answer in one.facts.values() if isinstance(answer, Mapping)]
    lists = [value for part in (one.form, *answers) for value in part.values() if isinstance(value, list)]
    return max((len(value) for value in lists), default=0)


@dataclass
class _Found:
    """Levers that were moved, and the application in which they are."""

    levers: tuple[Lever, ...]
    applicant: Applicant


class _Seeker:
    def __init__(self, world: World, where: Standing, wanted: frozenset[Outcome], one: Applicant, steps: Steps) -> None:
        self.world = world
        self.where = where
        self.one = one
        self.steps = steps
        self._model: Model
        target = disj(*(world.terms[0].outcome(outcome) for outcome in ranked(wanted)))
        self.conditions = [raw(formula) for formula in (*where.fixed, target)]
        self.by_name = {lever.name: lever for lever in where.levers}
        self.solver = new_solver()
        self.solver.add(*(raw(formula) for formula in (*where.fixed, *world.rules())))
        as_it_is = conj(*(lever.stays for lever in where.levers))
        if not self._holds(raw(as_it_is)):
            raise UndecidedError("the application lies outside of what the formulas can say")
        self.solver.add(raw(target))

    def ways(self) -> tuple[list[_Found], bool]:
        """The ways, nearest first, and whether it is proved that there are no others."""
        found: list[_Found] = []
        try:
            least = 1
            while len(found) < MOST_WAYS and self._holds():
                least = self._least(lambda most: at_most(self.where.levers, most), least)
                found.append(self._nearest(least))
                self.solver.add(raw(disj(*(lever.stays for lever in found[-1].levers))))
            return found, len(found) < MOST_WAYS
        except UndecidedError:
            if not found:
                raise
            return found, False

    def _nearest(self, steps: int) -> _Found:
        """The nearest way of so many steps."""
        self.solver.push()
        try:
            self._settle(at_most(self.where.levers, steps))
            self._settle(self._soonest())
            others = tuple(lever for lever in self.where.levers if lever.sort == "fact")
            self._settle(at_most(others, self._least(lambda most: at_most(others, most), 0)))
            moved = tuple(lever for lever in self.where.levers if self._moved(lever))
            # Nothing else moves, and numbers by as little as they must.
            for lever in self.where.levers:
                if lever not in moved:
                    self._settle(raw(lever.stays))
            for lever in moved:
                self._by_little(lever)
            return self._made(moved)
        finally:
            self.solver.pop()

    def _made(self, moved: tuple[Lever, ...]) -> _Found:
        """The application of the solver's answer, told and decided again."""
        self._holds()
        model = self._model
        pinned = [raw(formula) for formula in self.solver.assertions()]
        terms = [self.world.symbols(lever.name) for lever in moved]
        pinned += [self.world.equals(term, model.value(term)) for term in terms]
        found = self.world.find(*pinned, steps=max(SECOND, self.steps.left))
        if found is None:
            raise UnrealisableError("what was found can't be found again")
        return _Found(moved, found)

    def _soonest(self) -> "z3.BoolRef":
        """That the day is the soonest that there is now: by halving what lies between today and the first found."""
        day = self.by_name[DAY]
        if self._holds(raw(day.stays)):
            return raw(day.stays)
        low, high = self.one.as_of, self._day()
        while (high - low).days > 1:
            middle = date.fromordinal((low.toordinal() + high.toordinal()) // 2)
            if self._holds(self._by(middle)):
                high = self._day()
            else:
                low = middle
        return self._by(high)

    def _by(self, day: date) -> "z3.BoolRef":
        return raw(neg(before(known_day(self.world.calendar, day), self.world.day_of_decision)))

    def _day(self) -> date:
        return self._model.day(self.world.day_of_decision)

    def _by_little(self, lever: Lever) -> None:
        """Keeps a whole number as near to what it was as it can be."""
        number, now = self.world.symbols(lever.name).content, lever.now
        if not isinstance(number, Number) or not isinstance(now, int):
            return
        self._holds()
        reached = int(self._model.number(number))
        low, high = 0, abs(reached - now)
        while high - low > 1:
            middle = (low + high) // 2
            if self._holds(raw(_within(number, now, middle))):
                high = middle
            else:
                low = middle
        self._settle(raw(_within(number, now, high)))

    def _moved(self, lever: Lever) -> bool:
        return not self._model.true(lever.stays)

    def _least(self, formula: Callable[[int], "z3.BoolRef"], first: int) -> int:
        """The least number for which the formula can hold."""
        most = first
        while not self._holds(formula(most)):
            most += 1
        return most

    def _settle(self, formula: "z3.BoolRef") -> None:
        """From now on the formula holds; the solver's answer is one under which it does."""
        self.solver.add(formula)
        if not self._holds():
            raise UndecidedError("what could be reached can't be reached any more")

    def _holds(self, *assumed: "z3.BoolRef") -> bool:
        self.solver.push()
        try:
            self.solver.add(*assumed)
            found = self.steps.satisfied(self.solver)
            if found:
                self._model = Model(self.solver.model(), self.world.texts)
            return found
        finally:
            self.solver.pop()


def _within(number: Number, now: int, most: int) -> Formula:
    return conj(numbers.at_most(constant(now - most), number), numbers.at_most(number, constant(now + most)))


def _way(policy: Policy, catalogue: Catalogue, one: Applicant, found: _Found, wanted: frozenset[Outcome]) -> Way:
    """The way as the applicant has it: nothing of the application is other than it was but what was moved."""
    new = changed(policy, one, found.levers, found.applicant)
    with engines_of(policy) as engines:
        outcome = decide(policy, catalogue, engines, new.form, new.facts, new.as_of).outcome
    if outcome not in wanted:
        raise UnfaithfulError(f"{policy.matter}: {outcome} where one of {sorted(wanted)} was foretold")
    steps = tuple(step_of(policy, catalogue, lever, new) for lever in found.levers if lever.counts)
    monthly = [lever for lever in found.levers if not lever.counts]
    steps += tuple(step_of(policy, catalogue, lever, new) for lever in monthly)
    return Way(outcome, steps, (new.as_of - one.as_of).days, new.as_of, new.form, new.facts)
