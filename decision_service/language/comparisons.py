"""Typing comparisons: like with like, order only where there is one, and never against a possible null."""

from typing import cast

from lark import Token

from decision_service.language.demands import (
    WrongExpressionError,
    demand_list,
    kind_problem,
    no_such_value,
    null_problem,
    order_problem,
)
from decision_service.language.kinds import BOOLEAN, family
from decision_service.language.parse import Syntax
from decision_service.language.tree import Compare, Comparison, Contains, Expression, Literal, OneOf, Within
from decision_service.language.typed import Handler, Sure, Typer, trees
from decision_service.source import Problem


def _compare(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    first, operator, second = node.children
    left, right = typer.typed(cast("Syntax", first), sure), typer.typed(cast("Syntax", second), sure)
    op = cast("Comparison", str(operator))
    _comparable(typer, op, left, right, cast("Syntax", first), cast("Syntax", second))
    return Compare(op, left, right, BOOLEAN, typer.span(node))


def _comparable(typer: Typer, op: str, left: Expression, right: Expression, first: Syntax, second: Syntax) -> None:
    if "null" in (left.kind.name, right.kind.name):
        _comparable_with_null(typer, op, left, right, first, second)
        return
    if family(left.kind) != family(right.kind):
        raise WrongExpressionError(kind_problem(family(left.kind), right.kind, typer.span(second)))
    if op in ("=", "!="):
        _closed(typer, left, right, first, second)
        return
    for part, syntax in ((left, first), (right, second)):
        if family(part.kind) not in ("number", "date") and part.kind.name != "month":
            raise WrongExpressionError(order_problem(part.kind, typer.span(syntax)))
        if part.kind.nullable:
            raise WrongExpressionError(null_problem(typer.span(syntax)))


def _comparable_with_null(
    typer: Typer, op: str, left: Expression, right: Expression, first: Syntax, second: Syntax
) -> None:
    other, syntax = (right, second) if left.kind.name == "null" else (left, first)
    if op not in ("=", "!="):
        raise WrongExpressionError(null_problem(typer.span(syntax)))
    if not other.kind.nullable:
        raise WrongExpressionError(
            Problem(
                "never_null",
                f"`{typer.span(syntax).text}` 从不为空，这个比较没有意义",
                f"`{typer.span(syntax).text}` is never null, so this says nothing",
                typer.span(syntax),
                "删去这个条件",
                "leave this condition out",
            )
        )


def _closed(typer: Typer, left: Expression, right: Expression, first: Syntax, second: Syntax) -> None:
    """A text compared with a closed set of texts must be able to equal it."""
    for one, other, syntax in ((left, right, second), (right, left, first)):
        if one.kind.values and isinstance(other, Literal) and isinstance(other.value, str):
            if other.value not in one.kind.values:
                raise WrongExpressionError(no_such_value(other.value, one.kind.values, typer.span(syntax)))
            return


def _between(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    value, low, high = trees(node)
    return _bounded(typer, node, sure, (value, low, high), (True, True))


def _within(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    value, interval = trees(node)
    low, high = trees(interval)
    opening, closing = (str(child) for child in interval.children if isinstance(child, Token))
    return _bounded(typer, node, sure, (value, low, high), (opening == "[", closing == "]"))


def _bounded(
    typer: Typer, node: Syntax, sure: Sure, parts: tuple[Syntax, Syntax, Syntax], closed: tuple[bool, bool]
) -> Expression:
    value, low, high = (typer.typed(part, sure) for part in parts)
    _comparable(typer, "<", value, low, parts[0], parts[1])
    _comparable(typer, "<", value, high, parts[0], parts[2])
    return Within(value, low, closed[0], high, closed[1], BOOLEAN, typer.span(node))


def _one_of(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    first, *rest = trees(node)
    value, options = typer.typed(first, sure), [typer.typed(part, sure) for part in rest]
    for option, syntax in zip(options, rest, strict=True):
        _comparable(typer, "=", value, option, first, syntax)
    return OneOf(value, tuple(options), BOOLEAN, typer.span(node))


def _contains(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    first, second = trees(node)
    value, items = typer.typed(first, sure), typer.typed(second, sure)
    element = demand_list(items, typer.span(second))
    if family(value.kind) != family(element):
        raise WrongExpressionError(kind_problem(family(element), value.kind, typer.span(first)))
    values = element.values
    if values and isinstance(value, Literal) and value.value not in values:
        raise WrongExpressionError(no_such_value(str(value.value), values, typer.span(first)))
    return Contains(value, items, BOOLEAN, typer.span(node))


COMPARISONS: dict[str, Handler] = {
    "compare": _compare,
    "between": _between,
    "within": _within,
    "one_of": _one_of,
    "contains": _contains,
}
"""By the name of the syntax (grammar.lark)."""
