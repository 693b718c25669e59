"""What a table means, found in a process beside the pages: what is wrong and where, what its columns are, what a cell
says in plain words, which values no row fits and which two rows fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from decision_service.language.tree import Expression
from decision_service.policy.catalogue import FOLDER, Catalogue, read_catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import ListNode, MapNode, TextNode, read_nodes
from decision_service.policy.parts import Bilingual, Table
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_text
from decision_service.policy.tablelayout import cells_of
from decision_service.proving.about_tables import NEEDS_A_ROW, overlaps
from decision_service.proving.boxes import Box, Boxes, TooManyError, boxes_of, stronger
from decision_service.proving.cells import cell_text
from decision_service.proving.structure import bounded
from decision_service.readings.prose.speech import say
from decision_service.source import PolicyProblems, Problem, Source
from decision_service.tabular.columns import Column, columns_of
from decision_service.tabular.entry import SECTIONS, TableEntry, cell_at
from verifiers.kinds import Kind

MOST_SHOWN: Final = 5
"""Gaps and overlaps that are shown at once; with one mended, the next comes up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A table of a file: the rules folder for its catalogue, the file's name in it and its text, the table's name."""

    folder: str
    file: str
    text: str
    table: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem in a cell, by row (the head is 0) and column."""

    row: int
    column: int
    text: Bilingual


@dataclass(frozen=True, slots=True)
class Beyond:
    """A problem of the file that stands in no cell of the table, by its line (0: of the file as a whole)."""

    line: int
    text: Bilingual


@dataclass(frozen=True, slots=True)
class Understood:
    """All problems of the file; the columns, what they test or hold, and the norms that the table cites, where the file
    has no problem."""

    wrong: tuple[Wrong, ...]
    beyond: tuple[Beyond, ...]
    columns: tuple[Column, ...] = ()
    inputs: tuple[Expression, ...] = ()
    outputs: tuple[Kind, ...] = ()
    basis: tuple[Bilingual, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Values that no row fits, as the cells of a row that would."""

    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows (as messages number them, from 1) that fit at once, and the cells of a row that is both."""

    rows: tuple[int, int]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holes:
    """What boxes find; `idle` rows never count. `whole`: nothing was left out for want of time or room."""

    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    idle: tuple[int, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A table of a file that has no problem, as it is written and as it is understood."""

    entry: TableEntry
    table: Table
    policy: Policy
    catalogue: Catalogue


def known_table(asked: Asked) -> Known | None:
    """The table; None where its file has problems."""
    node, policy, _ = _read(asked.folder, asked.file, asked.text)
    table = None if policy is None else policy.tables.get(asked.table)
    if policy is None or table is None:
        return None
    entry = _as_entry(asked.table, table, _entry(node, asked.table))
    return Known(entry, table, policy, catalogue_of(asked.folder))


def understood(asked: Asked) -> Understood:
    """The problems of the file, as `miaopi check` tells them, and the columns of the table."""
    node, _, problems = _read(asked.folder, asked.file, asked.text)
    entry = _entry(node, asked.table)
    wrong, beyond = [], []
    for problem in problems:
        text = sentence(problem)
        at = None if problem.span is None or entry is None else cell_at(problem.span, entry)
        if at is not None:
            wrong.append(Wrong(*at, text))
        else:
            beyond.append(Beyond(0 if problem.span is None else problem.span.line, text))
    known = known_table(asked)
    if known is None:
        return Understood(tuple(wrong), tuple(beyond))
    cited = [one.text for one in known.policy.basis if one.number in known.table.basis]
    columns = columns_of(known.entry, known.table, known.policy, known.catalogue)
    outputs = tuple(kind for _, kind in known.table.outputs)
    return Understood(tuple(wrong), tuple(beyond), columns, known.table.inputs, outputs, tuple(cited))


def said(asked: Asked, row: int, column: int) -> Bilingual | None:
    """The test of a cell in plain words, by the row of the grid (the head is 0); None where it is none, or the file has
    problems."""
    known = known_table(asked)
    if known is None:
        return None
    table, policy, values = known.table, known.policy, len(known.entry.cells[0]) - 2
    test = None
    if not table.cross and row and column < len(table.inputs):
        test = table.rows[row - 1].tests[column]
    elif table.cross and row and not column:
        test = table.rows[(row - 1) * values].tests[0]
    elif table.cross and not row and column > 1:
        test = table.rows[column - 2].tests[1]
    else:
        return None
    if test is None:
        return Bilingual("任意值", "any value")
    return Bilingual(say(test, policy, "zh"), say(test, policy, "en"))


def holes(asked: Asked) -> Holes | None:
    """Gaps, overlaps and idle rows; None where the file has problems. Columns are taken as independent of each other:
    what is found may be such as no application can reach, which `miaopi prove` then says."""
    known = known_table(asked)
    if known is None:
        return None
    table, policy = known.table, known.policy
    boxes = boxes_of(table, [bounded(policy, one) for one in table.inputs])
    whole = True
    gaps: list[Gap] = []
    try:
        if table.hit in NEEDS_A_ROW:
            gaps += islice(_lacking(boxes) if table.cross else _gaps(boxes), MOST_SHOWN)
    except TooManyError:
        whole = False
    idle: list[int] = []
    try:
        idle += (at + 1 for at in range(len(table.rows)) if boxes.empty(at) or boxes.hidden(at, stronger(table, at)))
    except TooManyError:
        whole = False
    across = len(known.entry.cells[0]) - 2 if table.cross else 1
    found = tuple(islice(_overlaps(table, boxes, across), MOST_SHOWN))
    return Holes(tuple(gaps), found, tuple(idle[:MOST_SHOWN]), whole)


def _gaps(boxes: Boxes) -> Iterator[Gap]:
    """One gap after the other, each as wide as it goes."""
    while (found := boxes.gap()) is not None:
        values = [
            axis.atoms[(atoms & -atoms).bit_length() - 1].sample for axis, atoms in zip(boxes.axes, found, strict=True)
        ]
        box = boxes.around(values) or found
        yield Gap(_cells(boxes, box))
        boxes = Boxes(boxes.axes, (*boxes.rows, box))


def _lacking(boxes: Boxes) -> Iterator[Gap]:
    """What a cross table has no row for, and no column: it covers every pair of what its rows and columns name."""
    for axis, atoms in enumerate(boxes.whole):
        named = 0
        for row in boxes.rows:
            named |= row[axis] if row[1 - axis] else 0
        if left := atoms & ~named:
            yield Gap(_cells(boxes, (*boxes.whole[:axis], left, *boxes.whole[axis + 1 :])))


def _overlaps(table: Table, boxes: Boxes, across: int) -> Iterator[Overlap]:
    if table.hit not in ("unique", "any"):
        return
    met = set()
    for first, second in boxes.overlapping():
        if (lines := _at_odds(first, second, across)) in met:
            continue
        if any(True for _ in overlaps(table, iter([(first, second)]))):
            met.add(lines)
            both = tuple(one & two for one, two in zip(boxes.rows[first], boxes.rows[second], strict=True))
            yield Overlap((first + 1, second + 1), _cells(boxes, both))


def _at_odds(first: int, second: int, across: int) -> tuple[bool, int, int]:
    """Two rows; of a cross table with so many values `across`, the two of its rows or of its columns, which are told
    once however often they meet."""
    (one, left), (two, right) = divmod(first, across), divmod(second, across)
    return (True, one, two) if one != two else (False, left, right)


def _cells(boxes: Boxes, box: Box) -> tuple[str, ...]:
    return tuple(cell_text(axis, atoms) for axis, atoms in zip(boxes.axes, box, strict=True))


def sentence(problem: Problem) -> Bilingual:
    """What is wrong and what to do, in one sentence."""
    return Bilingual(_sentence(problem.zh, problem.hint_zh), _sentence(problem.en, problem.hint_en))


def _sentence(text: str, hint: str) -> str:
    return f"{text}（{hint}）" if hint and not hint.isascii() else f"{text} ({hint})" if hint else text


def _entry(node: MapNode | None, name: str) -> MapNode | None:
    for section in SECTIONS:
        part = node.get(section) if node is not None else None
        entry = part.get(name) if isinstance(part, MapNode) else None
        if isinstance(entry, MapNode):
            return entry
    return None


def _as_entry(name: str, table: Table, entry: MapNode | None) -> TableEntry:
    text = entry.get("table") if entry is not None else None
    cells = cells_of(text.text) if isinstance(text, TextNode) else []
    gives, order = (entry.get(key) if entry is not None else None for key in ("gives", "order"))
    return TableEntry(
        name,
        tuple(map(tuple, cells)),
        table.label or Bilingual(name, name),
        table.hit,
        gives.text if isinstance(gives, TextNode) else "",
        tuple(one.text for one in order.items if isinstance(one, TextNode)) if isinstance(order, ListNode) else (),
    )


@lru_cache(maxsize=4)
def _read(folder: str, file: str, text: str) -> tuple[MapNode | None, Policy | None, Sequence[Problem]]:
    """The nodes of a file, its policy where nothing is wrong, and everything that is."""
    source, complaints = Source(file, text), Complaints()
    policy = read_text(source, catalogue_of(folder), complaints)
    node, _ = read_nodes(source)
    found = PolicyProblems(complaints.problems).problems
    return node if isinstance(node, MapNode) else None, None if found else policy, found


def catalogue_of(folder: str) -> Catalogue:
    """The shared lists of a rules folder, read anew when a file of them changes. Raises PolicyProblems."""
    files = sorted((Path(folder) / FOLDER).glob("*"))
    return _catalogue(folder, tuple((one.name, one.stat().st_mtime_ns) for one in files))


@lru_cache(maxsize=2)
def _catalogue(folder: str, _: tuple[tuple[str, int], ...]) -> Catalogue:
    complaints = Complaints()
    catalogue = read_catalogue(Path(folder), complaints)
    if catalogue is None or complaints.problems:
        raise PolicyProblems(complaints.problems)
    return catalogue
