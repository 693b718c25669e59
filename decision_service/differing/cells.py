"""Decision tables of both versions laid over each other: which cells give another value."""

from dataclasses import dataclass

from decision_service.differing.sides import Sides
from decision_service.differing.spelling import Spelling
from decision_service.language.tree import Expression, Literal
from decision_service.policy.shape import Policy, Table
from decision_service.readings.prose.speech import say
from decision_service.wording import as_json


@dataclass(frozen=True, slots=True)
class Cell:
    """What one row gives on both sides; None where that side has no such row. `rows` are their places in the tables,
    counted from 0."""

    old: str | None
    new: str | None
    rows: tuple[int | None, int | None]

    @property
    def changed(self) -> bool:
        """Whether both sides give different values."""
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as people read it. A cross table has its rows down and its columns across; a row table has one column
    for each output. `heads` name the inputs, `down` are the tests of each row as the file writes them, labels included.
    `cells` are by row, then by column; None: neither side has that cell."""

    name: str
    zh: str
    en: str
    heads: tuple[str, ...]
    down: tuple[tuple[str, ...], ...]
    across: tuple[str, ...]
    cells: tuple[tuple[Cell | None, ...], ...]

    @property
    def changed(self) -> int:
        """How many cells differ."""
        return sum(cell is not None and cell.changed for row in self.cells for cell in row)


def grids(sides: Sides, spelled: tuple[Spelling, Spelling]) -> tuple[Grid, ...]:
    """The tables of both sides that differ, or that only one side has."""
    found = []
    for name in dict.fromkeys([*sides.old.tables, *sides.new.tables]):
        old, new = sides.old.tables.get(name), sides.new.tables.get(name)
        if old is None or new is None or spelled[0].table(old) != spelled[1].table(new):
            found.append(_grid(sides, (old, new), spelled))
    return tuple(found)


Tests = tuple[int | str, ...]
"""The numbers of a row's tests, or the name of an output: what makes a row or a column the same on both sides."""


@dataclass(slots=True)
class _Laid:
    """What both sides' rows give, by row, column and side."""

    down: dict[Tests, tuple[str, ...]]
    across: dict[Tests, str]
    values: dict[tuple[Tests, Tests, int], tuple[str, int]]

    def lay(self, side: int, table: Table, spelling: Spelling, *, cross: bool) -> None:
        """Adds the rows of one side."""
        for place, row in enumerate(table.rows):
            tests: Tests = tuple(spelling.of(test) for test in row.tests)
            split = 1 if cross else len(tests)
            self.down.setdefault(tests[:split], tuple(map(_written, row.tests[:split])))
            keys: list[Tests] = [tests[split:]] if cross else [(name,) for name, _ in table.outputs]
            heads = [_written(row.tests[-1])] if cross else [name for name, _ in table.outputs]
            for key, head, output in zip(keys, heads, row.outputs, strict=True):
                self.across.setdefault(key, head)
                self.values[tests[:split], key, side] = (_value(output), place)

    def cell(self, down: Tests, across: Tests) -> Cell | None:
        """The cell there."""
        old, new = self.values.get((down, across, 0)), self.values.get((down, across, 1))
        if old is None and new is None:
            return None
        texts = (None if old is None else old[0], None if new is None else new[0])
        return Cell(*texts, (None if old is None else old[1], None if new is None else new[1]))


def _grid(sides: Sides, tables: tuple[Table | None, Table | None], spelled: tuple[Spelling, Spelling]) -> Grid:
    policies = (sides.old, sides.new)
    policy, table = next((p, t) for p, t in reversed(list(zip(policies, tables, strict=True))) if t is not None)
    cross = all(one is None or one.cross for one in tables)
    laid = _Laid({}, {}, {})
    for side, (one, spelling) in enumerate(zip(tables, spelled, strict=True)):
        if one is not None:
            laid.lay(side, one, spelling, cross=cross)
    cells = tuple(tuple(laid.cell(down, across) for across in laid.across) for down in laid.down)
    zh, en = (table.name, table.name) if table.label is None else (table.label.zh, table.label.en)
    heads = tuple(_head(one, policy) for one in table.inputs)
    return Grid(table.name, zh, en, heads, tuple(laid.down.values()), tuple(laid.across.values()), cells)


def _head(node: Expression, policy: Policy) -> str:
    return node.span.text if node.span is not None else say(node, policy, "zh")


def _written(test: Expression | None) -> str:
    """A test as the file writes it, with the label behind it."""
    if test is None or test.span is None:
        return "-"
    text, start = test.span.source.text, test.span.start
    ends = [place for place in (text.find("|", start), text.find("\n", start)) if place >= 0]
    return text[start : min(ends, default=len(text))].strip()


def _value(output: Expression) -> str:
    if not isinstance(output, Literal):
        return "…"
    found = as_json(output.value, output.kind)
    return "∅" if found is None else str(found)
