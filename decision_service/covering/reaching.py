"""Goals as formulas over every application there could be: whether any meets one, and one that does."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

import z3

from decision_service.covering.goals import Goal
from decision_service.covering.places import Demand, Part, Place, parts, places
from decision_service.language.tree import Expression, LetRef, Lookup, Quantified
from decision_service.outcome import APPROVALS, Outcome, ranked
from decision_service.policy.shape import Policy, Rule
from decision_service.readings.smt.comparing import several
from decision_service.readings.smt.formulas import Formula, conj, disj, neg, raw
from decision_service.readings.smt.terms import Terms
from decision_service.readings.smt.values import Term
from decision_service.readings.smt.world import World

Variables = Mapping[str, Term]


class Reach:
    """The goals of the one policy of a world, as conditions on its unknowns."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.terms: Terms = world.terms[0]
        self.policy: Policy = world.policies[0]
        self._reached: dict[Place, Formula] = {}

    def condition(self, goal: Goal) -> "z3.BoolRef":
        """That an application meets the goal, as `observing.shows` has it. Where a rule is to decide alone, that no
        other rule has a finding, which is more than has to be."""
        if goal.state is not None:
            return raw(self._stands(goal))
        return raw(conj(self.reached(goal.place), self._met(goal.demands, goal.within, {}, surely=True)))

    def exact(self, goal: Goal) -> bool:
        """Whether no application meets the goal where none meets the condition."""
        return goal.state != "alone"

    # -- what must be so at a place

    def _term(self, node: Expression, bound: Variables) -> Term:
        return self.terms.expressions.term(node, bound)

    def _met(
        self, demands: tuple[Demand, ...], within: tuple[Quantified, ...], bound: Variables, *, surely: bool
    ) -> Formula:
        """That all demands are met, for some element of each list; or where not `surely`, that none is known not to
        be: the reference goes on over what is unknown."""
        if within:
            first, *rest = within
            items = self._term(first.items, bound)
            known = conj(neg(items.causes.some), neg(items.null))
            found = [
                conj(here, self._met(demands, tuple(rest), {**bound, first.variable: element}, surely=surely))
                for here, element in several(items).slots
            ]
            return conj(known, disj(*found))
        found = []
        for node, wanted in demands:
            term = self._term(node, bound)
            met, contrary = (term.holds, term.fails) if wanted else (term.fails, term.holds)
            found.append(met if surely else neg(contrary))
        return conj(*found)

    def _stands(self, goal: Goal) -> Formula:
        name = goal.place.name
        match goal.state:
            case "holds":
                return self.terms.holds(name)
            case "fails":
                return self.terms.fails(name)
            case "unknown":
                return self.terms.unknown(name)
            case "follows":
                return self.terms.fails(name, goal.place.index)
            case _:
                others = [rule.id for rule in self.policy.rules if rule.id != name]
                quiet = [neg(disj(self.terms.fails(other), self.terms.unknown(other))) for other in others]
                return conj(self.terms.fails(name), neg(self.terms.lacking()), *quiet)

    # -- which places are reached

    def reached(self, place: Place) -> Formula:
        """That the reference comes to that place."""
        if place not in self._reached:
            self._reached[place] = self._reach(place)
        return self._reached[place]

    def _reach(self, place: Place) -> Formula:
        terms = self.terms
        match place.kind:
            case "must":
                return self._asked(self._rule(place.name))
            case "when":
                rule = self._rule(place.name)
                passed = [one.when for one in rule.alternatives[: place.index] if one.when is not None]
                failed = [self._term(node, {}).fails for node in (rule.must, *passed)]
                return conj(self._asked(rule), *failed)
            case "told":
                return terms.fails(place.name, place.index)
            case "granted":
                return terms.approves
            case "result":
                return terms.granted(place.name)
            case "amount":
                return disj(*(terms.item_outcome(place.name, outcome) for outcome in ranked(APPROVALS)))
            case "note":
                on_approval = self.policy.notes[place.index].on_approval
                return conj(neg(terms.gated), terms.approves if on_approval else True)
            case "required":
                return self.world.application.values[place.name].null
            case "obligation":
                outcomes = self.policy.obligations[place.index].outcomes
                return disj(*(terms.whole_outcome(outcome) for outcome in Outcome if outcome in outcomes))
            case _:
                return disj(*(self._used(user, part) for user, part in self._uses[place]))

    def _used(self, user: Place, part: Part) -> Formula:
        return conj(self.reached(user), self._met(part.demands, part.within, {}, surely=False))

    def _rule(self, name: str) -> Rule:
        return next(rule for rule in self.policy.rules if rule.id == name)

    def _asked(self, rule: Rule) -> Formula:
        applied = True if rule.item is None else self.terms.sheet.applied[rule.item]
        return conj(neg(self.terms.gated), applied)

    @cached_property
    def _uses(self) -> Mapping[Place, list[tuple[Place, Part]]]:
        """Where each let and each table is read."""
        found: dict[Place, list[tuple[Place, Part]]] = defaultdict(list)
        for place, expression in places(self.policy):
            for part in parts(expression):
                match part.node:
                    case LetRef():
                        found[Place("let", part.node.name)].append((place, part))
                    case Lookup():
                        found[Place("table", part.node.table)].append((place, part))
                    case _:
                        pass
        return found
