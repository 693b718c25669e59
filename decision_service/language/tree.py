"""The typed tree: the closed union of everything an expression can say. Every reading walks this tree and no other.

Names are resolved and types checked when a tree is made (language.check); a reading need not look either up again.
Nodes compare by what they say, not by where they stand: `span` takes no part in equality.
"""

from dataclasses import dataclass, field
from typing import Literal as OneOfText
from typing import TypeAlias

from decision_service.source import Span
from verifiers.kinds import Kind, Value

Comparison = OneOfText["=", "!=", "<", "<=", ">", ">="]
Operator = OneOfText["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: a number, a text, true, false, null, a date, a period, or a parameter's value."""

    value: Value
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AsOf:
    """`as_of`: the day of the decision, fixed once per application."""

    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FormRef:
    """A field of the form."""

    field_name: str
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FactRef:
    """A field of a register's answer."""

    register: str
    field_name: str
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LetRef:
    """A name that the policy defines under `let`."""

    name: str
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class VarRef:
    """The variable of an enclosing `some` or `every`."""

    name: str
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field of a record held by a variable or yielded by a table of several outputs."""

    record: "Expression"
    field_name: str
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`. Ordering against null is false; the checker demands that null be ruled out before."""

    op: Comparison
    left: "Expression"
    right: "Expression"
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Within:
    """A unary test of S-FEEL: `[low..high)`; a missing bound is open-ended."""

    value: "Expression"
    low: "Expression | None"
    low_closed: bool
    high: "Expression | None"
    high_closed: bool
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """`value in (a, b, c)`: equal to one of them."""

    value: "Expression"
    options: tuple["Expression", ...]
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Contains:
    """`value in list`: some element of the list equals it."""

    value: "Expression"
    items: "Expression"
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """All hold (Kleene)."""

    items: tuple["Expression", ...]
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one holds (Kleene)."""

    items: tuple["Expression", ...]
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary; of an unknown, unknown."""

    item: "Expression"
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class If:
    """`if condition then a else b`. With the condition unknown: a where a = b is known, else unknown."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Quantified:
    """`some x in list satisfies p`, `every x in list satisfies p`: Or and And over the elements."""

    quantifier: OneOfText["some", "every"]
    variable: str
    items: "Expression"
    condition: "Expression"
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left op right` on numbers (decimals, exact), or a date plus or minus a period. Null in, null out."""

    op: Operator
    left: "Expression"
    right: "Expression"
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One of the closed set of functions (language.functions). Null in, null out, but for `min` and `max`."""

    function: str
    arguments: tuple["Expression", ...]
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the named table of the policy gives for its inputs."""

    table: str
    kind: Kind
    span: Span | None = field(default=None, compare=False, repr=False)


Expression: TypeAlias = (
    Literal
    | AsOf
    | FormRef
    | FactRef
    | LetRef
    | VarRef
    | FieldOf
    | Compare
    | Within
    | OneOf
    | Contains
    | And
    | Or
    | Not
    | If
    | Quantified
    | Arithmetic
    | Call
    | Lookup
)


def children(node: Expression) -> tuple[Expression, ...]:
    """The parts of a node, from left to right."""
    match node:
        case Literal() | AsOf() | FormRef() | FactRef() | LetRef() | VarRef() | Lookup():
            return ()
        case FieldOf():
            return (node.record,)
        case Compare() | Arithmetic():
            return (node.left, node.right)
        case Within():
            return tuple(part for part in (node.value, node.low, node.high) if part is not None)
        case OneOf():
            return (node.value, *node.options)
        case Contains():
            return (node.value, node.items)
        case And() | Or():
            return node.items
        case Not():
            return (node.item,)
        case If():
            return (node.condition, node.then, node.otherwise)
        case Quantified():
            return (node.items, node.condition)
        case Call():
            return node.arguments
