"""What an expression means: the reference interpreter, written for clarity alone. Every other reading is judged by it.

Logic is Kleene's. Nothing unknown ever counts as true or as false; an unknown carries everything that keeps it so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import assert_never, cast

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
    match node:
        case Literal() | AsOf() | FormRef() | FactRef() | LetRef() | VarRef() | Lookup():
            return _named(node, scope)
        case And():
            return conjunction([partial(evaluate, part, scope) for part in node.items])
        case Or():
            return disjunction([partial(evaluate, part, scope) for part in node.items])
        case Quantified():
            return _quantified(node, scope)
        case If():
            return _conditional(node, scope)
        case Not() | Compare() | Within() | OneOf() | Contains() | FieldOf() | Arithmetic() | Call():
            return _strict(node, scope)
        case _:
            assert_never(node)


def _named(node: Literal | AsOf | FormRef | FactRef | LetRef | VarRef | Lookup, scope: Scope) -> Fact:
    match node:
        case Literal():
            return node.value
        case AsOf():
            return scope.sheet.as_of
        case FormRef():
            return scope.sheet.form[node.field_name]
        case FactRef():
            return scope.sheet.fact(node.register, node.field_name)
        case LetRef():
            return _let(node.name, scope)
        case VarRef():
            return scope.variables[node.name]
        case Lookup():
            return scope.tables(node.table, scope)


def _let(name: str, scope: Scope) -> Fact:
    if name not in scope.seen:
        scope.seen[name] = evaluate(scope.lets[name], scope)
    return scope.seen[name]


def conjunction(parts: list[Callable[[], Fact]]) -> Fact:
    """Kleene's and: false as soon as one is false, else unknown as long as one is unknown."""
    causes: frozenset[Cause] = frozenset()
    unknown = False
    for part in parts:
        value = part()
        if isinstance(value, Unknown):
            unknown, causes = True, causes | value.causes
        elif value is not True:
            return False
    return Unknown(causes) if unknown else True


def disjunction(parts: list[Callable[[], Fact]]) -> Fact:
    """Kleene's or: true as soon as one is true, else unknown as long as one is unknown."""
    causes: frozenset[Cause] = frozenset()
    unknown = False
    for part in parts:
        value = part()
        if isinstance(value, Unknown):
            unknown, causes = True, causes | value.causes
        elif value is True:
            return True
    return Unknown(causes) if unknown else False


def _quantified(node: Quantified, scope: Scope) -> Fact:
    items = evaluate(node.items, scope)
    if isinstance(items, Unknown):
        return items
    elements = cast("tuple[Value, ...]", items or ())
    parts: list[Callable[[], Fact]] = [
        partial(evaluate, node.condition, scope.binding(node.variable, element)) for element in elements
    ]
    return disjunction(parts) if node.quantifier == "some" else conjunction(parts)


def _conditional(node: If, scope: Scope) -> Fact:
    condition = evaluate(node.condition, scope)
    if not isinstance(condition, Unknown):
        return evaluate(node.then if condition is True else node.otherwise, scope)
    then, otherwise = evaluate(node.then, scope), evaluate(node.otherwise, scope)
    if not isinstance(then, Unknown) and not isinstance(otherwise, Unknown) and same(then, otherwise):
        return then
    branches = [branch.causes for branch in (then, otherwise) if isinstance(branch, Unknown)]
    return Unknown(condition.causes.union(*branches))


def _strict(node: Not | Compare | Within | OneOf | Contains | FieldOf | Arithmetic | Call, scope: Scope) -> Fact:
    """The operators that are unknown as soon as a part is."""
    parts: list[Value] = []
    causes: frozenset[Cause] = frozenset()
    unknown = False
    for child in _parts(node):
        value = evaluate(child, scope)
        if isinstance(value, Unknown):
            unknown, causes = True, causes | value.causes
        else:
            parts.append(value)
    return Unknown(causes) if unknown else _known(node, parts, scope)


def _parts(node: Not | Compare | Within | OneOf | Contains | FieldOf | Arithmetic | Call) -> tuple[Expression, ...]:
    match node:
        case Not():
            return (node.item,)
        case Compare() | Arithmetic():
            return (node.left, node.right)
        case Within():
            return tuple(part for part in (node.value, node.low, node.high) if part is not None)
        case OneOf():
            return (node.value, *node.options)
        case Contains():
            return (node.value, node.items)
        case FieldOf():
            return (node.record,)
        case Call():
            return node.arguments


def _known(
    node: Not | Compare | Within | OneOf | Contains | FieldOf | Arithmetic | Call, parts: list[Value], scope: Scope
) -> Fact:
    match node:
        case Not():
            return parts[0] is not True
        case Compare():
            return _compare(node.op, parts[0], parts[1])
        case Within():
            return _within(node, parts)
        case OneOf():
            return any(same(parts[0], option) for option in parts[1:])
        case Contains():
            return any(same(parts[0], element) for element in cast("tuple[Value, ...]", parts[1] or ()))
        case FieldOf():
            return None if parts[0] is None else cast("Mapping[str, Value]", parts[0])[node.field_name]
        case Arithmetic():
            return _arithmetic(node.op, parts[0], parts[1])
        case Call():
            return apply(node.function, parts, scope.sheet.calendar)


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


def _within(node: Within, parts: list[Value]) -> bool:
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
