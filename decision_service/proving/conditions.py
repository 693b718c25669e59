"""What a claim says of one application, as data: read off a decision by the reference, or put to the solver.

Both readings stand side by side, so that whatever the solver finds is decided again and must come out as it said.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from decision_service.facts import Unknown
from decision_service.language.tree import Expression
from decision_service.outcome import Outcome
from decision_service.proving.observed import Observed
from decision_service.verdict import State

if TYPE_CHECKING:
    from decision_service.readings.smt.terms import Terms
    from decision_service.readings.smt.world import World


@dataclass(frozen=True, slots=True)
class Known:
    """The form is in order, and every register that may be asked has answered."""


@dataclass(frozen=True, slots=True)
class Stands:
    """A rule holds, or fails (by one of its alternatives, where one is named), or is unknown."""

    rule: str
    state: State
    alternative: int | None = None


@dataclass(frozen=True, slots=True)
class Wins:
    """The whole comes to this outcome."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ItemWins:
    """An item is applied for and comes to this outcome."""

    item: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Fits:
    """A row of a table, counted from 0, surely fits."""

    table: str
    row: int


@dataclass(frozen=True, slots=True)
class Says:
    """An expression of the policy is known to be true."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Unclear:
    """An expression of the policy is not known."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class All:
    """Each of them is so."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of them at least is so."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class No:
    """It is not so."""

    part: "Condition"


Symbolic: TypeAlias = Any
"""A formula, or a number, of the solver: z3 ships no types."""

Condition: TypeAlias = Known | Stands | Wins | ItemWins | Fits | Says | Unclear | All | Some | No


def both(*parts: Condition) -> Condition:
    """All of the parts."""
    return All(parts)


def seen(condition: Condition, one: Observed) -> bool:
    """Whether it is so of an application that was decided."""
    match condition:
        case Known():
            return one.known
        case Stands():
            finding = one.finding(condition.rule)
            wanted = condition.alternative in (None, finding.alternative)
            return finding.state is condition.state and wanted
        case Wins():
            return one.verdict.outcome is condition.outcome
        case ItemWins():
            return any(
                (found.item, found.outcome) == (condition.item, condition.outcome) for found in one.verdict.items
            )
        case Fits():
            return one.fits(condition.table, condition.row)
        case Says():
            return one.value(condition.expression) is True
        case Unclear():
            return isinstance(one.value(condition.expression), Unknown)
        case All():
            return all(seen(part, one) for part in condition.parts)
        case Some():
            return any(seen(part, one) for part in condition.parts)
        case No():
            return not seen(condition.part, one)
        case _:
            assert_never(condition)


def symbolic(condition: Condition, world: "World", terms: "Terms") -> Symbolic:
    """The same as a formula of the solver (z3.BoolRef)."""
    import z3

    match condition:
        case Known():
            return z3.And(world.known, world.valid)
        case Stands():
            return _stands(condition, terms)
        case Wins():
            return terms.outcome(condition.outcome)
        case ItemWins():
            return terms.item_outcome(condition.item, condition.outcome)
        case Fits():
            return terms.fits(condition.table, condition.row)
        case Says():
            return terms.value(condition.expression).true
        case Unclear():
            return z3.Not(terms.value(condition.expression).known)
        case All():
            return z3.And([symbolic(part, world, terms) for part in condition.parts])
        case Some():
            return z3.Or([symbolic(part, world, terms) for part in condition.parts])
        case No():
            return z3.Not(symbolic(condition.part, world, terms))
        case _:
            assert_never(condition)


def _stands(condition: Stands, terms: "Terms") -> Symbolic:
    match condition.state:
        case State.HOLDS:
            return terms.holds(condition.rule)
        case State.FAILS:
            return terms.fails(condition.rule, condition.alternative)
        case State.UNKNOWN:
            return terms.unknown(condition.rule)
        case State.SILENT:
            raise ValueError("no claim is about a rule that is silent")


def holds(rule: str) -> Condition:
    """The rule holds."""
    return Stands(rule, State.HOLDS)


def fails(rule: str, alternative: int | None = None) -> Condition:
    """The rule fails, by that alternative where one is named."""
    return Stands(rule, State.FAILS, alternative)


def unsure(rule: str) -> Condition:
    """The rule is unknown, and that is told."""
    return Stands(rule, State.UNKNOWN)
