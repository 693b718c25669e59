"""Arithmetic on exact numbers, and days with periods."""

from dataclasses import replace

from decision_service.language.tree import Arithmetic
from decision_service.readings.bulk import days
from decision_service.readings.bulk.cells import Cell, either, static, when
from decision_service.readings.bulk.refused import NotInBulkError, refuse
from decision_service.readings.bulk.shapes import (
    NULL,
    Length,
    Number,
    Plain,
    Shape,
    Term,
    aligned,
    nothing,
    null,
    number,
    plain,
    scaled,
    wide,
)
from decision_service.source import Span


def arithmetic(node: Arithmetic, left: Term, right: Term, share: days.Share) -> Term:
    """`left op right` of known values; null where one of them is. Raises NotInBulkError."""
    nullable = left.nullable or right.nullable
    if nothing(left.shape) or nothing(right.shape):
        return Term(NULL, nullable=True)
    try:
        shape = _result(node.op, left.shape, right.shape, share)
    except NotInBulkError as error:
        raise NotInBulkError(error.zh, error.en, node.span) from None
    return unless_null((left, right), shape) if nullable else Term(shape)


def unless_null(parts: tuple[Term, ...], shape: Shape, *, nullable: bool = False) -> Term:
    """A value that is null where one of the parts is."""
    missing = either(*(null(one.shape) for one in parts if one.nullable))
    return Term(_or_null(missing, shape), nullable=nullable or missing is not False)


def _or_null(missing: Cell, shape: Shape) -> Shape:
    match shape:
        case Plain():
            return Plain(when(missing, None, shape.cell))
        case Number():
            return replace(shape, cell=when(missing, None, shape.cell))
        case Length():
            return Length(number(_or_null(missing, shape.months)), shape.days)
        case _:
            return shape


def _result(op: str, left: Shape, right: Shape, share: days.Share) -> Shape:
    if isinstance(right, Length):
        sign = 1 if op == "+" else -1
        moved = days.add_months(plain(left), right.months.cell * sign, share)
        return Plain(days.add_days(moved, right.days.cell * sign, share))
    one, other = number(left), number(right)
    match op:
        case "*":
            return _product(one, other)
        case "/":
            return _quotient(one, other)
        case _:
            return _sum(one, other, 1 if op == "+" else -1)


def _even(*numbers: Number) -> None:
    if any(one.divisor != 1 for one in numbers):
        raise refuse("inexact_quotient")


def _sum(one: Number, other: Number, sign: int) -> Number:
    _even(one, other)
    a, b = aligned(one, other)
    bound = a.bound + b.bound
    first, second = wide(a.cell, bound), wide(b.cell, bound)
    return Number(first + second if sign == 1 else first - second, bound, a.scale)


def _product(one: Number, other: Number) -> Number:
    _even(one, other)
    bound = one.bound * other.bound
    return Number(wide(one.cell, bound) * wide(other.cell, bound), bound, one.scale + other.scale)


def _quotient(one: Number, by: Number) -> Number:
    _even(one, by)
    if not static(by.cell) or not by.cell:
        raise TypeError("a divisor is a constant other than zero")
    found = one if one.scale >= by.scale else scaled(one, by.scale)
    factor, scale, left = (1 if by.cell > 0 else -1), found.scale - by.scale, abs(by.cell)
    while left % 2 == 0:
        left, factor, scale = left // 2, factor * 5, scale + 1
    while left % 5 == 0:
        left, factor, scale = left // 5, factor * 2, scale + 1
    bound = found.bound * abs(factor)
    return Number(wide(found.cell, bound) * factor, bound, scale, left)


def floor(one: Number) -> Number:
    """The whole number not above."""
    return _whole(one, up=False)


def ceiling(one: Number) -> Number:
    """The whole number not below."""
    return _whole(one, up=True)


def _whole(one: Number, *, up: bool) -> Number:
    unit = 10**one.scale * one.divisor
    if unit == 1:
        return one
    bound = one.bound + unit
    cell = wide(one.cell, bound)
    over = ((cell % unit) + unit) % unit
    lower = cell - over
    whole = when(over > 0, lower + unit, lower) if up else lower
    if static(whole):
        return Number(whole // unit, abs(whole // unit))
    return Number(whole, bound, one.scale, one.divisor) if one.divisor == 1 else _reduced(whole, bound, one)


def _reduced(whole: Cell, bound: int, one: Number) -> Number:
    """A multiple of the unit without its divisor."""
    if bound >= 2**52:
        raise refuse("inexact_quotient")
    return Number(whole // one.divisor, bound // one.divisor + 1, one.scale)


def at_place(error: NotInBulkError, span: Span | None) -> NotInBulkError:
    """The same refusal with its place."""
    return NotInBulkError(error.zh, error.en, error.span or span)
