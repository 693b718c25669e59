"""What boxes say of a table is what trying every combination of values says."""

from contextlib import suppress
from random import Random
from typing import cast, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.language.tree import Literal
from decision_service.policy.shape import HitPolicy, Table
from decision_service.proving.axes import accepted
from decision_service.proving.boxes import Box, Boxes, TooManyError, boxes_of, stronger
from decision_service.proving.cells import cell_text
from tests.proving.tables import KINDS, combinations, fitting, read_cell, table
from tests.sizes import size

EXAMPLES = size("boxes", quick=100, full=5000)
HITS: tuple[HitPolicy, ...] = (*get_args(HitPolicy), *("first", "priority") * 5)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    random = draw(st.randoms(use_true_random=False))
    columns = random.sample(sorted(KINDS), random.randint(1, 2))
    if random.randint(0, 3) == 0:
        columns = random.sample(["flag", "route", "city", "maybe"], 3)
    return table(random, random.choice(HITS), random.randint(1, 6), columns)


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_gaps_overlaps_and_hidden_rows_are_those_of_enumeration(one: Table) -> None:
    boxes = boxes_of(one)
    found = [fitting(one, values) for values in combinations(one)]
    assert (boxes.gap() is None) == all(found)
    together = {(first, second) for rows in found for second in rows for first in rows if first < second}
    assert set(boxes.overlapping()) == together
    for row in range(len(one.rows)):
        assert boxes.empty(row) == (not any(row in rows for rows in found))
        hidden = all(row not in rows or not _counts(one, row, rows) for rows in found)
        assert boxes.hidden(row, stronger(one, row)) == hidden


def _counts(one: Table, row: int, rows: list[int]) -> bool:
    """Whether of the rows that fit this one says what the table comes to, or has its say in it."""
    outputs = [cast("Literal", line.outputs[0]).value for line in one.rows]
    if one.hit == "first":
        return min(rows) == row
    if one.hit == "priority":
        order = [cast("Literal", value).value for value in one.priority]
        return min(rows, key=lambda place: (order.index(outputs[place]), place)) == row
    return True


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_what_is_said_to_be_around_a_gap_holds_no_row_and_reads_back(one: Table) -> None:
    boxes = boxes_of(one)
    for values in combinations(one):
        box = boxes.around(list(values.values()))
        assert (box is None) == bool(fitting(one, values))
        if box is not None:
            assert all(any(not left & right for left, right in zip(box, row, strict=True)) for row in boxes.rows)
            _reads_back(one, boxes, box)
            return


def _reads_back(one: Table, boxes: Boxes, box: Box) -> None:
    for column, (axis, atoms) in enumerate(zip(boxes.axes, box, strict=True)):
        test = read_cell(cell_text(axis, atoms), one.inputs[column])
        assert accepted(test, axis, one.inputs[column].kind) == atoms


def test_a_wide_table_that_fills_everything_takes_no_search() -> None:
    """Eight columns of ten values each: 10^8 places, of which the sizes of rows that are apart tell at once."""
    random = Random(7)
    one = table(random, "unique", 1, ["count"])
    boxes = boxes_of(one)
    axis = boxes_of(table(random, "unique", 6, ["count", "amount"])).axes[0]
    whole = axis.everything
    rows = [tuple(1 << place if column == 0 else whole for column in range(8)) for place in range(len(axis.atoms))]
    assert Boxes((axis,) * 8, tuple(rows)).gap() is None
    assert Boxes((axis,) * 8, tuple(rows[:-1])).gap() == (rows[-1][0], *((whole,) * 7))
    assert boxes.whole == tuple(one.everything for one in boxes.axes)


def test_a_search_without_order_ends_by_a_gap_or_by_saying_that_it_is_too_much() -> None:
    """Each row leaves out one value of one column, so every subset of rows is met."""
    random = Random(1)
    axis = boxes_of(table(random, "first", 6, ["count", "amount"])).axes[0]
    size_of = len(axis.atoms)
    rows = [
        tuple(random.getrandbits(size_of) | 1 if column != row % 8 else axis.everything ^ 1 for column in range(8))
        for row in range(64)
    ]
    boxes = Boxes((axis,) * 8, (*rows, tuple([axis.everything] * 7 + [axis.everything ^ 2])))
    with suppress(TooManyError):
        gap = boxes.gap()
        assert gap is not None
        assert not any(all(left & right for left, right in zip(gap, row, strict=True)) for row in boxes.rows)
