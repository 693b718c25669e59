"""Whether an amount that a table gives never falls along one of its columns, by its rows alone."""

from collections.abc import Callable
from typing import cast

from decision_service.language.tree import Expression, LetRef, Literal, Lookup
from decision_service.policy.needs import reads
from decision_service.policy.shape import Policy, Table
from decision_service.proving.boxes import Box, Boxes


def rises_by_rows(policy: Policy, value: Expression, along: str, boxes_of: Callable[[str], Boxes]) -> bool:
    """Whether `value` is what a table gives, one input of it is the let `along`, and no row further along gives less.
    False says nothing: the value may rise all the same."""
    lets = {let.name: let.value for let in policy.lets}
    while isinstance(value, LetRef):
        value = lets[value.name]
    if not isinstance(value, Lookup):
        return False
    table = policy.tables[value.table]
    columns = [place for place, one in enumerate(table.inputs) if isinstance(one, LetRef) and one.name == along]
    if table.hit not in ("unique", "any") or len(table.outputs) != 1 or len(columns) != 1:
        return False
    boxes, column = boxes_of(table.name), columns[0]
    if not boxes.axes[column].ordered:
        return False
    fixed = [place for place in range(len(table.inputs)) if place != column and _apart(policy, table, place, column)]
    return all(
        _ordered(table, first, second) or not _follows(boxes.rows[first], boxes.rows[second], column, fixed)
        for first in range(len(table.rows))
        for second in range(len(table.rows))
    )


def _apart(policy: Policy, table: Table, one: int, other: int) -> bool:
    """Whether two columns read nothing in common, so that one stays while the other moves."""
    lets = {let.name: let for let in policy.lets}
    first, second = (set(reads([table.inputs[place]], lets, policy.tables)) for place in (one, other))
    return not first & second


def _follows(first: Box, second: Box, column: int, fixed: list[int]) -> bool:
    """Whether somebody of the first row can move along the column into the second."""
    if 0 in first or 0 in second or not all(first[place] & second[place] for place in fixed):
        return False
    lowest = (first[column] & -first[column]).bit_length()
    return lowest <= second[column].bit_length()


def _ordered(table: Table, first: int, second: int) -> bool:
    """Whether the first row gives no more than the second."""
    one, other = table.rows[first].outputs[0], table.rows[second].outputs[0]
    if not isinstance(one, Literal) or not isinstance(other, Literal) or None in (one.value, other.value):
        return False
    return cast("int", one.value) <= cast("int", other.value)
