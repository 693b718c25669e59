"""Syntax to typed tree: names resolved, kinds checked, null ruled out. Every complaint is a Problem at its place."""

from decision_service.language.arithmetic import ARITHMETIC
from decision_service.language.comparisons import COMPARISONS
from decision_service.language.demands import WrongExpressionError, demand
from decision_service.language.logic import LOGIC
from decision_service.language.names import NAMES
from decision_service.language.parse import Place, parse
from decision_service.language.tree import Expression
from decision_service.language.typed import Typer
from decision_service.language.vocabulary import Vocabulary
from decision_service.source import Problem
from verifiers.kinds import Kind

__all__ = ["WrongExpressionError", "check", "demand"]

HANDLERS = {**NAMES, **LOGIC, **COMPARISONS, **ARITHMETIC}


def check(text: str, place: Place, vocabulary: Vocabulary, wanted: Kind | None = None) -> Expression | Problem:
    """The typed tree of an expression; or what is wrong. `wanted` is the kind that its place calls for."""
    syntax = parse(text, place)
    if isinstance(syntax, Problem):
        return syntax
    try:
        tree = Typer(vocabulary, place, HANDLERS).typed(syntax, frozenset())
        if wanted is not None:
            demand(tree, wanted, place(0, len(text)))
    except WrongExpressionError as error:
        return error.problem
    return tree
