"""Cells looked at by themselves, at once: what is wrong in one need not wait until the whole file has been checked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from decision_service.language.tree import Expression
from decision_service.policy.tables import wrong_cell
from decision_service.workbench.tables.sheet import Line
from decision_service.workbench.tables.understanding import Understood, Wrong, sentence
from verifiers.kinds import Kind

MOST_AT_ONCE: Final = 2000
"""Cells; where more are others, the check of the whole is as quick."""


def remarked(known: Understood, before: Sequence[Line], after: Sequence[Line]) -> Understood | None:
    """What is `known` of the lines `before`, said of those `after`: each cell that is another one is looked at by
    itself. None where that would not do: rows came or went, heads are others, or nothing is known of the columns."""
    head, cross = after[0].cells, len(known.inputs) == 2 and not any(one.startswith("=>") for one in after[0].cells)
    width = len(head) if cross else len(known.inputs) + len(known.outputs)
    heads = 2 if cross else width
    same = [one.key for one in before] == [one.key for one in after] and before[0].cells[:heads] == head[:heads]
    if not known.inputs or not same or any(len(one.cells) != width for one in (*before, *after)):
        return None
    others = dict.fromkeys(islice(_others(before, after), MOST_AT_ONCE + 1))
    if len(others) > MOST_AT_ONCE:
        return None
    wrong = [one for one in known.wrong if (one.row, one.column) not in others]
    for row, column in others:
        what = _across(known, row, column) if cross else (*known.inputs, *known.outputs)[column]
        problem = None if what is None else wrong_cell(after[row].cells[column], what)
        if problem is not None:
            wrong.append(Wrong(row, column, sentence(problem)))
    return replace(known, wrong=tuple(sorted(wrong, key=lambda one: (one.row, one.column))))


def _others(before: Sequence[Line], after: Sequence[Line]) -> Iterator[tuple[int, int]]:
    for row, (old, new) in enumerate(zip(before, after, strict=True)):
        if old.cells != new.cells:
            yield from ((row, at) for at, (one, two) in enumerate(zip(old.cells, new.cells, strict=True)) if one != two)


def _across(known: Understood, row: int, column: int) -> Expression | Kind | None:
    """What a cell of a cross table tests, or of which kind it is; None where it is to be empty."""
    if not row:
        return known.inputs[1]
    return (known.inputs[0], None)[column] if column < 2 else known.outputs[0]
