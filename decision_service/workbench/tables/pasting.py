"""What a spreadsheet puts on the clipboard: rows of cells, parted by tabs; cells with line ends or quotes in quotes."""

import re
from collections.abc import Sequence
from typing import Final

from decision_service.policy.parts import Bilingual
from decision_service.workbench.tables.edits import Typed
from decision_service.workbench.tables.sheet import NotTakenError

MOST_CHARACTERS: Final = 2_000_000
MOST_CELLS: Final = 200_000

_CELL = re.compile(r'"(?P<quoted>(?:[^"]|"")*)"(?=[\t\n]|$)|(?P<bare>[^\t\n]*)')


def read_clipboard(text: str) -> tuple[tuple[str, ...], ...]:
    """The cells of a text, row by row, blanks around them left out; a formula is a text like any other. Raises
    NotTakenError where there are too many."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if len(text) > MOST_CHARACTERS:
        raise NotTakenError(Bilingual("粘贴的内容太多", "that is too much to paste at once"))
    rows: list[list[str]] = [[]]
    at = count = 0
    while True:
        match = _CELL.match(text, at)
        if match is None:  # the pattern matches nothing at least
            raise AssertionError(at)
        rows[-1].append(_cell(match))
        count += 1
        if count > MOST_CELLS:
            raise NotTakenError(Bilingual("粘贴的内容太多", "that is too much to paste at once"))
        at = match.end()
        if at >= len(text):
            return tuple(map(tuple, rows))
        if text[at] == "\n":
            rows.append([])
        at += 1


def _cell(match: re.Match[str]) -> str:
    quoted = match["quoted"]
    if quoted is None:
        return match["bare"].strip()
    # Spreadsheets add quotes only where they must: quotes around a plain text are its own.
    if not re.search(r'[\t\n"]', quoted):
        return match[0].strip()
    return quoted.replace('""', '"').strip()


def pasted(cells: Sequence[Sequence[str]], keys: Sequence[int], columns: Sequence[int], *, fills: bool) -> Typed:
    """The cells put into the lines of `keys` and into `columns`, from the first of each on; rows that are left over
    come after the last line. `fills`: a single cell is put into all of them. Raises NotTakenError."""
    if fills and len(cells) == 1 and len(cells[0]) == 1:
        return Typed({(key, column): cells[0][0] for key in keys for column in columns})
    widest = max(len(row) for row in cells)
    if widest > len(columns):
        raise NotTakenError(
            Bilingual(
                f"粘贴的有{widest}列，从这一格往右只有{len(columns)}列",
                f"that has {widest} columns; from this cell on there are {len(columns)}",
            )
        )
    placed = {
        (key, column): cell
        for key, row in zip(keys, cells, strict=False)
        for column, cell in zip(columns, row, strict=False)
    }
    return Typed(placed, tuple(dict(zip(columns, row, strict=False)) for row in cells[len(keys) :]))
