"""Slips in decision tables: a wrong value, a row left out, neighbouring rows mixed up."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from decision_service.language.kinds import family
from decision_service.language.tree import Expression, Literal
from decision_service.mutating.mutant import Edit, Slip
from decision_service.mutating.writing import cell, shifted
from decision_service.policy.shape import Row, Table
from decision_service.source import Span

Changed = tuple[Slip, Table, tuple[Edit, ...]]

ORDERED = frozenset({"first", "rule order", "collect"})
"""Hit policies for which the order of the rows is part of what the table says."""


def row_slips(table: Table) -> Iterator[Changed]:
    """Every table with one slip in its rows, and the slip in the file."""
    for place, row in enumerate(table.rows):
        for index, output in enumerate(row.outputs):
            yield from _value(table, place, index, output)
    lines = [list(rows) for _, rows in groupby(table.rows, _line)]
    for place in range(len(lines)):
        if len(lines) > 1:
            yield from _without(table, lines, place)
        if place + 1 < len(lines):
            yield from _mixed(table, lines, place)


def _line(row: Row) -> int:
    return row.span.line if row.span is not None else 0


def _value(table: Table, place: int, index: int, output: Expression) -> Iterator[Changed]:
    if not isinstance(output, Literal) or output.span is None:
        return
    other = _other(table, index, output)
    if other is not None:
        row = table.rows[place]
        outputs = (*row.outputs[:index], other, *row.outputs[index + 1 :])
        rows = (*table.rows[:place], replace(row, outputs=outputs), *table.rows[place + 1 :])
        yield Slip.OUTPUT, replace(table, rows=rows), (Edit(output.span, bare(other)),)


def _other(table: Table, index: int, output: Literal) -> Literal | None:
    """Another value for an output: the next number, the contrary, the next of the permitted texts, or what another row
    of the table has."""
    value, kind = output.value, output.kind
    if isinstance(value, bool):
        return Literal(not value, kind)
    if family(kind) in ("number", "date"):
        return shifted(output, 1 if kind.name != "money" else 100)
    column = [row.outputs[index] for row in table.rows]
    texts = kind.values or tuple(str(one.value) for one in column if isinstance(one, Literal))
    others = [text for text in texts if text != value]
    return Literal(others[0], kind) if others and isinstance(value, str) else None


def bare(literal: Literal) -> str:
    """A value as an output cell has it, without quotes; an amount of whole yuan without its cents."""
    value = literal.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, Decimal) and value == int(value) else str(value)


def _without(table: Table, lines: list[list[Row]], place: int) -> Iterator[Changed]:
    kept = [row for other, line in enumerate(lines) if other != place for row in line]
    span = lines[place][0].span
    if span is not None:
        yield Slip.ROW_REMOVED, replace(table, rows=tuple(kept)), (Edit(whole_line(span), ""),)


def whole_line(span: Span) -> Span:
    """The line on which a place lies, with its end."""
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    return Span(span.source, start, len(text) if end < 0 else end + 1)


def _mixed(table: Table, lines: list[list[Row]], place: int) -> Iterator[Changed]:
    upper, lower = lines[place], lines[place + 1]
    if table.hit in ORDERED and not table.cross:
        parts = [*_swapped(upper[0], lower[0])]
        rows = [*lines[:place], lower, upper, *lines[place + 2 :]]
        yield Slip.ROWS_SWAPPED, replace(table, rows=_flat(rows)), tuple(parts)
        return
    exchanged = [replace(one, outputs=other.outputs) for one, other in zip(upper, lower, strict=True)]
    back = [replace(one, outputs=other.outputs) for one, other in zip(lower, upper, strict=True)]
    if exchanged == upper:
        return
    edits = [
        edit for one, other in zip((*upper, *lower), (*lower, *upper), strict=True) for edit in _outputs(one, other)
    ]
    rows = [*lines[:place], exchanged, back, *lines[place + 2 :]]
    yield Slip.ROWS_SWAPPED, replace(table, rows=_flat(rows)), tuple(edits)


def _flat(lines: list[list[Row]]) -> tuple[Row, ...]:
    return tuple(row for line in lines for row in line)


def _outputs(one: Row, other: Row) -> Iterator[Edit]:
    for mine, its in zip(one.outputs, other.outputs, strict=True):
        if mine.span is not None and its.span is not None and mine != its:
            yield Edit(mine.span, its.span.text)


def _swapped(upper: Row, lower: Row) -> Iterator[Edit]:
    """Two whole rows in each other's place."""
    if upper.span is not None and lower.span is not None:
        first, second = whole_line(upper.span), whole_line(lower.span)
        yield Edit(first, second.text if second.text.endswith("\n") else second.text + "\n")
        yield Edit(second, first.text)


def cell_edit(test: Expression, changed: Expression) -> Edit | None:
    """A changed test of a cell, in the file."""
    return None if test.span is None else Edit(test.span, cell(changed))
