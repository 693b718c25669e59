"""The walk over the syntax that types it; what each piece of syntax comes to is said by the handlers it is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lark import Token, Tree

from decision_service.language.demands import WrongExpressionError, demand, kind_problem, null_problem
from decision_service.language.kinds import BOOLEAN, family
from decision_service.language.parse import Place, Syntax
from decision_service.language.tree import Expression
from decision_service.language.vocabulary import Vocabulary
from decision_service.source import Span
from verifiers.kinds import Kind

Sure: TypeAlias = frozenset[str]
"""The paths (nullness.path) that cannot be null where a part stands."""


@dataclass(frozen=True, slots=True)
class Typer:
    """Types one expression. `handlers` are by the name of the syntax (grammar.lark)."""

    vocabulary: Vocabulary
    place: Place
    handlers: Mapping[str, "Handler"]

    def span(self, node: Syntax | Token) -> Span:
        """Where a piece of syntax stands in the file."""
        if isinstance(node, Token):
            return self.place(node.start_pos or 0, len(node))
        meta = node.meta
        if meta.empty:
            return self.place(0, 1)
        return self.place(meta.start_pos, meta.end_pos - meta.start_pos)

    def typed(self, node: Syntax, sure: Sure) -> Expression:
        """The typed tree of `node`. Raises WrongExpressionError."""
        return self.handlers[node.data](self, node, sure)

    def boolean(self, node: Syntax, sure: Sure) -> Expression:
        """The typed tree of a condition. Raises WrongExpressionError if it is none."""
        tree = self.typed(node, sure)
        demand(tree, BOOLEAN, self.span(node))
        return tree

    def operand(self, node: Syntax, sure: Sure, families: tuple[str, ...]) -> Expression:
        """The typed tree of a part that must be of one of these families, and never null. Raises
        WrongExpressionError."""
        tree = self.typed(node, sure)
        if family(tree.kind) not in families:
            raise WrongExpressionError(kind_problem(families[0], tree.kind, self.span(node)))
        if tree.kind.nullable:
            raise WrongExpressionError(null_problem(self.span(node)))
        return tree

    def binding(self, variable: str, kind: Kind) -> "Typer":
        """The same with one more variable."""
        return Typer(self.vocabulary.with_variable(variable, kind), self.place, self.handlers)


Handler: TypeAlias = Callable[[Typer, Syntax, Sure], Expression]


def trees(node: Syntax) -> list[Syntax]:
    """The parts of a piece of syntax that are no bare tokens."""
    return [child for child in node.children if isinstance(child, Tree)]
