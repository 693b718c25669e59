"""When two expressions are the same once every name in them is written out: the same number then, else another.

Names under `let`, tables and bound variables are looked through, so that renaming one or writing it out is no change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
from decision_service.policy.shape import Policy, Table

Numbers = dict[tuple[object, ...], int]
"""What was spelled so far, shared between the policies that are compared."""


@dataclass(slots=True)
class Spelling:
    """Numbers the expressions of one policy."""

    policy: Policy
    numbers: Numbers
    lets: dict[str, int] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)

    def of(self, node: Expression | None, bound: Mapping[str, int] | None = None) -> int:
        """The number of what `node` says; of None, that nothing is said. `bound` is how deep each variable lies."""
        variables = bound or {}
        match node:
            case None:
                return self._number("nothing")
            case LetRef():
                return self._let(node.name)
            case Lookup():
                return self.table(self.policy.tables[node.table])
            case VarRef():
                return self._number("variable", variables[node.name])
            case Quantified():
                inner = {**variables, node.variable: len(variables)}
                parts = (self.of(node.items, variables), self.of(node.condition, inner))
                return self._number(node.quantifier, *parts)
            case _:
                return self._number(*_head(node), *(self.of(part, variables) for part in children(node)))

    def table(self, table: Table) -> int:
        """The number of what a table gives."""
        if table.name not in self.tables:
            rows = tuple((*map(self.of, row.tests), *map(self.of, row.outputs)) for row in table.rows)
            outputs = tuple(name for name, _ in table.outputs) if len(table.outputs) > 1 else ()
            priority = tuple(map(self.of, table.priority))
            self.tables[table.name] = self._number("table", table.hit, outputs, rows, priority)
        return self.tables[table.name]

    def _let(self, name: str) -> int:
        if name not in self.lets:
            value = next(let.value for let in self.policy.lets if let.name == name)
            self.lets[name] = self.of(value)
        return self.lets[name]

    def _number(self, *what: object) -> int:
        return self.numbers.setdefault(what, len(self.numbers))


_Plain = (
    Literal | AsOf | FormRef | FactRef | FieldOf | Compare | Within | OneOf | Contains | And | Or | Not | If
    | Arithmetic | Call
)  # fmt: skip


def _head(node: _Plain) -> tuple[object, ...]:
    """What a node says besides its parts."""
    name = type(node).__name__
    match node:
        case Literal():
            return (name, node.kind.name, repr(node.value))
        case FormRef() | FieldOf():
            return (name, node.field_name)
        case FactRef():
            return (name, node.register, node.field_name)
        case Compare() | Arithmetic():
            return (name, node.op)
        case Within():
            return (name, node.low is None, node.low_closed, node.high is None, node.high_closed)
        case Call():
            return (name, node.function)
        case AsOf() | OneOf() | Contains() | And() | Or() | Not() | If():
            return (name,)
