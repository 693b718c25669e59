"""What one case shows: which places the reference comes to, and which goals are met there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never, cast

from decision_service.covering.goals import Goal
from decision_service.covering.places import Demand, Place, of_table, places
from decision_service.decision import Decided
from decision_service.facts import Unknown
from decision_service.interpreter import scope_of
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.tree import And, Expression, If, LetRef, Lookup, Or, Quantified, children
from decision_service.offline import Engines, decide, offline_answer
from decision_service.outcome import APPROVALS
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy, Rule
from decision_service.readings.reference import judge
from decision_service.trials import Case, told_by
from decision_service.verdict import Finding, State
from verifiers.kinds import Value


@dataclass(frozen=True, slots=True)
class Observation:
    """A case decided by the reference: its decision, the rules that are told, and the lets and tables that were read
    on the way."""

    case: Case
    decided: Decided
    scope: Scope
    told: frozenset[str]
    read: frozenset[Place] = field(default_factory=frozenset)


def observe(policy: Policy, catalogue: Catalogue, case: Case) -> Observation:
    """Decides a case by the reference alone and notes what it reads."""
    engines = Engines(lambda sheet: judge(policy, sheet), lambda sheet: judge(policy, sheet))
    decided = decide(policy, catalogue, engines, case.form, case.facts, case.as_of)
    told = told_by(decided, offline_answer(decided, case.form, case.facts))
    scope = scope_of(policy, decided.sheet)
    bare = Observation(case, decided, scope, frozenset(told))
    return Observation(case, decided, scope, frozenset(told), frozenset(_Reading(policy, bare).read()))


def shows(seen: Observation, goal: Goal) -> bool:
    """Whether the case meets the goal."""
    if goal.state is not None:
        return _stands(seen, goal)
    return reached(seen, goal.place) and _met(goal.demands, goal.within, seen.scope)


def _met(demands: tuple[Demand, ...], within: tuple[Quantified, ...], scope: Scope) -> bool:
    """Whether all demands are met, for some element of each list."""
    if not within:
        return all(evaluate(condition, scope) is wanted for condition, wanted in demands)
    first, *rest = within
    return any(_met(demands, tuple(rest), inner) for inner in _bound(first, scope))


def _bound(node: Quantified, scope: Scope) -> list[Scope]:
    items = evaluate(node.items, scope)
    if isinstance(items, Unknown):
        return []
    return [scope.binding(node.variable, element) for element in cast("tuple[Value, ...]", items or ())]


def _stands(seen: Observation, goal: Goal) -> bool:
    name = goal.place.name
    finding = _finding(seen, name)
    match goal.state:
        case "holds":
            return finding.state is State.HOLDS
        case "fails":
            return finding.state is State.FAILS
        case "unknown":
            return finding.state is State.UNKNOWN
        case "follows":
            return finding.state is State.FAILS and finding.alternative == goal.place.index
        case _:
            return seen.told == {name}


def _finding(seen: Observation, rule: str) -> Finding:
    return next(one for one in seen.decided.verdict.findings if one.rule == rule)


def reached(seen: Observation, place: Place) -> bool:
    """Whether the reference comes to that place in this case."""
    verdict = seen.decided.verdict
    match place.kind:
        case "must":
            return _asked(seen, _rule(seen, place.name))
        case "when":
            return _asked(seen, _rule(seen, place.name)) and _considered(seen, place)
        case "told":
            finding = _finding(seen, place.name)
            return finding.state is State.FAILS and finding.alternative == place.index
        case "let" | "table":
            return place in seen.read
        case "granted":
            return verdict.outcome in APPROVALS
        case "result":
            return place.name in verdict.result
        case "amount":
            return any(one.item == place.name and one.outcome in APPROVALS for one in verdict.items)
        case "note":
            note = seen.decided.policy.notes[place.index]
            return _ungated(seen) and (verdict.outcome in APPROVALS or not note.on_approval)
        case "required":
            return _blank(seen.case.form.get(place.name))
        case "obligation":
            return verdict.outcome in seen.decided.policy.obligations[place.index].outcomes
        case _:
            assert_never(place.kind)


def _rule(seen: Observation, name: str) -> Rule:
    return next(rule for rule in seen.decided.policy.rules if rule.id == name)


def _ungated(seen: Observation) -> bool:
    """Whether no gate fails, after which nothing else is read."""
    gates = [rule.id for rule in seen.decided.policy.rules if rule.gate]
    return not any(_finding(seen, gate).state is State.FAILS for gate in gates)


def _asked(seen: Observation, rule: Rule) -> bool:
    return _ungated(seen) and (rule.item is None or rule.item in seen.decided.sheet.items)


def _considered(seen: Observation, place: Place) -> bool:
    """Whether a rule fails, and no alternative before this one follows."""
    rule = _rule(seen, place.name)
    passed = [one.when for one in rule.alternatives[: place.index] if one.when is not None]
    return all(evaluate(condition, seen.scope) is False for condition in (rule.must, *passed))


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


class _Reading:
    """Follows the reference through the expressions that it comes to, as far as to the lets and tables."""

    def __init__(self, policy: Policy, seen: Observation) -> None:
        self.policy = policy
        self.seen = seen
        self.lets = {let.name: let.value for let in policy.lets}
        self.found: set[Place] = set()

    def read(self) -> set[Place]:
        """The lets and tables read."""
        for place, expression in places(self.policy):
            if place.kind not in ("let", "table") and reached(self.seen, place):
                self._walk(expression, self.seen.scope)
        return self.found

    def _walk(self, node: Expression, scope: Scope) -> None:
        match node:
            case LetRef():
                self._enter(Place("let", node.name), [self.lets[node.name]])
            case Lookup():
                self._enter(Place("table", node.table), list(of_table(self.policy.tables[node.table])))
            case And() | Or():
                for item in node.items:
                    self._walk(item, scope)
                    if evaluate(item, scope) is isinstance(node, Or):
                        break
            case If():
                self._walk(node.condition, scope)
                for arm in self._arms(node, scope):
                    self._walk(arm, scope)
            case Quantified():
                self._walk(node.items, scope)
                for inner in _bound(node, scope):
                    self._walk(node.condition, inner)
                    if evaluate(node.condition, inner) is (node.quantifier == "some"):
                        break
            case _:
                for child in children(node):
                    self._walk(child, scope)

    def _arms(self, node: If, scope: Scope) -> Iterator[Expression]:
        condition = evaluate(node.condition, scope)
        if condition is not False:
            yield node.then
        if condition is not True:
            yield node.otherwise

    def _enter(self, place: Place, expressions: list[Expression]) -> None:
        if place not in self.found:
            self.found.add(place)
            for expression in expressions:
                self._walk(expression, self.seen.scope)
