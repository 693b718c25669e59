"""Comparisons of known values as columns. Null is the same as null and neither before nor after anything."""

from collections.abc import Callable, Mapping, Sequence
from operator import ge, gt, le, lt

from decision_service.readings.bulk.cells import Cell, both, either, negated, static
from decision_service.readings.bulk.shapes import Number, Plain, Term, aligned, nothing, null, number, plain, same

ORDER: Mapping[str, Callable[[Cell, Cell], Cell]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def compare(op: str, left: Term, right: Term) -> Cell:
    """Whether `left op right`."""
    if op == "=":
        return same(left, right)
    if op == "!=":
        return negated(same(left, right))
    if nothing(left.shape) or nothing(right.shape):
        return False
    if isinstance(left.shape, Number) or isinstance(right.shape, Number):
        one, other = aligned(number(left.shape), number(right.shape))
        found = ORDER[op](one.cell, other.cell)
    else:
        found = ORDER[op](plain(left.shape), plain(right.shape))
    return found.fill_null(False) if (left.nullable or right.nullable) and not static(found) else found


def within(value: Term, low: Term | None, low_closed: bool, high: Term | None, high_closed: bool) -> Cell:
    """Whether the value lies between the bounds; a bound that is not there is open."""
    above = True if low is None else compare(">=" if low_closed else ">", value, low)
    below = True if high is None else compare("<=" if high_closed else "<", value, high)
    return both(negated(null(value.shape)) if value.nullable else True, above, below)


def one_of(value: Term, options: Sequence[Term]) -> Cell:
    """Whether the value is the same as one of the options."""
    shape = value.shape
    if not isinstance(shape, Plain) or static(shape.cell):
        return either(*(same(value, one) for one in options))
    listed: list[Cell] = []
    others: list[Cell] = []
    for one in options:
        if isinstance(one.shape, Plain) and static(one.shape.cell) and one.shape.cell is not None:
            listed.append(one.shape.cell)
        else:
            others.append(same(value, one))
    if len(listed) == 1:
        others.append(same(value, Term(Plain(listed[0]))))
    elif listed:
        found = shape.cell.isin(listed)
        others.append(found.fill_null(False) if value.nullable else found)
    return either(*others)
