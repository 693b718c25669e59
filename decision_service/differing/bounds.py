"""How far a number or a day reaches within a region, as exactly as can be told."""

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from decision_service.differing.asking import Asking
from decision_service.differing.atoms import Measure
from decision_service.language.tree import Literal

if TYPE_CHECKING:
    import z3

WHOLE = frozenset({"whole", "date"})
"""Kinds that have no values between one and the next."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The least and the greatest; None where there is no bound that the policies know of."""

    low: Literal | None
    low_closed: bool
    high: Literal | None
    high_closed: bool


def reach(asking: Asking, seen: "list[z3.ModelRef]", term: "z3.ArithRef", measure: Measure) -> Reach | None:
    """The reach of `term` among the applications that `asking` holds to; `seen` are some of them, and grow. None where
    neither end is bound."""
    finder = _Ends(asking, seen, term, measure)
    low, high = finder.end(1), finder.end(-1)
    if low is None and high is None:
        return None
    return Reach(low and low[0], low is not None and low[1], high and high[0], high is not None and high[1])


class _Ends:
    """Finds both ends: the greatest is the least of the contrary number, so only the sign differs."""

    def __init__(self, asking: Asking, seen: "list[z3.ModelRef]", term: "z3.ArithRef", measure: Measure) -> None:
        self.asking, self.seen, self.term = asking, seen, term
        self.kind = measure.kind
        self.whole = self.kind.name in WHOLE
        self.marks = sorted(found for one in measure.marks.values() if (found := _number(one)) is not None)

    def end(self, sign: int) -> tuple[Literal, bool] | None:
        """The bound and whether it is reached. `sign` 1: the least; -1: the greatest."""
        reached = min(self._value(model, sign) for model in self.seen)
        marks = sorted({edge for mark in self.marks for edge in self._edges(sign * mark)})
        below = [mark for mark in marks if mark <= reached]
        bound = self._last_unreached(below, sign)
        if bound is None:
            return None
        if not self.whole:
            return self._literal(sign * bound), not self._unreached(bound, sign, closed=True)
        least = self._least(int(bound), int(min(self._value(model, sign) for model in self.seen)), sign)
        return self._literal(Fraction(sign * least)), True

    def _edges(self, mark: Fraction) -> list[Fraction]:
        """Where an end can lie because of a mark: of whole numbers at the next one on either side."""
        if not self.whole:
            return [mark]
        return [Fraction(math.floor(mark)), Fraction(math.floor(mark) + 1)]

    def _last_unreached(self, marks: list[Fraction], sign: int) -> Fraction | None:
        """The greatest mark with nothing of the region below it."""
        first, last = 0, len(marks)
        while first < last:
            middle = (first + last) // 2
            if self._unreached(marks[middle], sign, closed=False):
                first = middle + 1
            else:
                last = middle
        return marks[first - 1] if first else None

    def _least(self, low: int, high: int, sign: int) -> int:
        """The least whole number that occurs, between one that none lies below and one that occurs."""
        while low < high:
            middle = (low + high) // 2
            if self._unreached(Fraction(middle), sign, closed=True):
                low = middle + 1
            else:
                high = min(middle, int(self._value(self.seen[-1], sign)))
        return low

    def _unreached(self, mark: Fraction, sign: int, *, closed: bool) -> bool:
        """Whether nothing lies below the mark (or on it)."""
        import z3

        edge = z3.RealVal(str(sign * mark)) if not self.whole else z3.IntVal(int(sign * mark))
        if sign > 0:
            beyond = self.term <= edge if closed else self.term < edge
        else:
            beyond = self.term >= edge if closed else self.term > edge
        model = self.asking.model(beyond)
        if model is not None:
            self.seen.append(model)
        return model is None

    def _value(self, model: "z3.ModelRef", sign: int) -> Fraction:
        return sign * Fraction(str(model.eval(self.term, model_completion=True)))

    def _literal(self, number: Fraction) -> Literal:
        match self.kind.name:
            case "date":
                return Literal(date.fromordinal(int(number)), self.kind)
            case "whole":
                return Literal(int(number), self.kind)
            case _:
                return Literal(Decimal(number.numerator) / Decimal(number.denominator), self.kind)


def _number(literal: Literal) -> Fraction | None:
    match literal.value:
        case bool():
            return None
        case int() | Decimal():
            return Fraction(literal.value)
        case date():
            return Fraction(literal.value.toordinal())
        case _:
            return None
