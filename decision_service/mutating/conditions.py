"""Slips of the pen in expressions: each node's neighbours, as other nodes."""

from collections.abc import Iterator
from dataclasses import replace

from decision_service.language.kinds import BOOLEAN, family
from decision_service.language.tree import (
    And,
    Arithmetic,
    Call,
    Compare,
    Comparison,
    Contains,
    Expression,
    FactRef,
    FieldOf,
    FormRef,
    LetRef,
    Literal,
    Not,
    OneOf,
    Or,
    Quantified,
    VarRef,
    Within,
    children,
)
from decision_service.mutating.mutant import Slip
from decision_service.mutating.writing import shifted
from verifiers.kinds import Kind

Other = tuple[Slip, Expression, Expression]
"""A slip, the node that it is about, and what stands there instead."""

OPERATORS: dict[Comparison, tuple[Comparison, ...]] = {
    ">=": (">", "<"),
    ">": (">=", "<="),
    "<=": ("<", ">"),
    "<": ("<=", ">="),
    "=": ("!=",),
    "!=": ("=",),
}
"""The operators that one is taken for: the end of the range forgotten or counted in, and the contrary."""


def slips(node: Expression, *, cell: bool = False) -> Iterator[Other]:
    """The slips in `node` and all its parts. `cell`: it is a test of a table, whose input is not a part of it."""
    bounds: tuple[Expression | None, ...] = ()
    match node:
        case Compare():
            yield from _compared(node, cell=cell)
            bounds = (node.left, node.right)
        case Within():
            yield from _bounded(node)
            bounds = (node.low, node.high)
        case OneOf():
            yield from _options(node, cell=cell)
            bounds = node.options
        case And() | Or():
            yield from _joined(node, cell=cell)
        case Not() if not cell and _written(node):
            yield Slip.NEGATED, node, node.item
        case Quantified():
            yield Slip.QUANTIFIER, node, _quantified(node)
        case Contains() | FormRef() | FactRef() | LetRef() | VarRef() | FieldOf() | Call():
            if node.kind.name == "boolean":
                yield Slip.NEGATED, node, Not(node, BOOLEAN)
        case _:
            pass
    value = node.value if isinstance(node, Within | OneOf) else node.left if isinstance(node, Compare) else None
    for child in children(node):
        if isinstance(child, Literal) and not any(child is one for one in bounds):
            yield from _constant(child)
        elif not (cell and child is value):
            yield from _negatable(node, child, cell=cell)


def _quantified(node: Quantified) -> Quantified:
    return replace(node, quantifier="every" if node.quantifier == "some" else "some", span=None)


def _negatable(node: Expression, child: Expression, *, cell: bool) -> Iterator[Other]:
    """The slips of a part; under a `not` the part is not made its contrary again, which leaving out the `not` does."""
    for slip, about, other in slips(child, cell=cell):
        if not (isinstance(node, Not) and _written(node) and about is child and slip is Slip.NEGATED):
            yield slip, about, other


def _written(node: Not) -> bool:
    """Whether a `not` stands in the file: the rule of a commitment is the contrary of the `when` that does."""
    return node.span != node.item.span


def _compared(node: Compare, *, cell: bool) -> Iterator[Other]:
    if not (cell and node.op == "="):
        for op in OPERATORS[node.op]:
            yield Slip.OPERATOR, node, replace(node, op=op, span=None)
    for side in (node.left, node.right):
        if isinstance(side, Literal):
            yield from _beside(side)


def _beside(bound: Literal) -> Iterator[Other]:
    """A bound one step lower and one step higher; a parameter's name stays, and something is added to it."""
    for steps in (-1, 1):
        moved = shifted(bound, steps)
        if moved is None:
            continue
        if _is_named(bound):
            step = shifted(Literal(0, bound.kind), 1)
            if step is not None:
                yield Slip.BOUND, bound, Arithmetic("+" if steps > 0 else "-", bound, step, _sum(bound.kind))
        else:
            yield Slip.BOUND, bound, moved


def _is_named(literal: Literal) -> bool:
    """Whether a constant stands in the file by a parameter's name."""
    return literal.span is not None and family(literal.kind) == "number" and literal.span.text[:1].isalpha()


def _sum(kind: Kind) -> Kind:
    return Kind(kind.name)


def _bounded(node: Within) -> Iterator[Other]:
    if node.low is not None:
        yield Slip.OPERATOR, node, replace(node, low_closed=not node.low_closed, span=None)
    if node.high is not None:
        yield Slip.OPERATOR, node, replace(node, high_closed=not node.high_closed, span=None)
    for bound in (node.low, node.high):
        if isinstance(bound, Literal):
            yield from _beside(bound)


def _options(node: OneOf, *, cell: bool) -> Iterator[Other]:
    if not cell:
        yield Slip.NEGATED, node, Not(node, BOOLEAN)
    for place in range(len(node.options)):
        left = node.options[:place] + node.options[place + 1 :]
        if cell and len(left) == 1:
            yield Slip.DROPPED, node, Compare("=", node.value, left[0], BOOLEAN)
        elif left:
            yield Slip.DROPPED, node, replace(node, options=left, span=None)


def _joined(node: And | Or, *, cell: bool) -> Iterator[Other]:
    if not cell:
        other = Or if isinstance(node, And) else And
        yield Slip.JOIN, node, other(node.items, BOOLEAN)
    for place in range(len(node.items)):
        left = node.items[:place] + node.items[place + 1 :]
        yield Slip.DROPPED, node, left[0] if len(left) == 1 else replace(node, items=left, span=None)


def _constant(literal: Literal) -> Iterator[Other]:
    """A number in a calculation, one step higher."""
    moved = shifted(literal, 1)
    if moved is not None and not _is_named(literal):
        yield Slip.CONSTANT, literal, moved
