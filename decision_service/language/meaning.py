"""What an expression means: the reference interpreter, written for clarity alone. Every other reading is judged by it.

Logic is Kleene's. Nothing unknown ever counts as true or as false; an unknown carries everything that keeps it so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from decision_service.facts import Cause, Fact, FactSheet, Unknown
from decision_service.language.functions import add_period, apply
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
from verifiers.kinds import Period, Value

Names = Mapping[str, Expression]
Tables = Callable[[str, "Scope"], Fact]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is read: the facts, the lets of its policy, how its tables answer, and bound variables."""

    sheet: FactSheet
    lets: Names
    tables: Tables
    variables: Mapping[str, Value] = field(default_factory=dict)
    seen: dict[str, Fact] = field(default_factory=dict)

    def binding(self, variable: str, value: Value) -> "Scope":
        """The same scope with one more variable."""
        return Scope(self.sheet, self.lets, self.tables, {**self.variables, variable: value}, self.seen)


def evaluate(node: Expression, scope: Scope) -> Fact:
    """The value of `node`, or Unknown."""
    # Looked up by its class: asking one class after the other took longer than what it means.
    return _MEANINGS[node.__class__](node, scope)


def _let(name: str, scope: Scope) -> Fact:
    if name not in scope.seen:
        scope.seen[name] = evaluate(scope.lets[name], scope)
    return scope.seen[name]


def conjunction(values: Iterable[Fact]) -> Fact:
    """Kleene's and: false as soon as one is false, else unknown as long as one is unknown."""
    unknown: list[Unknown] = []
    for value in values:
        if isinstance(value, Unknown):
            unknown.append(value)
        elif value is not True:
            return False
    return _blend(unknown) if unknown else True


def disjunction(values: Iterable[Fact]) -> Fact:
    """Kleene's or: true as soon as one is true, else unknown as long as one is unknown."""
    unknown: list[Unknown] = []
    for value in values:
        if isinstance(value, Unknown):
            unknown.append(value)
        elif value is True:
            return True
    return _blend(unknown) if unknown else False


def _blend(unknown: list[Unknown]) -> Unknown:
    """The unknown with the causes of all of them."""
    return Unknown(frozenset[Cause]().union(*(one.causes for one in unknown)))


def _quantified(node: Quantified, scope: Scope) -> Fact:
    items = evaluate(node.items, scope)
    if isinstance(items, Unknown):
        return items
    elements = cast("tuple[Value, ...]", items or ())
    values = (evaluate(node.condition, scope.binding(node.variable, element)) for element in elements)
    return disjunction(values) if node.quantifier == "some" else conjunction(values)


def _conditional(node: If, scope: Scope) -> Fact:
    condition = evaluate(node.condition, scope)
    if not isinstance(condition, Unknown):
        return evaluate(node.then if condition is True else node.otherwise, scope)
    then, otherwise = evaluate(node.then, scope), evaluate(node.otherwise, scope)
    if not isinstance(then, Unknown) and not isinstance(otherwise, Unknown) and same(then, otherwise):
        return then
    branches = [branch.causes for branch in (then, otherwise) if isinstance(branch, Unknown)]
    return Unknown(condition.causes.union(*branches))


def _strict(
    parts: Callable[[Any], tuple[Expression, ...]], known: Callable[[Any, list[Value], Scope], Fact]
) -> Callable[[Any, Scope], Fact]:
    """What an operator means that is unknown as soon as one of its `parts` is, from what it means where all are
    `known`."""

    def meaning(node: Expression, scope: Scope) -> Fact:
        values: list[Value] = []
        unknown: list[Unknown] = []
        for part in parts(node):
            value = evaluate(part, scope)
            if isinstance(value, Unknown):
                unknown.append(value)
            else:
                values.append(value)
        return _blend(unknown) if unknown else known(node, values, scope)

    return meaning


def _comparison(node: Compare, scope: Scope) -> Fact:
    """As every operator of the kind of `_strict`; there are more of these than of all others."""
    left, right = evaluate(node.left, scope), evaluate(node.right, scope)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _blend([one for one in (left, right) if isinstance(one, Unknown)])
    return _compare(node.op, left, right)


def _field_of(node: FieldOf, parts: list[Value], _: Scope) -> Value:
    return None if parts[0] is None else cast("Mapping[str, Value]", parts[0])[node.field_name]


def _contains(_: Contains, parts: list[Value], __: Scope) -> bool:
    return any(same(parts[0], element) for element in cast("tuple[Value, ...]", parts[1] or ()))


def same(left: Value, right: Value) -> bool:
    """Equality without Python's surprises: true is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _compare(op: str, left: Value, right: Value) -> bool:
    if op == "=":
        return same(left, right)
    if op == "!=":
        return not same(left, right)
    if left is None or right is None:
        return False
    first, second = cast("Decimal", left), cast("Decimal", right)
    match op:
        case "<":
            return first < second
        case "<=":
            return first <= second
        case ">":
            return first > second
        case _:
            return first >= second


def _within(node: Within, parts: list[Value], _: Scope) -> bool:
    value, *bounds = parts
    low = bounds.pop(0) if node.low is not None else None
    high = bounds.pop(0) if node.high is not None else None
    if value is None:
        return False
    above = node.low is None or _compare(">=" if node.low_closed else ">", value, low)
    below = node.high is None or _compare("<=" if node.high_closed else "<", value, high)
    return above and below


def _arithmetic(op: str, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    if isinstance(left, date):
        return add_period(left, cast("Period", right), 1 if op == "+" else -1)
    first, second = cast("Decimal", left), cast("Decimal", right)
    match op:
        case "+":
            return first + second
        case "-":
            return first - second
        case "*":
            return first * second
        case _:
            return Decimal(first) / second


_MEANINGS: Mapping[type[Expression], Callable[[Any, Scope], Fact]] = {
    Literal: lambda node, _: node.value,
    AsOf: lambda _, scope: scope.sheet.as_of,
    FormRef: lambda node, scope: scope.sheet.form[node.field_name],
    FactRef: lambda node, scope: scope.sheet.fact(node.register, node.field_name),
    LetRef: lambda node, scope: _let(node.name, scope),
    VarRef: lambda node, scope: scope.variables[node.name],
    Lookup: lambda node, scope: scope.tables(node.table, scope),
    And: lambda node, scope: conjunction(evaluate(part, scope) for part in node.items),
    Or: lambda node, scope: disjunction(evaluate(part, scope) for part in node.items),
    Quantified: _quantified,
    If: _conditional,
    Not: _strict(lambda node: (node.item,), lambda _, parts, __: parts[0] is not True),
    Compare: _comparison,
    Within: _strict(children, _within),
    OneOf: _strict(children, lambda _, parts, __: any(same(parts[0], option) for option in parts[1:])),
    Contains: _strict(lambda node: (node.value, node.items), _contains),
    FieldOf: _strict(lambda node: (node.record,), _field_of),
    Arithmetic: _strict(lambda node: (node.left, node.right), lambda node, parts, _: _arithmetic(node.op, *parts)),
    Call: _strict(
        lambda node: node.arguments, lambda node, parts, scope: apply(node.function, parts, scope.sheet.calendar)
    ),
}
"""What each sort of expression means (tests/language: none is missing)."""
