"""The conditions of a policy, taken apart: each comparison, bound and yes-or-no by which an outcome turns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import assert_never, cast

from decision_service.facts import Unknown
from decision_service.language.kinds import BOOLEAN
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.tree import (
    And,
    Arithmetic,
    AsOf,
    Call,
    Compare,
    Contains,
    Expression,
    FactRef,
    FieldOf,
    FormRef,
    If,
    LetRef,
    Literal,
    Lookup,
    Not,
    OneOf,
    Or,
    Quantified,
    VarRef,
    Within,
    children,
)
from decision_service.policy.shape import Policy
from verifiers.kinds import Value


@dataclass(frozen=True, slots=True)
class Condition:
    """One such condition and where the file has it (a rule, a name, a table's row). `bound` are the variables of the
    `some` and `every` around it with their lists, from outside in: it is read for the first element."""

    where: str
    test: Expression
    bound: tuple[tuple[str, Expression], ...] = ()

    def holds(self, scope: Scope) -> bool | None:
        """Whether it holds there; None where that is not known or a list is empty."""
        for variable, items in self.bound:
            found = evaluate(items, scope)
            if isinstance(found, Unknown) or not found:
                return None
            scope = scope.binding(variable, cast("tuple[Value, ...]", found)[0])
        value = evaluate(self.test, scope)
        return value if isinstance(value, bool) else None


def conditions(policy: Policy) -> tuple[Condition, ...]:
    """Every condition of a policy, each once, under the first place that has it."""
    found: list[Condition] = []
    for where, whole in _wholes(policy):
        for one in _taken_apart(where, whole, ()):
            if not any(known.test == one.test and known.bound == one.bound for known in found):
                found.append(one)
    return tuple(found)


def _wholes(policy: Policy) -> Iterator[tuple[str, Expression]]:
    for rule in policy.rules:
        yield rule.id, rule.must
        for one in rule.alternatives:
            yield from ((rule.id, part) for part in (one.when, *(told for _, told in one.told)) if part is not None)
    yield from ((let.name, let.value) for let in policy.lets)
    for table in policy.tables.values():
        for number, row in enumerate(table.rows, 1):
            yield from ((f"{table.name} row {number}", test) for test in row.tests if test is not None)
    for result in policy.results:
        yield from ((result.name, part) for part in (result.when, result.value) if part is not None)
    yield from ((item.name, item.amount) for item in policy.items)
    yield from ((note.code, note.when) for note in policy.notes)
    yield from ((one.code, one.when) for one in policy.obligations if one.when is not None)


_Bound = tuple[tuple[str, Expression], ...]


def _taken_apart(where: str, node: Expression, bound: _Bound) -> Iterator[Condition]:
    match node:
        case And() | Or() | Not() | If() | Arithmetic() | FieldOf():
            yield from _of_parts(where, children(node), bound)
        case Compare() | OneOf() | Contains():
            yield Condition(where, node, bound)
            yield from _of_parts(where, children(node), bound)
        case Within():
            yield from (Condition(where, side, bound) for side in _sides(node))
            yield from _of_parts(where, children(node), bound)
        case Quantified():
            yield Condition(where, node, bound)
            yield from _of_parts(where, (node.items,), bound)
            yield from _taken_apart(where, node.condition, (*bound, (node.variable, node.items)))
        case Call():
            if node.kind.name == "boolean":
                yield Condition(where, node, bound)
            if node.function in ("min", "max", "earlier", "later"):
                yield from (Condition(where, Compare("<=", *two, BOOLEAN), bound) for two in pairwise(node.arguments))
            yield from _of_parts(where, node.arguments, bound)
        case FormRef() | FactRef():
            if node.kind.name == "boolean":
                yield Condition(where, node, bound)
        case Literal() | AsOf() | LetRef() | VarRef() | Lookup():
            return
        case _:
            assert_never(node)


def _of_parts(where: str, parts: Iterable[Expression], bound: _Bound) -> Iterator[Condition]:
    for part in parts:
        yield from _taken_apart(where, part, bound)


def _sides(node: Within) -> Iterator[Expression]:
    """An interval has a boundary at either end."""
    if node.low is not None:
        yield Compare(">=" if node.low_closed else ">", node.value, node.low, BOOLEAN)
    if node.high is not None:
        yield Compare("<=" if node.high_closed else "<", node.value, node.high, BOOLEAN)
