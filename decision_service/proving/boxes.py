"""Decision tables as sets of boxes: gaps, overlaps and hidden rows without a solver, where columns are independent.

A row is a box: for each column the atoms that it accepts. What boxes prove absent is absent; a gap or an overlap that
they find may still be one that no application can reach, where two columns depend on each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from decision_service.language.meaning import same
from decision_service.policy.shape import Table
from decision_service.proving.axes import Axis, accepted, axis_of, place_of
from verifiers.kinds import Kind, Value

Box = tuple[int, ...]
"""For each column a set of atoms, as a number with a bit for each."""

MOST_STEPS = 200_000
"""Steps of a search after which the question is left to the solver."""


class TooManyError(Exception):
    """The rows overlap in so many ways that boxes are the wrong tool."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """A table cut into atoms, and its rows as boxes of them."""

    axes: tuple[Axis, ...]
    rows: tuple[Box, ...]

    @property
    def whole(self) -> Box:
        """All that the columns can hold."""
        return tuple(axis.everything for axis in self.axes)

    def overlapping(self) -> Iterator[tuple[int, int]]:
        """The pairs of rows that can fit at once, the earlier first."""
        for second, box in enumerate(self.rows):
            for first in range(second):
                if _meet(self.rows[first], box):
                    yield first, second

    def gap(self) -> Box | None:
        """A box where no row fits; None where there is none. Raises TooManyError."""
        return _Search(self.rows).outside(self.whole)

    def empty(self, row: int) -> bool:
        """Whether a row can never fit."""
        return 0 in self.rows[row]

    def hidden(self, row: int, by: Sequence[int]) -> bool:
        """Whether wherever `row` fits one of the rows `by` fits too. Raises TooManyError."""
        return _Search([self.rows[one] for one in by]).outside(self.rows[row]) is None

    def around(self, values: Sequence[Value]) -> Box | None:
        """The widest box found around these values that holds no row; None where some row fits them."""
        places = [place_of(value, axis) for value, axis in zip(values, self.axes, strict=True)]
        if None in places:
            return None
        box = [1 << place for place in places if place is not None]
        if any(_meet(tuple(box), row) for row in self.rows):
            return None
        for column, axis in enumerate(self.axes):
            blocked = 0
            for row in self.rows:
                if all(mine & its for at, (mine, its) in enumerate(zip(box, row, strict=True)) if at != column):
                    blocked |= row[column]
            box[column] |= axis.everything & ~blocked
        return tuple(box)


def boxes_of(table: Table, kinds: Sequence[Kind] = ()) -> Boxes:
    """The rows of a table as boxes. `kinds`: what each column can hold, where that is known more closely than what its
    expression says."""
    closely = tuple(kinds) or tuple(one.kind for one in table.inputs)
    axes = tuple(axis_of(table, column, kind) for column, kind in enumerate(closely))
    rows = tuple(
        tuple(accepted(test, axis, kind) for test, axis, kind in zip(row.tests, axes, closely, strict=True))
        for row in table.rows
    )
    return Boxes(axes, rows)


def stronger(table: Table, row: int) -> tuple[int, ...]:
    """The rows that count before `row` where both fit; none where rows do not hide each other."""
    match table.hit:
        case "first":
            return tuple(range(row))
        case "priority":
            ranks = [_rank(table, one) for one in range(len(table.rows))]
            return tuple(one for one, rank in enumerate(ranks) if (rank, one) < (ranks[row], row))
        case _:
            return ()


def _rank(table: Table, row: int) -> int:
    output = getattr(table.rows[row].outputs[0], "value", None)
    order = [getattr(literal, "value", None) for literal in table.priority]
    return next((rank for rank, value in enumerate(order) if same(value, output)), len(order))


def _meet(first: Box, second: Box) -> bool:
    return all(left & right for left, right in zip(first, second, strict=True))


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest
        number ^= lowest


class _Search:
    """Looks column by column for a place that no row covers. Rows that differ nowhere in the columns still to come are
    looked at once; where rows are known to be apart, their sizes alone say whether they fill what is left."""

    def __init__(self, rows: Sequence[Box]) -> None:
        self.rows = rows
        self.apart = not any(_meet(first, second) for place, second in enumerate(rows) for first in rows[:place])
        self.filled: set[tuple[int, int]] = set()
        self.steps = 0

    def outside(self, box: Box) -> Box | None:
        """A part of `box` that no row covers; None where they cover all of it. Raises TooManyError."""
        if 0 in box:
            return None
        self.filled.clear()
        active = sum(1 << place for place, row in enumerate(self.rows) if _meet(row, box))
        return self._outside(box, 0, active)

    def _outside(self, box: Box, column: int, active: int) -> Box | None:
        if not active:
            return box[column:]
        if column == len(box) or (column, active) in self.filled:
            return None
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooManyError
        if not (self.apart and self._fills(box, column, active)):
            for found, atoms in self._split(box[column], column, active).items():
                rest = self._outside(box, column + 1, found)
                if rest is not None:
                    return (atoms, *rest)
        self.filled.add((column, active))
        return None

    def _split(self, atoms: int, column: int, active: int) -> dict[int, int]:
        """The atoms of a column by the rows, of those still active, that accept them."""
        rows = [(place, self.rows[place.bit_length() - 1][column]) for place in _bits(active)]
        found: dict[int, int] = {}
        for atom in _bits(atoms):
            accepting = sum(place for place, accepts in rows if accepts & atom)
            found[accepting] = found.get(accepting, 0) | atom
        return dict(sorted(found.items(), key=lambda one: one[0].bit_count()))

    def _fills(self, box: Box, column: int, active: int) -> bool:
        size = prod(atoms.bit_count() for atoms in box[column:])
        rows = (self.rows[place.bit_length() - 1] for place in _bits(active))
        parts = (prod((row[one] & box[one]).bit_count() for one in range(column, len(box))) for row in rows)
        return sum(parts) == size
