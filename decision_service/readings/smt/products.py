"""Products of two unknowns, kept linear as far as they can be: a solver that has to multiply may give up."""

from collections.abc import Callable
from fractions import Fraction
from typing import cast

import z3

from decision_service.readings.smt import numbers
from decision_service.readings.smt.formulas import Formula, conj
from decision_service.readings.smt.numbers import Exact, Number, Raw, constant

_MOST_DIGITS = 10
"""It is split over the binary digits of one where it has no more of them."""
_MOST_CASES = 48
"""A product of two unknowns is split over the values of one of them where there are no more of them."""


def times(left: Number, right: Number) -> Number:
    """The product. Of two unknowns it is split over the values of one of them where these are few, or over the binary
    digits of a whole one as far as it is not below zero; else it is not linear, which the solver may have to give up
    on."""
    if left.constant is not None:
        return numbers.scaled(right, left.constant)
    if right.constant is not None:
        return numbers.scaled(left, right.constant)
    for one, other in ((left, right), (right, left)):
        split = split_over(one, lambda value, other=other: numbers.scaled(other, value))  # type: ignore[misc]  # the default binds the loop's value
        if split is not None:
            return split
    low, high = _bounds_of_product(left, right)
    for one, other in ((left, right), (right, left)):
        usual = _usually(one, other)
        if usual is not None:
            return Number(usual, low, high)
    return Number(left.term * right.term, low, high)


def _bounds_of_product(left: Number, right: Number) -> tuple[Exact | None, Exact | None]:
    edges = (left.low, left.high, right.low, right.high)
    if any(edge is None for edge in edges):
        return None, None
    ends = [cast("Exact", a) * cast("Exact", b) for a in edges[:2] for b in edges[2:]]
    return min(ends), max(ends)


def _usually(factor: Number, other: Number) -> "z3.ArithRef | None":
    """The product split over the values, or the binary digits, of a whole factor that has a small upper bound: where it
    is not below zero, as numbers mostly are that rules calculate with. None where it has no such bound."""
    if not (factor.whole and isinstance(factor.high, int) and 0 < factor.high < 2**_MOST_DIGITS):
        return None
    above = Number(factor.term, max(cast("int", factor.low or 0), 0), factor.high)
    found = split_over(above, lambda value: numbers.scaled(other, value)) or _by_digits(above, other)
    if factor.low is not None and factor.low >= 0:
        return found.term
    return numbers.pick(numbers.less(factor, constant(0)), Number(factor.term * other.term), found).term


def _by_digits(factor: Number, other: Number) -> Number:
    """The product as a sum over the binary digits of a factor that is not below zero."""
    total = none = constant(0 if other.whole else Fraction(0))
    left = factor.term
    for place in range(int(cast("int", factor.high)).bit_length()):
        total = numbers.plus(total, numbers.pick(left % 2 == 1, numbers.scaled(other, 2**place), none))
        left = left / 2
    return total


def split_over(number: Number, work: Callable[[Exact], Number]) -> Number | None:
    """`work` of each value that the number may have, joined again; None where these are unknown or too many.

    Values come from the bounds of a whole number, or from a number that only ever is one of some constants.
    """
    cases = _cases(number.expr)
    if cases is not None:
        found = work(cases[-1][1])
        for guard, value in reversed(cases[:-1]):
            found = numbers.pick(guard, work(value), found)
        return found
    if not (number.whole and isinstance(number.low, int) and isinstance(number.high, int)):
        return None
    if number.high - number.low >= _MOST_CASES:
        return None
    found = work(number.high)
    for value in range(number.high - 1, number.low - 1, -1):
        found = numbers.pick(number.term == value, work(value), found)
    return found


def _cases(expr: Raw) -> list[tuple[Formula, Exact]] | None:
    """The constants that an if-then-else tree ends in, each with when (the first that holds); None if others do."""
    found: list[tuple[Formula, Exact]] = []

    def walk(node: "Raw", guard: Formula) -> bool:
        if len(found) > _MOST_CASES:
            return False
        if isinstance(node, int | Fraction):
            found.append((guard, node))
            return True
        if z3.is_int_value(node):
            found.append((guard, node.as_long()))
            return True
        if z3.is_rational_value(node):
            found.append((guard, Fraction(node.numerator_as_long(), node.denominator_as_long())))
            return True
        if z3.is_app_of(node, z3.Z3_OP_ITE):
            condition = cast("Formula", node.arg(0))
            return walk(node.arg(1), conj(guard, condition)) and walk(node.arg(2), guard)
        return False

    return found if walk(expr, guard=True) and found else None
