"""Decision tables as columns: which rows fit, and what the hit policy makes of them."""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import assert_never, cast

from decision_service.facts import Why
from decision_service.language.meaning import same as equal
from decision_service.language.tree import Expression
from decision_service.policy.shape import Row, Table
from decision_service.readings.bulk.apart import apart, branching
from decision_service.readings.bulk.cells import (
    BIT,
    Cell,
    both,
    either,
    highest,
    known,
    lowest,
    negated,
    static,
    union,
    when,
)
from decision_service.readings.bulk.expressions import World, read
from decision_service.readings.bulk.shapes import (
    Fields,
    Number,
    Rows,
    Shape,
    Term,
    aligned,
    choose,
    conjunction,
    nothing,
    number,
    same,
    truth,
    wide,
)
from verifiers.kinds import Value

GAP = BIT[Why.TABLE]


def look_up(table: Table, world: World) -> Term:
    """What a table gives: unknown while it is not known of some row whether it fits, unknown (Why.TABLE) where the hit
    policy is not met."""
    return _Lookup(table, world).term()


class _Lookup:
    def __init__(self, table: Table, world: World) -> None:
        self.table, self.world = table, world
        self.tests: dict[Expression, Term] = {}
        self.fits = [self._fits(row) for row in table.rows]
        self.outputs = [self._output(row) for row in table.rows]

    def _test(self, test: Expression) -> Term:
        if test not in self.tests:
            self.tests[test] = read(test, self.world)
        return self.tests[test]

    def _fits(self, row: Row) -> Term:
        return conjunction([self._test(test) for test in row.tests if test is not None])

    def _output(self, row: Row) -> Shape:
        shapes = [read(one, self.world).shape for one in row.outputs]
        if len(shapes) == 1:
            return shapes[0]
        return Fields({name: shape for (name, _), shape in zip(self.table.outputs, shapes, strict=True)})

    def term(self) -> Term:
        """The value and what keeps it unknown."""
        shape, gap = self._hit()
        unknown = self._unknown()
        mask = gap if static(unknown) and unknown == 0 else when(known(unknown), gap, unknown)
        possible = GAP
        for fit in self.fits:
            possible |= fit.possible
        return Term(shape, mask, possible, nullable=any(_may_be_null(one) for one in self.outputs))

    def _unknown(self) -> Cell:
        """Why it is not known of some row whether it fits, 0 where it is known of all that count."""
        every = union(fit.mask for fit in self.fits)
        quick = known(union(test.mask for test in self.tests.values()))
        if self.table.hit != "first" or static(every):
            return every if static(every) else when(quick, 0, every)
        settled: Cell = False
        earlier: list[Cell] = []
        for fit in self.fits:
            sure = both(*(known(mask) for mask in earlier), known(fit.mask), truth(fit))
            settled = either(settled, sure)
            earlier.append(fit.mask)
        return when(either(quick, settled), 0, every)

    def _hit(self) -> tuple[Shape, Cell]:
        """The value where all rows are known, and whether the hit policy leaves a gap, as a mask."""
        fits = [truth(fit) for fit in self.fits]
        none = when(either(*fits), 0, GAP)
        match self.table.hit:
            case "unique" if apart(self.table):
                return branching(self.table, fits, self.outputs, self._plain_test), none
            case "unique":
                count = reduce(add, [when(fit, 1, 0) for fit in fits], 0)
                return _first(fits, self.outputs), when(count == 1, 0, GAP)
            case "any":
                return _first(fits, self.outputs), either_gap(none, self._differ(fits))
            case "first":
                return _first(fits, self.outputs), none
            case "priority":
                order = self._strongest_first()
                return _first([fits[at] for at in order], [self.outputs[at] for at in order]), none
            case "output order":
                return self._rows(fits, self._strongest_first()), 0
            case "rule order" | "collect":
                return self._rows(fits, range(len(fits))), 0
            case "collect count":
                return Number(reduce(add, [when(fit, 1, 0) for fit in fits], 0), len(fits)), 0
            case "collect sum":
                return self._sum(fits), none
            case "collect min" | "collect max":
                return self._extreme(fits), none
            case _:
                assert_never(self.table.hit)

    def _plain_test(self, test: Expression | None) -> Cell:
        return True if test is None else truth(self._test(test))

    def _differ(self, fits: Sequence[Cell]) -> Cell:
        """Whether two rows that fit say different things."""
        pairs = []
        for at, one in enumerate(self.outputs):
            for place in range(at):
                left, right = Term(one, nullable=True), Term(self.outputs[place], nullable=True)
                pairs.append(both(fits[at], fits[place], negated(same(left, right))))
        return either(*pairs)

    def _strongest_first(self) -> list[int]:
        """The rows by the place of their (first) output in the order that the table states."""
        order = [cast("Value", getattr(literal, "value", None)) for literal in self.table.priority]

        def place(at: int) -> int:
            output = getattr(self.table.rows[at].outputs[0], "value", None)
            return next((rank for rank, value in enumerate(order) if equal(value, output)), len(order))

        return sorted(range(len(self.table.rows)), key=place)

    def _rows(self, fits: Sequence[Cell], order: Sequence[int]) -> Rows:
        return Rows(tuple((fits[at], self.outputs[at]) for at in order if fits[at] is not False))

    def _sum(self, fits: Sequence[Cell]) -> Number:
        numbers = aligned(*(number(one) for one in self.outputs))
        bound = sum(one.bound for one in numbers)
        cells = [when(fit, one.cell, 0) for fit, one in zip(fits, numbers, strict=True)]
        return Number(wide(reduce(add, cells), bound), bound, numbers[0].scale)

    def _extreme(self, fits: Sequence[Cell]) -> Number:
        numbers = aligned(*(number(one) for one in self.outputs))
        bound = max(one.bound for one in numbers)
        least = self.table.hit == "collect min"
        cells = [when(fit, one.cell, bound if least else -bound) for fit, one in zip(fits, numbers, strict=True)]
        return Number(lowest(cells) if least else highest(cells), bound, numbers[0].scale)


def either_gap(none: Cell, differ: Cell) -> Cell:
    """The gap of an `any` table: no row fits, or those that do say different things."""
    return when(differ, GAP, none)


def _first(fits: Sequence[Cell], outputs: Sequence[Shape]) -> Shape:
    """The output of the first row that fits; of the last where none does."""
    found = outputs[-1]
    for fit, output in reversed(list(zip(fits[:-1], outputs[:-1], strict=True))):
        found = choose(fit, output, found)
    return found


def _may_be_null(shape: Shape) -> bool:
    match shape:
        case Fields(fields):
            return any(_may_be_null(one) for one in fields.values())
        case _:
            return nothing(shape) or (isinstance(shape, Number) and shape.cell is None)
