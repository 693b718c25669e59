"""One column of a decision table cut into atoms: stretches of values that no test of the column tells apart."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal as OneOfText
from typing import cast

from decision_service.facts import FactSheet
from decision_service.language.kinds import family
from decision_service.language.meaning import Scope, evaluate, same
from decision_service.language.tree import Compare, Expression, Literal, Not, OneOf, Or, Within, children
from decision_service.policy.shape import Table
from verifiers.kinds import Kind, Value

_NOWHERE = Scope(FactSheet(date(2026, 1, 1), {}, {}), {}, lambda name, _: name)
"""Tests of a column whose value is put in read nothing else."""

OTHER = "…"
"""What stands for every text that no test of the column names."""


@dataclass(frozen=True, slots=True)
class Atom:
    """Values of one column that its tests do not tell apart, and one of them as `sample`: `one` value; every value
    `between` low and high, None for no end, the ends left out; or every `other` value than those that are named."""

    sample: Value
    what: OneOfText["one", "between", "other"] = "one"
    low: Value = None
    high: Value = None


@dataclass(frozen=True, slots=True)
class Axis:
    """The values that a column can take, whole: atoms that part them, in order where the kind has one."""

    atoms: tuple[Atom, ...]
    ordered: bool

    @property
    def everything(self) -> int:
        """The set of all atoms, as a number with a bit for each."""
        return (1 << len(self.atoms)) - 1


def axis_of(table: Table, column: int, kind: Kind) -> Axis:
    """The atoms of one column of a table whose values are of `kind`: cut at every constant that its tests name."""
    named = [literal for row in table.rows for literal in _constants(row.tests[column])]
    atoms = list(_ordered(kind, named) if _has_order(kind) else _listed(kind, named))
    if kind.nullable and not any(atom.sample is None for atom in atoms):
        atoms.append(Atom(None))
    return Axis(tuple(atoms), _has_order(kind))


def accepted(test: Expression | None, axis: Axis, kind: Kind) -> int:
    """The atoms that a test accepts, as a number with a bit for each; `-` accepts all."""
    if test is None:
        return axis.everything
    bits = 0
    for first, last in _alike(test, axis):
        if evaluate(_put(test, Literal(axis.atoms[first].sample, kind)), _NOWHERE) is True:
            bits |= (1 << last + 1) - (1 << first)
    return bits


def _alike(test: Expression, axis: Axis) -> Iterator[tuple[int, int]]:
    """The first and the last of atoms that one test need not tell apart. In a column with an order a test changes only
    at constants of its own: in a long table those are few, and the atoms many."""
    if not axis.ordered:
        yield from ((place, place) for place in range(len(axis.atoms)))
        return
    named = [cast("Decimal", one.value) for one in _constants(test) if one.value is not None]
    places = [find(axis.atoms, value, key=_sample_of) for value in named for find in (bisect_left, bisect_right)]
    begins = sorted(place for place in {0, *places} if place < len(axis.atoms))
    yield from zip(begins, (place - 1 for place in (*begins[1:], len(axis.atoms))), strict=True)


def _sample_of(atom: Atom) -> Decimal:
    return cast("Decimal", atom.sample)


def place_of(value: Value, axis: Axis) -> int | None:
    """Which atom a value lies in; None where it is of no atom (a text that a closed kind does not name)."""
    rest = None
    for place, atom in enumerate(axis.atoms):
        match atom.what:
            case "one" if same(atom.sample, value):
                return place
            case "between" if value is not None and _between(value, atom):
                return place
            case "other":
                rest = place
            case _:
                pass
    return rest


def _between(value: Value, atom: Atom) -> bool:
    number = cast("Decimal", value)
    above = atom.low is None or number > cast("Decimal", atom.low)
    return above and (atom.high is None or number < cast("Decimal", atom.high))


def _has_order(kind: Kind) -> bool:
    """Cells give a column that may be null no order."""
    return not kind.nullable and (family(kind) in ("number", "date") or kind.name == "month")


def _constants(test: Expression | None) -> Iterator[Literal]:
    """The constants of a test: it is made of comparisons of the column with constants and of nothing else."""
    match test:
        case None:
            return
        case Literal():
            yield test
        case Compare():
            yield from _constants(test.right)
        case Within():
            yield from (one for one in (test.low, test.high) if isinstance(one, Literal))
        case OneOf():
            yield from (one for one in test.options if isinstance(one, Literal))
        case _:
            for child in children(test):
                yield from _constants(child)


def _put(test: Expression, value: Literal) -> Expression:
    """The test with the column's value put in."""
    match test:
        case Compare():
            return Compare(test.op, value, test.right, test.kind)
        case Within():
            return Within(value, test.low, test.low_closed, test.high, test.high_closed, test.kind)
        case OneOf():
            return OneOf(value, test.options, test.kind)
        case Not():
            return Not(_put(test.item, value), test.kind)
        case Or():
            return Or(tuple(_put(one, value) for one in test.items), test.kind)
        case _:
            raise TypeError(f"{type(test).__name__} is no test of a cell")


def _listed(kind: Kind, named: list[Literal]) -> Iterator[Atom]:
    """Truths, and texts one by one; those of an open kind that are not named are one atom together."""
    if kind.name == "boolean":
        yield from (Atom(False), Atom(True))
        return
    seen: dict[Value, None] = dict.fromkeys(kind.values)
    seen.update(dict.fromkeys(literal.value for literal in named))
    yield from (Atom(value) for value in seen)
    if not kind.values:
        yield Atom(OTHER, "other")


def _ordered(kind: Kind, named: list[Literal]) -> Iterator[Atom]:
    """Each constant, and each stretch between two that holds a value of the kind."""
    values = dict.fromkeys(literal.value for literal in named)
    cuts = sorted(cast("list[Decimal]", [one for one in values if one is not None and _allowed(one, kind)]))
    low: Value = None
    for cut in cuts:
        yield from _stretch(low, cut, kind)
        if kind.name != "whole" or cut == int(cut):
            yield Atom(cut)
        low = cut
    yield from _stretch(low, None, kind)


def _allowed(value: Value, kind: Kind) -> bool:
    if not isinstance(value, int | Decimal):
        return True
    above = kind.minimum is None or value >= kind.minimum
    return above and (kind.maximum is None or value <= kind.maximum)


def _stretch(low: Value, high: Value, kind: Kind) -> Iterator[Atom]:
    """The values between two cuts, which are no part of it: nothing where there is none."""
    sample = _sample(low, high, kind)
    if sample is not None:
        yield Atom(sample, "between", low, high)


def _sample(low: Value, high: Value, kind: Kind) -> Value:
    match kind.name:
        case "date":
            return _day(cast("date | None", low), cast("date | None", high))
        case "month":
            return _month(cast("str | None", low), cast("str | None", high))
        case "whole":
            return _whole(cast("Decimal | None", low), cast("Decimal | None", high), kind)
        case _:
            return _number(cast("Decimal | None", low), cast("Decimal | None", high), kind)


def _number(low: Decimal | None, high: Decimal | None, kind: Kind) -> Value:
    bottom = kind.minimum if low is None else low
    top = kind.maximum if high is None else high
    if bottom is None or top is None:
        return Decimal(0) if bottom is top else Decimal(top or 0) - 1 if bottom is None else Decimal(bottom) + 1
    empty = bottom >= top and (low is not None or high is not None)
    return None if empty else (Decimal(bottom) + Decimal(top)) / 2


def _whole(low: Decimal | None, high: Decimal | None, kind: Kind) -> Value:
    bottom = kind.minimum if low is None else Decimal(low).to_integral_value(ROUND_FLOOR) + 1
    top = kind.maximum if high is None else Decimal(high).to_integral_value(ROUND_CEILING) - 1
    if bottom is None or top is None:
        return 0 if bottom is top else int(top or 0) if bottom is None else int(bottom)
    return int(bottom) if bottom <= top else None


def _day(low: date | None, high: date | None) -> Value:
    if low is None:
        return date(2026, 1, 1) if high is None else high - timedelta(1) if high > date.min else None
    last = date.max if high is None else high - timedelta(1)
    return low + timedelta(1) if low < last else None


def _month(low: str | None, high: str | None) -> Value:
    if low is None:
        return "2026-01" if high is None else _moved(high, -1)
    after = _moved(low, 1)
    return after if after is not None and (high is None or after < high) else None


def _moved(month: str, by: int) -> str | None:
    """The month after or before; None where there is none in years of four digits."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{count // 12:04}-{count % 12 + 1:02}" if 12 <= count < 120000 else None
