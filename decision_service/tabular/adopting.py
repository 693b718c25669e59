"""A table from DMN beside the one that the rule file has: what means the same keeps the words of the rule file, its
labels and its kinds, so that only what was changed changes."""

import re
from dataclasses import replace

from decision_service.language.kinds import family
from decision_service.language.tree import Expression, Literal
from decision_service.policy.kindtext import parse_kind
from decision_service.policy.parts import Table
from decision_service.tabular.dmnreading import Model
from decision_service.tabular.entry import TableEntry
from decision_service.tabular.feel import Refused, input_cell, output_cell, test_text, value_text
from decision_service.tabular.trouble import Trouble, TroubleError

_LABEL = re.compile(r"\s+[^\x00-\x7f].*$")
_FAMILIES = {"string": "text"}


def adopted(model: Model, old: TableEntry, table: Table) -> Model:
    """The model with the words of the old table wherever they mean the same."""
    entry = model.entry
    heads = _heads(entry, old)
    words = _words(old, table)
    rows = [heads, *([_kept(entry, place, cell, words) for place, cell in enumerate(row)] for row in entry.cells[1:])]
    if entry.cross:
        rows[0] = [*heads[:2], *(words.get((1, _bare(cell)), cell) for cell in heads[2:])]
    gives = old.gives if entry.gives and _same_family(entry.gives, old.gives) else entry.gives
    label = old.label if entry.label.zh in ("", old.name, old.label.zh) else entry.label
    return replace(model, entry=replace(entry, cells=tuple(tuple(row) for row in rows), gives=gives, label=label))


def _column(entry: TableEntry, place: int) -> int:
    """Of a cross table all values are one column, as they are in DMN."""
    return min(place, 2) if entry.cross else place


def _bare(cell: str) -> str:
    return cell if cell.startswith('"') else _LABEL.sub("", cell)


def _kept(entry: TableEntry, place: int, cell: str, words: dict[tuple[int, str], str]) -> str:
    """The old words of a cell, if it has no label of its own, or theirs."""
    old = words.get((_column(entry, place), _bare(cell)), cell)
    return old if cell in (_bare(cell), old) else cell


def _words(old: TableEntry, table: Table) -> dict[tuple[int, str], str]:
    """The cells of the old table by column and by how this reader would write what they mean."""
    found: dict[tuple[int, str], str] = {}
    places = _places(old)
    for row, (tests, outputs) in zip(table.rows, places, strict=True):
        for column, (test, text) in enumerate(zip(row.tests, tests, strict=True)):
            _note(found, column, test, text)
        for column, (output, text) in enumerate(zip(row.outputs, outputs, strict=True), len(tests)):
            if isinstance(output, Literal):
                _note(found, column, output, text)
    return found


def _note(found: dict[tuple[int, str], str], column: int, value: Expression | None, text: str) -> None:
    try:
        cell = output_cell(value_text(value)) if isinstance(value, Literal) else input_cell(test_text(value))
    except Refused:
        return
    found.setdefault((column, cell.text), text)


def _places(old: TableEntry) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The words of tests and outputs, for each row as it is understood."""
    if not old.cross:
        return [(row[: old.split], row[old.split :]) for row in old.cells[1:]]
    head = old.cells[0]
    return [((row[0], head[place]), (row[place],)) for row in old.cells[1:] for place in range(2, len(head))]


def _heads(entry: TableEntry, old: TableEntry) -> list[str]:
    known = {_output_name(cell): cell for cell in old.cells[0][old.split :]} if not old.cross else {}
    heads = list(entry.cells[0])
    if entry.cross:
        return heads
    for place in range(entry.split, len(heads)):
        name = _output_name(heads[place])
        before = known.get(name, "")
        if before and _same_family(_kind(heads[place]), _kind(before) or old.gives):
            first = "=> " if place == entry.split else ""
            heads[place] = first + before.removeprefix("=>").strip()
    return heads


def _output_name(cell: str) -> str:
    return cell.removeprefix("=>").strip().partition(" ")[0]


def _kind(cell: str) -> str:
    return cell.removeprefix("=>").strip().partition(" ")[2]


def _same_family(one: str, other: str) -> bool:
    kinds = parse_kind(one), parse_kind(other)
    return kinds[0] is not None and kinds[1] is not None and family(kinds[0]) == family(kinds[1])


def agree_in_kind(model: Model, table: Table) -> None:
    """Raises TroubleError where a constant is of another kind in DMN than its column is in the rule file: a number is
    no text there, though their digits are the same."""
    kinds = [*(one.kind for one in table.inputs), *(kind for _, kind in table.outputs)]
    troubles = []
    for column, kind in enumerate(kinds):
        wanted = family(kind)
        wrong = [one for one in sorted(model.families[column]) if _FAMILIES.get(one, one) != wanted]
        if wrong:
            zh, en = (
                f"这一列是 {kind.name}，模型里却有 {wrong[0]}",
                f"this column is {kind.name}, yet the model has a {wrong[0]} in it",
            )
            troubles.append(Trouble("wrong_kind", zh, en, model.place(0, column)))
    if troubles:
        raise TroubleError(troubles)
