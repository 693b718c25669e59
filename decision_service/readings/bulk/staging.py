"""Columns in successive projections: what several expressions share is computed once, and no expression explodes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import ibis
import ibis.expr.operations as ops
from ibis.expr.types import Table

from decision_service.readings.bulk.cells import Cell, static
from decision_service.readings.bulk.shapes import (
    Element,
    Fields,
    Items,
    Length,
    Number,
    Plain,
    Rows,
    Shape,
    Term,
    number,
)

Key = TypeVar("Key")

LARGE = 120
"""From so many nodes on an expression that is used again is worth a column."""


class Stages:
    """A table that grows by columns. What is kept stands in a column of its own from the next projection on.

    `history`: the new columns of each projection over `base`, as cells of the table before; of the first `settled`
    projections all that comes of them is read from their columns, never worked out again."""

    def __init__(self, table: Table) -> None:
        self.base = self.table = table
        self.history: list[Mapping[str, Cell]] = []
        self.settled = 0
        self._columns: dict[object, Cell] = {}
        self._count = 0
        self._weights: dict[object, int] = {}

    def keep(self, terms: Mapping[Key, Term]) -> dict[Key, Term]:
        """The same terms over columns of their own; equal expressions share one."""
        self._compute([cell for term in terms.values() for cell in (*_cells(term.shape), term.mask)])
        return {
            key: replace(term, shape=self._shape(term.shape), mask=self._kept(term.mask)) for key, term in terms.items()
        }

    def keep_cells(self, cells: Mapping[Key, Cell]) -> dict[Key, Cell]:
        """The same for bare cells."""
        self._compute(list(cells.values()))
        return {key: self._kept(cell) for key, cell in cells.items()}

    def share(self, cell: Cell) -> Cell:
        """A cell in a column of its own, if it is large enough to be worth it."""
        return cell if static(cell) or self._weight(cell.op()) < LARGE else self.keep_cells({"": cell})[""]

    def _weight(self, operation: ops.Node) -> int:
        """How many nodes the expression has, written out."""
        if isinstance(operation, ops.Field | ops.Literal | ops.Argument):
            return 1
        if operation not in self._weights:
            self._weights[operation] = 1 + sum(self._weight(one) for one in operation.__children__)
        return self._weights[operation]

    def _compute(self, cells: list[Cell]) -> None:
        new: dict[str, Cell] = {}
        names: dict[object, str] = {}
        for cell in cells:
            if static(cell) or isinstance(cell.op(), ops.Field) or cell.op() in self._columns or cell.op() in names:
                continue
            name = f"v{self._count}"
            self._count += 1
            new[name] = cell
            names[cell.op()] = name
        if new:
            self.history.append(new)
            self.table = self.table.mutate(**new)
            self._columns |= {operation: self.table[name] for operation, name in names.items()}

    def _kept(self, cell: Cell) -> Cell:
        return cell if static(cell) else self._columns.get(cell.op(), cell)

    def _shape(self, shape: Shape) -> Shape:
        match shape:
            case Plain() | Number() | Items() | Element():
                return replace(shape, cell=self._kept(shape.cell))
            case Length():
                return Length(number(self._shape(shape.months)), number(self._shape(shape.days)))
            case Rows():
                return Rows(tuple((self._kept(there), self._shape(one)) for there, one in shape.entries))
            case Fields():
                return Fields({name: self._shape(one) for name, one in shape.fields.items()})


def _cells(shape: Shape) -> list[Cell]:
    match shape:
        case Plain() | Number() | Items() | Element():
            return [shape.cell]
        case Length():
            return [shape.months.cell, shape.days.cell]
        case Rows():
            return [cell for there, one in shape.entries for cell in (there, *_cells(one))]
        case Fields():
            return [cell for one in shape.fields.values() for cell in _cells(one)]


def sql_of(table: Table, dialect: str) -> str:
    """The query as SQL, stage by stage: merged into one projection it would be written out many times over."""
    before = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        return str(ibis.to_sql(table, dialect=dialect))
    finally:
        ibis.options.sql.fuse_selects = before
