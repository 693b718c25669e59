"""The shapes that a value may have as columns, and what does not depend on the language: null, same, one or another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from decision_service.readings.bulk.cells import Cell, both, either, known, negated, static, union, when
from decision_service.readings.bulk.refused import refuse
from verifiers.kinds import Kind

MOST_DIGITS = 10**28
"""The reference computes decimals to 28 digits; a number that may need more is refused."""
SMALL = 2**62
"""Up to here a number fits 64 bits, beyond it is a decimal of 38 digits."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A boolean, a text, or a day as the whole number yyyymmdd."""

    cell: Cell


@dataclass(frozen=True, slots=True)
class Number:
    """`cell` / (10 ** `scale` * `divisor`), exact. `bound`: no larger in amount than that; `divisor` has no factor
    of 2 or 5 and is 1 unless something did not divide evenly."""

    cell: Cell
    bound: int
    scale: int = 0
    divisor: int = 1


@dataclass(frozen=True, slots=True)
class Length:
    """A period: months, then days."""

    months: Number
    days: Number


@dataclass(frozen=True, slots=True)
class Items:
    """A list of a form or a register, as a column of that list."""

    cell: Cell
    item: Kind


@dataclass(frozen=True, slots=True)
class Element:
    """One record of such a list."""

    cell: Cell
    kind: Kind


@dataclass(frozen=True, slots=True)
class Rows:
    """A list that a table gives: each entry with the condition under which it is there, in order."""

    entries: tuple[tuple[Cell, "Shape"], ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """A record that a table gives."""

    fields: Mapping[str, "Shape"]


Shape: TypeAlias = Plain | Number | Length | Items | Element | Rows | Fields
NULL = Plain(None)


@dataclass(frozen=True, slots=True)
class Term:
    """A value and the causes that keep it unknown. `possible`: the bits that the mask may have; `nullable`: whether
    the value may be null where it is known."""

    shape: Shape
    mask: Cell = 0
    possible: int = 0
    nullable: bool = field(default=False)


def nothing(shape: Shape) -> bool:
    """Whether the value is the constant null."""
    return isinstance(shape, Plain) and shape.cell is None


def truth(term: Term) -> Cell:
    """A condition's column, null counting as false."""
    cell = plain(term.shape)
    if static(cell):
        return cell is True
    return cell.fill_null(False) if term.nullable else cell


def plain(shape: Shape) -> Cell:
    """The one cell of a plain value."""
    return shape.cell if isinstance(shape, Plain) else _unfit(shape)


def _unfit(shape: Shape) -> Cell:
    raise TypeError(f"{type(shape).__name__} where one column is meant")


def number(shape: Shape) -> Number:
    """A number; null is a number that is null."""
    if isinstance(shape, Plain) and shape.cell is None:
        return Number(None, 0)
    return shape if isinstance(shape, Number) else _unfit(shape)


def null(shape: Shape) -> Cell:
    """Whether the value is null."""
    match shape:
        case Plain() | Number() | Items() | Element():
            return shape.cell is None if static(shape.cell) else shape.cell.isnull()
        case Length():
            return null(shape.months)
        case Rows() | Fields():
            return False
        case _:
            assert_never(shape)


def wide(cell: Cell, bound: int) -> Cell:
    """The cell in the type that holds numbers up to `bound`."""
    if bound >= MOST_DIGITS:
        raise refuse("large_number")
    if static(cell) or bound < SMALL:
        return cell
    return cell.cast("decimal(38, 0)")


def scaled(one: Number, scale: int) -> Number:
    """The same number at a finer scale."""
    if one.scale == scale:
        return one
    factor = 10 ** (scale - one.scale)
    bound = one.bound * factor
    if one.cell is None:
        return replace(one, scale=scale)
    return Number(wide(one.cell, bound) * factor, bound, scale, one.divisor)


def aligned(*numbers: Number) -> tuple[Number, ...]:
    """The numbers over one denominator, so that their cells compare as they do."""
    scale, common = max(one.scale for one in numbers), 1
    for one in numbers:
        common *= one.divisor
    found = []
    for one in numbers:
        fine = scaled(one, scale)
        factor = common // one.divisor
        if factor != 1 and fine.cell is not None:
            fine = Number(wide(fine.cell, fine.bound * factor) * factor, fine.bound * factor, scale)
        found.append(replace(fine, divisor=common))
    return tuple(found)


def same(left: Term, right: Term) -> Cell:
    """Whether two known values are the same, null being the same as null."""
    one, other = left.shape, right.shape
    if nothing(one) or nothing(other):
        return both(null(one), null(other))
    if isinstance(one, Number) and isinstance(other, Number):
        a, b = aligned(one, other)
        return _equal(a.cell, b.cell, left.nullable and right.nullable, left.nullable or right.nullable)
    if isinstance(one, Length) and isinstance(other, Length):
        return both(
            same(replace(left, shape=one.months), replace(right, shape=other.months)),
            same(replace(left, shape=one.days), replace(right, shape=other.days)),
        )
    if isinstance(one, Plain) and isinstance(other, Plain):
        return _equal(one.cell, other.cell, left.nullable and right.nullable, left.nullable or right.nullable)
    if isinstance(one, Fields) and isinstance(other, Fields):
        return both(
            *(
                same(Term(one.fields[name], nullable=True), Term(other.fields[name], nullable=True))
                for name in one.fields
            )
        )
    raise refuse("list_equality")


def _equal(one: Cell, other: Cell, both_null: bool, one_null: bool) -> Cell:
    if static(one) and static(other):
        return one == other
    if static(one):
        one, other = other, one
    if both_null and not static(other):
        return one.identical_to(other)
    if static(other) and other is None:
        return one.isnull()
    return (one == other).fill_null(False) if one_null else one == other


def choose(condition: Cell, one: Shape, other: Shape) -> Shape:
    """One value where the condition is true, else the other."""
    if static(condition):
        return one if condition is True else other
    if one is other:
        return one
    match one, other:
        case (Plain(), Plain()):
            return Plain(when(condition, one.cell, other.cell))
        case (Number(), _) | (_, Number()):
            a, b = aligned(number(one), number(other))
            bound = max(a.bound, b.bound)
            return Number(when(condition, wide(a.cell, bound), wide(b.cell, bound)), bound, a.scale, a.divisor)
        case (Length(), Length()):
            months, days = choose(condition, one.months, other.months), choose(condition, one.days, other.days)
            return Length(number(months), number(days))
        case (Items(), Items()):
            return Items(when(condition, one.cell, other.cell), one.item)
        case (Items(), Plain(cell=None)):
            return Items(when(condition, one.cell, None), one.item)
        case (Plain(cell=None), Items()):
            return Items(when(condition, None, other.cell), other.item)
        case (Rows(), Rows()):
            first = tuple((both(condition, there), shape) for there, shape in one.entries)
            second = tuple((both(negated(condition), there), shape) for there, shape in other.entries)
            return Rows(first + second)
        case (Fields(), Fields()):
            return Fields({name: choose(condition, one.fields[name], other.fields[name]) for name in one.fields})
        case _:
            raise refuse("mixed_lists")


def conditional(condition: Term, then: Term, otherwise: Term) -> Term:
    """`if`: with the condition unknown, the branches' value where both are known and the same."""
    holds = truth(condition)
    shape = choose(holds, then.shape, otherwise.shape)
    nullable = then.nullable or otherwise.nullable
    sure = when(holds, then.mask, otherwise.mask)
    if static(condition.mask) and condition.mask == 0:
        if static(holds):
            return then if holds else otherwise
        return Term(shape, sure, then.possible | otherwise.possible, nullable)
    every = union((condition.mask, then.mask, otherwise.mask))
    equal = both(known(then.mask), known(otherwise.mask), same(then, otherwise))
    mask = when(known(condition.mask), sure, when(equal, 0, every))
    return Term(shape, mask, condition.possible | then.possible | otherwise.possible, nullable)


def conjunction(terms: list[Term]) -> Term:
    """Kleene's and."""
    return _joined(terms, wanted=False)


def disjunction(terms: list[Term]) -> Term:
    """Kleene's or."""
    return _joined(terms, wanted=True)


def _joined(terms: list[Term], *, wanted: bool) -> Term:
    """`wanted` is the value that settles it, whatever is unknown besides."""
    settles = either(*(both(known(one.mask), truth(one) if wanted else negated(truth(one))) for one in terms))
    mask = when(settles, 0, union(one.mask for one in terms))
    possible = 0
    for one in terms:
        possible |= one.possible
    return Term(Plain(settles if wanted else negated(settles)), mask, possible)
