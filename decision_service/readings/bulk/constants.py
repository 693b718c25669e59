"""Constants of the language as values of this reading."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import ibis

from decision_service.readings.bulk.columns import type_of
from decision_service.readings.bulk.days import ymd
from decision_service.readings.bulk.shapes import NULL, Items, Length, Number, Plain, Shape, Term
from verifiers.kinds import Kind, Period, Value


def constant(value: Value, kind: Kind) -> Term:
    """The term of a constant of that kind."""
    return Term(shape_of(value, kind), nullable=value is None)


def shape_of(value: Value, kind: Kind) -> Shape:
    """The value of a constant. TypeError for records, which no constant holds."""
    match value:
        case None:
            return NULL
        case bool() | str():
            return Plain(value)
        case int():
            return Number(value, abs(value))
        case Decimal():
            return exact(value)
        case date():
            return Plain(ymd(value))
        case Period():
            return Length(Number(value.months, abs(value.months)), Number(value.days, abs(value.days)))
        case tuple() if kind.item is not None:
            return Items(ibis.literal([_raw(one) for one in value], type_of(kind)), kind.item)
        case _:
            raise TypeError(f"a constant of kind {kind.name}")


def _raw(value: Value) -> object:
    """A value as a column of lists holds it."""
    match value:
        case tuple():
            return [_raw(one) for one in value]
        case Mapping():
            return {name: _raw(one) for name, one in value.items()}
        case _:
            return value


def exact(value: Decimal) -> Number:
    """A decimal as a whole number of its last places."""
    sign, digits, exponent = value.as_tuple()
    units = int("".join(map(str, digits)) or "0") * (-1 if sign else 1)
    if not isinstance(exponent, int):
        raise TypeError("no number")
    if exponent > 0:
        units, exponent = units * 10**exponent, 0
    return Number(units, abs(units), -exponent)
