"""Decision tables by bit masks: bit n of a mask stands for row n. Each column says which rows its value fits; what fits
in all of them is met by the hit policy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import assert_never

from decision_service.facts import Cause, Unknown, Why
from decision_service.policy.shape import HitPolicy
from decision_service.readings.compiled.logic import Maybe


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A table ready to be looked up.

    `columns` give the mask of the rows that fit a known value, `loose` the rows that ask nothing of a column.
    `outputs` are the rows' values, `ranks` their places in the table's order of priority.
    """

    name: str
    hit: HitPolicy
    columns: tuple[Callable[[Maybe], int], ...]
    loose: tuple[int, ...]
    outputs: tuple[Maybe, ...]
    ranks: tuple[int, ...] = ()

    @property
    def gap(self) -> Unknown:
        """What the table gives where its hit policy is not met."""
        return Unknown.of(Why.TABLE, self.name)

    def single(self) -> Mapping[int, Maybe]:
        """The value of each mask of exactly one row."""
        return {1 << row: value for row, value in enumerate(self.outputs)}


def look_up(table: TablePlan, *values: Maybe) -> Maybe:
    """The table's value, or Unknown: while it is not known of a row whether it fits, or where the policy is not met."""
    fit = possible = (1 << len(table.outputs)) - 1
    for value, column, loose in zip(values, table.columns, table.loose, strict=True):
        if value.__class__ is Unknown:
            fit &= loose
        else:
            mask = column(value)
            fit &= mask
            possible &= mask
    undecided = possible & ~fit
    lowest = fit & -fit
    if table.hit == "first" and not undecided & (lowest - 1):
        return met(table, lowest)
    if undecided:
        return _undecided(table, values, undecided)
    return met(table, fit)


def _undecided(table: TablePlan, values: tuple[Maybe, ...], rows: int) -> Unknown:
    causes: frozenset[Cause] = frozenset()
    for value, loose in zip(values, table.loose, strict=True):
        if value.__class__ is Unknown and rows & ~loose:
            causes |= value.causes
    return Unknown(causes)


def _rows(mask: int) -> list[int]:
    """The places of the bits that are set, lowest first."""
    rows = []
    while mask:
        lowest = mask & -mask
        rows.append(lowest.bit_length() - 1)
        mask ^= lowest
    return rows


def met(table: TablePlan, fit: int) -> Maybe:
    """What the hit policy makes of the rows that fit."""
    rows = _rows(fit)
    found = [table.outputs[row] for row in rows]
    match table.hit:
        case "rule order" | "collect":
            return tuple(found)
        case "collect count":
            return len(found)
        case "output order":
            return tuple(table.outputs[row] for row in sorted(rows, key=table.ranks.__getitem__))
        case _ if not found:
            return table.gap
        case "unique":
            return found[0] if len(found) == 1 else table.gap
        case "any":
            return found[0] if found.count(found[0]) == len(found) else table.gap
        case "first":
            return found[0]
        case "priority":
            return table.outputs[min(rows, key=lambda row: (table.ranks[row], row))]
        case "collect sum":
            return reduce(lambda total, one: total + one, found)
        case "collect min":
            return min(found)
        case "collect max":
            return max(found)
        case _:
            assert_never(table.hit)
