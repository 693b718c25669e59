"""Numbers of the encoding, exact: whole ones are integers of Z3, decimals and amounts are its reals, never floats.

Each carries the bounds that follow from how it was made, so that comparisons which the bounds settle need no solver.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import z3

from decision_service.readings.smt.formulas import Formula, neg

Exact: TypeAlias = int | Fraction
Raw: TypeAlias = "Exact | z3.ArithRef"


@dataclass(frozen=True, slots=True)
class Number:
    """A number: a Python constant or a term of Z3, and its bounds where they are known."""

    expr: Raw
    low: Exact | None = None
    high: Exact | None = None

    @property
    def constant(self) -> Exact | None:
        """Its value where it is a constant."""
        return self.expr if isinstance(self.expr, int | Fraction) else None

    @property
    def term(self) -> "z3.ArithRef":
        """The number as Z3 has it."""
        return lifted(self.expr)

    @property
    def whole(self) -> bool:
        """Whether it is an integer by its making."""
        return isinstance(self.expr, int) or (not isinstance(self.expr, Fraction) and bool(self.expr.is_int()))


def lifted(expr: Raw) -> "z3.ArithRef":
    """A constant as a term of Z3."""
    if isinstance(expr, int):
        return z3.IntVal(expr)
    return z3.RealVal(f"{expr.numerator}/{expr.denominator}") if isinstance(expr, Fraction) else expr


def constant(value: int | Decimal | Fraction) -> Number:
    """A known number; exact."""
    exact: Exact = value if isinstance(value, int) else Fraction(value)
    return Number(exact, exact, exact)


def unknown(expr: "z3.ArithRef", low: Exact | None = None, high: Exact | None = None) -> Number:
    """A symbol with bounds that the caller asserts."""
    return Number(expr, low, high)


def _both(left: Number, right: Number, work: Callable[[Exact, Exact], Exact]) -> Number | None:
    if left.constant is None or right.constant is None:
        return None
    return constant(work(left.constant, right.constant))


def _bound(left: Exact | None, right: Exact | None, work: Callable[[Exact, Exact], Exact]) -> Exact | None:
    return None if left is None or right is None else work(left, right)


def plus(left: Number, right: Number) -> Number:
    """The sum."""
    known = _both(left, right, lambda a, b: a + b)
    if known is not None:
        return known
    for one, other in ((left, right), (right, left)):
        if one.constant == 0 and one.whole:
            return other
    low, high = _bound(left.low, right.low, lambda a, b: a + b), _bound(left.high, right.high, lambda a, b: a + b)
    return Number(left.term + right.term, low, high)


def negative(number: Number) -> Number:
    """Minus the number."""
    if number.constant is not None:
        return constant(-number.constant)
    low = None if number.high is None else -number.high
    high = None if number.low is None else -number.low
    return Number(-number.term, low, high)


def minus(left: Number, right: Number) -> Number:
    """The difference."""
    return plus(left, negative(right))


def scaled(number: Number, factor: Exact) -> Number:
    """The product with a constant."""
    if number.constant is not None:
        return constant(number.constant * factor)
    if factor == 0:
        return constant(0 if number.whole and isinstance(factor, int) else Fraction(0))
    low, high = (None if edge is None else edge * factor for edge in (number.low, number.high))
    low, high = (low, high) if factor > 0 else (high, low)
    return number if factor == 1 and isinstance(factor, int) else Number(lifted(factor) * number.term, low, high)


def divided(number: Number, divisor: Exact) -> Number:
    """The quotient by a constant other than zero, exact; a real even where it comes out whole."""
    by = Fraction(1) / Fraction(divisor)
    if number.constant is not None:
        return constant(Fraction(number.constant) * by)
    return scaled(Number(z3.ToReal(number.term) if number.whole else number.term, number.low, number.high), by)


def floor_div(number: Number, divisor: int) -> Number:
    """A whole number divided by a positive constant, rounded down."""
    if number.constant is not None:
        return constant(number.constant // divisor)
    low, high = (None if edge is None else edge // divisor for edge in (number.low, number.high))
    if low is not None and low == high:
        return constant(low)
    return number if divisor == 1 else Number(number.term / z3.IntVal(divisor), low, high)


def remainder(number: Number, divisor: int) -> Number:
    """What `floor_div` leaves."""
    if number.constant is not None:
        return constant(number.constant % divisor)
    return Number(number.term % z3.IntVal(divisor), 0, divisor - 1)


def less(left: Number, right: Number) -> Formula:
    """Whether the first is below the second."""
    if left.high is not None and right.low is not None and left.high < right.low:
        return True
    if left.low is not None and right.high is not None and left.low >= right.high:
        return False
    return left.term < right.term


def at_most(left: Number, right: Number) -> Formula:
    """Whether the first is not above the second."""
    return neg(less(right, left))


def equal(left: Number, right: Number) -> Formula:
    """Whether both are the same number."""
    if left.constant is not None and right.constant is not None:
        return left.constant == right.constant
    for one, other in ((left, right), (right, left)):
        if one.low is not None and other.high is not None and one.low > other.high:
            return False
    return True if left.term.eq(right.term) else left.term == right.term


def pick(condition: Formula, then: Number, otherwise: Number) -> Number:
    """`then` where the condition is true, else `otherwise`."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then.constant is not None and then.constant == otherwise.constant and then.whole == otherwise.whole:
        return then
    if then.term.eq(otherwise.term):
        return then
    low, high = _bound(then.low, otherwise.low, min), _bound(then.high, otherwise.high, max)
    if then.whole != otherwise.whole:
        return Number(z3.If(condition, _real(then), _real(otherwise)), low, high)
    return Number(z3.If(condition, then.term, otherwise.term), low, high)


def _real(number: Number) -> "z3.ArithRef":
    return z3.ToReal(number.term) if number.whole else number.term


def least(numbers: list[Number]) -> Number:
    """The smallest of at least one."""
    found = numbers[0]
    for number in numbers[1:]:
        merged = pick(less(number, found), number, found)
        found = Number(merged.expr, _tighter(found.low, number.low, min), _capped(found.high, number.high, min))
    return found


def greatest(numbers: list[Number]) -> Number:
    """The largest of at least one."""
    found = numbers[0]
    for number in numbers[1:]:
        merged = pick(less(found, number), number, found)
        found = Number(merged.expr, _capped(found.low, number.low, max), _tighter(found.high, number.high, max))
    return found


def _tighter(left: Exact | None, right: Exact | None, work: Callable[[Exact, Exact], Exact]) -> Exact | None:
    return None if left is None or right is None else work(left, right)


def _capped(left: Exact | None, right: Exact | None, work: Callable[[Exact, Exact], Exact]) -> Exact | None:
    known = [edge for edge in (left, right) if edge is not None]
    return work(*known) if len(known) == 2 else (known[0] if known else None)


def rounded_down(number: Number) -> Number:
    """The largest whole number not above it; what was no whole number by its making stays none."""
    if number.whole:
        return number
    if number.constant is not None:
        return constant(Fraction(math.floor(number.constant)))
    low, high = (None if edge is None else Fraction(math.floor(edge)) for edge in (number.low, number.high))
    return Number(z3.ToReal(z3.ToInt(number.term)), low, high)


def rounded_up(number: Number) -> Number:
    """The smallest whole number not below it."""
    return number if number.whole else negative(rounded_down(negative(number)))
