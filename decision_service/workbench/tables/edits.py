"""What one does to a table in the grid, as changes of its lines. Each is done whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from decision_service.policy.parts import Bilingual
from decision_service.workbench.tables.sheet import Line, NotTakenError, Row, Sheet, changed

ANY = "-"
"""The test that every value passes."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Cells by the key of their line and their column; and rows that come after the last one, by column."""

    cells: Mapping[tuple[int, int], str]
    more: tuple[Mapping[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Inserted:
    """New rows after the line of that key (that of the head: at the top), with these cells."""

    after: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """Rows gone."""

    keys: frozenset[int]


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows moved by one place, up (-1) or down (1)."""

    keys: frozenset[int]
    by: int


@dataclass(frozen=True, slots=True)
class Widened:
    """A new column before the one at `at`, under that head; every row accepts any value there, or holds nothing yet."""

    at: int
    head: str


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A column gone."""

    at: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """All cells as they came from elsewhere, the head first, `instead` of those with which they were compared: who
    takes them over has seen what that changes, and changes nothing else."""

    cells: tuple[tuple[str, ...], ...]
    instead: tuple[tuple[str, ...], ...]


Edit = Typed | Inserted | Removed | Moved | Widened | Narrowed | Replaced


def edited(sheet: Sheet, edit: Edit, first_key: int) -> Sheet:
    """The table after the edit; new lines have keys from `first_key` on. Raises NotTakenError."""
    return changed(sheet, _rows(sheet, edit), first_key)


def blank_row(sheet: Sheet) -> tuple[str, ...]:
    """A new row: any value in each test, nothing in the results."""
    width = len(sheet.lines[0].cells)
    if sheet.cross:
        return (ANY, *("" for _ in range(width - 1)))
    return tuple(ANY if place < sheet.split else "" for place in range(width))


def mending(sheet: Sheet, tests: Sequence[str]) -> tuple[Inserted | Widened, tuple[int, int]] | None:
    """What gives values that no row fits (as tests of the inputs) their row, of a cross table the row or column that it
    lacks; and where its first result is then to be written, by row and column. None where no one line would do."""
    lines, blank = sheet.lines, blank_row(sheet)
    if not sheet.cross:
        return Inserted(lines[-1].key, ((*tests, *blank[len(tests) :]),)), (len(lines), len(tests))
    # The rows and columns of a cross table cover every pair of what they name: what is not covered lacks one or other.
    across, down = tests
    if down == ANY:
        return Inserted(lines[-1].key, ((across, *blank[1:]),)), (len(lines), sheet.split)
    if across == ANY:
        width = len(blank)
        return Widened(width, down), (1, width)
    return None


def _rows(sheet: Sheet, edit: Edit) -> list[Row]:
    lines = sheet.lines
    match edit:
        case Typed():
            return _typed(sheet, edit)
        case Inserted():
            rows = [_fitting(sheet, one) for one in edit.rows]
            return [row for line in lines for row in (_same(line), *(rows if line.key == edit.after else ()))]
        case Removed():
            kept = [_same(line) for line in lines if line.key not in edit.keys or line is lines[0]]
            if len(kept) < 2:
                raise NotTakenError(Bilingual("表格至少要有一行", "a table needs at least one row"))
            return kept
        case Moved():
            return [_same(line) for line in (lines[0], *_moved(lines[1:], edit))]
        case Widened():
            return [_row_with(line, edit, sheet) for line in lines]
        case Narrowed():
            _may_narrow(sheet, edit.at)
            return [(line, (*line.cells[: edit.at], *line.cells[edit.at + 1 :])) for line in lines]
        case Replaced():
            if sheet.cells != edit.instead:
                raise NotTakenError(
                    Bilingual(
                        "这张表在您看的时候改过，没有收下；请再导入一次",
                        "the table was changed while you looked, so nothing was taken over; import it again",
                    )
                )
            return _replaced(lines, edit.cells)
        case _:
            assert_never(edit)


def _same(line: Line) -> Row:
    return line, line.cells


def _typed(sheet: Sheet, edit: Typed) -> list[Row]:
    known = {line.key for line in sheet.lines}
    typed: dict[int, dict[int, str]] = {}
    for (key, place), cell in edit.cells.items():
        if key not in known:
            raise NotTakenError(Bilingual("这一行已经没有了", "that row is gone"))
        if not 0 <= place < len(sheet.lines[0].cells):
            raise NotTakenError(Bilingual("表格没有这么多列", "the table has not that many columns"))
        typed.setdefault(key, {})[place] = cell
    rows: list[Row] = []
    for line in sheet.lines:
        now = typed.get(line.key, {})
        short = max(now, default=-1) + 1 - len(line.cells)  # a row may lack cells, which are written so
        cells = tuple(now.get(place, cell) for place, cell in enumerate((*line.cells, *[""] * short)))
        rows.append((line, cells))
    blank = blank_row(sheet)
    return [*rows, *((None, tuple(one.get(at, cell) for at, cell in enumerate(blank))) for one in edit.more)]


def _fitting(sheet: Sheet, cells: Sequence[str]) -> Row:
    width = len(sheet.lines[0].cells)
    if len(cells) > width:
        raise NotTakenError(Bilingual("表格没有这么多列", "the table has not that many columns"))
    return None, (*cells, *blank_row(sheet)[len(cells) :])


def _moved(lines: Sequence[Line], edit: Moved) -> list[Line]:
    """Each run of chosen lines changes places with its neighbour; at the edge they stay."""
    found = list(lines)
    order = range(len(found)) if edit.by < 0 else range(len(found) - 1, -1, -1)
    for at in order:
        to = at + edit.by
        if found[at].key in edit.keys and 0 <= to < len(found) and found[to].key not in edit.keys:
            found[at], found[to] = found[to], found[at]
    return found


def _row_with(line: Line, edit: Widened, sheet: Sheet) -> Row:
    head = line is sheet.lines[0]
    is_test = not sheet.cross and edit.at <= sheet.split and not edit.head.startswith("=>")
    cell = edit.head if head else ANY if is_test else ""
    at = max(0, min(edit.at, len(line.cells)))
    return line, (*line.cells[:at], cell, *line.cells[at:])


def _may_narrow(sheet: Sheet, at: int) -> None:
    width, split = len(sheet.lines[0].cells), sheet.split
    if not 0 <= at < width:
        raise NotTakenError(Bilingual("没有这一列", "there is no such column"))
    if sheet.cross and (at < split or width - split < 2):
        raise NotTakenError(
            Bilingual(
                "交叉表的前两列和最后剩下的一列去不掉", "the first two columns and the last value of a cross table stay"
            )
        )
    if not sheet.cross and at == split:
        raise NotTakenError(
            Bilingual(
                "第一个结果列带着 =>，去不掉；先把 => 写到后一列的表头",
                "the first result column bears the =>; move the => to the head of the next one first",
            )
        )


def _replaced(lines: Sequence[Line], cells: Sequence[Sequence[str]]) -> list[Row]:
    """Lines that hold the same cells stay the lines that they are."""
    waiting = list(lines)
    rows: list[Row] = []
    for one in cells:
        wanted = tuple(cell.strip() for cell in one)
        found = next((line for line in waiting if line.cells == wanted), None)
        if found is not None:
            waiting.remove(found)
        rows.append((found, wanted))
    return rows
