"""Cells: a constant of Python, or an Ibis column. What is known beforehand folds away, so the SQL stays small.

A mask is a whole number, one bit for each cause (facts.Why) that keeps a value unknown; 0 says that it is known. Masks
are never null. A value is right where its mask is 0 and may be anything, null too, elsewhere.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Any, TypeAlias

import ibis
from ibis.expr.types import Value as Column

from decision_service.facts import Why

Cell: TypeAlias = Any
"""A constant (bool, int, str, None) or an Ibis column; operators work on both, which no narrower type says."""

BIT = {why: 1 << place for place, why in enumerate(Why)}
"""The bit of each cause."""


def static(cell: Cell) -> bool:
    """Whether a cell is a constant."""
    return not isinstance(cell, Column)


def column(cell: Cell, kind: str) -> Column:
    """A cell as a column of that Ibis type."""
    if static(cell):
        return ibis.null(kind) if cell is None else ibis.literal(cell, kind)
    return cell


def both(*cells: Cell) -> Cell:
    """And. A constant null among the cells counts as false."""
    left = [cell for cell in cells if cell is not True]
    if any(static(cell) for cell in left):
        return False
    return reduce(lambda one, other: one & other, left) if left else True


def either(*cells: Cell) -> Cell:
    """Or. A constant null among the cells counts as false."""
    left = [cell for cell in cells if not (static(cell) and cell is not True)]
    if any(cell is True for cell in left):
        return True
    return reduce(lambda one, other: one | other, left) if left else False


def negated(cell: Cell) -> Cell:
    """Not."""
    return cell is not True if static(cell) else ~cell


def when(condition: Cell, then: Cell, otherwise: Cell) -> Cell:
    """`then` where the condition is true, else `otherwise` (also where the condition is null)."""
    if static(condition):
        return then if condition is True else otherwise
    if static(then) and static(otherwise) and type(then) is type(otherwise) and then == otherwise:
        return then
    if then is otherwise:
        return then
    if then is None and otherwise is None:
        return None
    one = ibis.null() if then is None else then
    other = ibis.null() if otherwise is None else otherwise
    return ibis.ifelse(condition, one, other)


def union(masks: Iterable[Cell]) -> Cell:
    """The causes of all the masks."""
    constant, rest, seen = 0, [], set()
    for mask in masks:
        if static(mask):
            constant |= mask
        elif mask.op() not in seen:
            seen.add(mask.op())
            rest.append(mask)
    if not rest:
        return constant
    if constant:
        rest.append(ibis.literal(constant, "int32"))
    return reduce(lambda one, other: one | other, rest)


def known(mask: Cell) -> Cell:
    """Whether nothing keeps the value unknown."""
    return mask == 0


def has(mask: Cell, bits: int) -> Cell:
    """Whether one of these causes is in the mask."""
    return (mask & bits) != 0


def lowest(cells: Iterable[Cell]) -> Cell:
    """The least of some whole numbers; there is at least one."""
    return _extreme(list(cells), least=True)


def highest(cells: Iterable[Cell]) -> Cell:
    """The greatest of some whole numbers; there is at least one."""
    return _extreme(list(cells), least=False)


def _extreme(cells: list[Cell], *, least: bool) -> Cell:
    constants = [cell for cell in cells if static(cell)]
    columns = [cell for cell in cells if not static(cell)]
    constant = [min(constants) if least else max(constants)] if constants else []
    if not columns:
        return constant[0]
    parts = [*columns, *constant]
    if len(parts) == 1:
        return parts[0]
    return ibis.least(*parts) if least else ibis.greatest(*parts)
