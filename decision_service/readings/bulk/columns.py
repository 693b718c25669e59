"""The columns of a population: `as_of`, `form.<field>`, `<register>` (how the asking ended), `<register>.<fact>`."""

from collections.abc import Iterator, Sequence

import ibis
import ibis.expr.datatypes as dt

from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import Cell
from decision_service.readings.bulk.shapes import Element, Items, Number, Plain, Shape
from verifiers.kinds import Kind

AS_OF = "as_of"
STATUSES = ("ok", "no_record", "timeout", "error", "stale", "not_asked")
"""How asking a register ended; an empty status is not_asked."""

MOST_WHOLE = 10**9
"""Whole and decimal numbers of a population are no larger in amount, money no larger than a hundred times as much."""

SCALES = {"whole": 0, "money": 2, "decimal": 6}


def form_column(name: str) -> str:
    """The column of a form field."""
    return f"form.{name}"


def fact_column(register: str, name: str) -> str:
    """The column of one fact of a register."""
    return f"{register}.{name}"


def type_of(kind: Kind) -> dt.DataType:
    """The type of a column that holds values of this kind."""
    match kind.name:
        case "boolean":
            return dt.boolean
        case "whole":
            return dt.int64
        case "money":
            return dt.Decimal(15, 2)
        case "decimal":
            return dt.Decimal(18, 6)
        case "date":
            return dt.date
        case "list" if kind.item is not None:
            return dt.Array(type_of(kind.item))
        case "record":
            return dt.Struct({name: type_of(part) for name, part in kind.fields})
        case _:
            return dt.string


def most(kind: Kind) -> int:
    """No number of this kind is larger in amount in a population."""
    return MOST_WHOLE * 100 if kind.name == "money" else MOST_WHOLE


def value(cell: Cell, kind: Kind) -> Shape:
    """A column of that kind as a value."""
    match kind.name:
        case "date":
            return Plain(cell.year().cast("int32") * 10000 + cell.month() * 100 + cell.day())
        case "whole":
            return Number(cell, _bound(kind))
        case "money" | "decimal":
            scale = SCALES[kind.name]
            units = (cell * ibis.literal(10**scale, dt.Decimal(scale + 1, 0))).cast("int64")
            return Number(units, _bound(kind) * 10**scale, scale)
        case "list" if kind.item is not None:
            return Items(cell, kind.item)
        case "record":
            return Element(cell, kind)
        case _:
            return Plain(cell)


def _bound(kind: Kind) -> int:
    limits = [most(kind)]
    if kind.minimum is not None and kind.maximum is not None:
        limits.append(int(max(abs(kind.minimum), abs(kind.maximum))) + 1)
    return min(limits)


def columns_of(policies: Sequence[Policy]) -> Iterator[tuple[str, Kind | None]]:
    """Every column that a population of these policies may have, with its kind (None: a register's status)."""
    seen: set[str] = set()
    for policy in policies:
        yield from _once([(AS_OF, Kind("date"))], seen)
        yield from _once([(form_column(one.name), one.kind) for one in policy.fields], seen)
        for name, ask in policy.asks.items():
            kinds = ask.register.answers_when_asked_with(ask.asked_with)
            yield from _once([(name, None)], seen)
            yield from _once([(fact_column(name, fact), kind) for fact, kind in kinds.items()], seen)


def _once(found: Sequence[tuple[str, Kind | None]], seen: set[str]) -> Iterator[tuple[str, Kind | None]]:
    for name, kind in found:
        if name not in seen:
            seen.add(name)
            yield name, kind
