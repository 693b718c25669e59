"""Typing logic: `and`, `or`, `not`, `if`, `some`, `every`, and what each rules out about null on the way."""

from typing import Literal

from lark import Token

from decision_service.language.demands import WrongExpressionError, demand_list, kind_problem
from decision_service.language.kinds import BOOLEAN, combined
from decision_service.language.nullness import not_null
from decision_service.language.parse import Syntax
from decision_service.language.tree import And, Expression, If, Not, Or, Quantified
from decision_service.language.typed import Handler, Sure, Typer, trees
from decision_service.source import Problem


def _either(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    return Or(_chain(typer, node, sure, truth=False), BOOLEAN, typer.span(node))


def _both(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    return And(_chain(typer, node, sure, truth=True), BOOLEAN, typer.span(node))


def _chain(typer: Typer, node: Syntax, sure: Sure, *, truth: bool) -> tuple[Expression, ...]:
    parts: list[Expression] = []
    for child in trees(node):
        parts.append(typer.boolean(child, sure))
        sure |= not_null(parts[-1], truth)
    return tuple(parts)


def _contrary(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    return Not(typer.boolean(trees(node)[0], sure), BOOLEAN, typer.span(node))


def _conditional(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    condition, then, otherwise = trees(node)
    test = typer.boolean(condition, sure)
    yes = typer.typed(then, sure | not_null(test, truth=True))
    no = typer.typed(otherwise, sure | not_null(test, truth=False))
    kind = combined(yes.kind, no.kind)
    if kind is None:
        raise WrongExpressionError(kind_problem(yes.kind.name, no.kind, typer.span(otherwise)))
    return If(test, yes, no, kind, typer.span(node))


def _quantified(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    quantifier, variable = (child for child in node.children if isinstance(child, Token))
    source, condition = trees(node)
    items = typer.typed(source, sure)
    element = demand_list(items, typer.span(source))
    name = str(variable)
    if typer.vocabulary.taken(name):
        raise WrongExpressionError(
            Problem(
                "duplicate_name",
                f"`{name}` 已另有所指",
                f"`{name}` already means something else",
                typer.span(variable),
                "换一个变量名",
                "choose another name for the variable",
            )
        )
    test = typer.binding(name, element).boolean(condition, sure)
    kind: Literal["some", "every"] = "some" if quantifier == "some" else "every"
    return Quantified(kind, name, items, test, BOOLEAN, typer.span(node))


LOGIC: dict[str, Handler] = {
    "either": _either,
    "both": _both,
    "contrary": _contrary,
    "conditional": _conditional,
    "quantified": _quantified,
}
"""By the name of the syntax (grammar.lark)."""
