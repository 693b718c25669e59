"""A decision table as lines of a rule file's text. Its cells can be changed; everything else of the file, comments and
blank lines too, stays to the letter. A table that stands aligned stays aligned."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from decision_service.policy.nodes import UNSEEN, ListNode, MapNode, TextNode, read_nodes
from decision_service.policy.parts import Bilingual
from decision_service.policy.tablelayout import cells_of, laid_out
from decision_service.source import Source
from decision_service.tabular.entry import SECTIONS
from decision_service.workbench.refusing import RefusedError

MOST_CHARACTERS: Final = 400
"""Of one cell."""

Cells = tuple[str, ...]


class NoSheetError(RefusedError):
    """There is no table to show."""


class NotTakenError(RefusedError):
    """A change that can't be written into the text; nothing of it was done."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: its cells, and how they stand in the file, with the blank lines before it. `key` tells it
    from others for as long as the page is open."""

    raw: str
    cells: Cells
    key: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of one name: the text before its first line, its lines (the head first), the text after them.
    `line_number`: of the head in the file, from 1. `basis`: numbers of the norms that the entry cites."""

    name: str
    label: Bilingual
    hit: str
    basis: tuple[str, ...]
    before: str
    lines: tuple[Line, ...]
    after: str
    indent: str
    aligned: bool

    @property
    def text(self) -> str:
        """The whole file."""
        return self.before + "\n".join(line.raw for line in self.lines) + self.after

    @property
    def cells(self) -> tuple[Cells, ...]:
        """All cells, the head first."""
        return tuple(line.cells for line in self.lines)

    @property
    def cross(self) -> bool:
        """Whether it is a cross table."""
        return not any(cell.startswith("=>") for cell in self.lines[0].cells)

    @property
    def split(self) -> int:
        """The first column that is no input; of a cross table, the first that holds values."""
        if self.cross:
            return min(2, len(self.lines[0].cells))
        return next(at for at, cell in enumerate(self.lines[0].cells) if cell.startswith("=>"))

    def holds_test(self, row: int, column: int) -> bool:
        """Whether a cell (the head is row 0) is a test, not the name of a column and not a result."""
        if self.cross:
            return column == 0 if row else column >= self.split
        return row > 0 and column < self.split

    @property
    def line_number(self) -> int:
        """Where the head stands in the file."""
        return self.before.count("\n") + 1 + self.lines[0].raw.count("\n")


def tables_in(text: str) -> dict[str, Bilingual]:
    """The tables of a file by name, with what they are called; none where it can't be read."""
    return {name: _label(entry, name) for name, entry in _entries(text)}


def read_sheet(text: str, name: str) -> Sheet:
    """The table of that name in the file. Raises NoSheetError."""
    node, problems = read_nodes(Source("", text))
    entry = dict(_entries_of(node)).get(name)
    if entry is None and (problems or not isinstance(node, MapNode)):
        why = problems[0] if problems else None
        raise NoSheetError(
            Bilingual(
                f"文件读不出，先在编辑器里改正：{why.zh if why else ''}",
                f"the file cannot be read; mend it in the editor first: {why.en if why else ''}",
            )
        )
    if entry is None:
        raise NoSheetError(Bilingual(f"文件里没有表 {name[:60]}", f"the file has no table {name[:60]}"))
    block = entry.get("table")
    found = _placed(block, text) if isinstance(block, TextNode) and block.style == "literal" else None
    if found is None:
        raise NoSheetError(
            Bilingual(
                "这张表没有写成 `table: |` 加若干行，请在编辑器里改",
                "this table is not written as `table: |` with lines below; change it in the editor",
            )
        )
    before, lines, after, indent = found
    aligned = laid_out([list(line.cells) for line in lines]) == "".join(f"{one.raw[len(indent) :]}\n" for one in lines)
    basis = entry.get("basis")
    cited = tuple(one.text for one in basis.items if isinstance(one, TextNode)) if isinstance(basis, ListNode) else ()
    hit = entry.get("hit")
    policy = hit.text if isinstance(hit, TextNode) else "unique"
    return Sheet(name, _label(entry, name), policy, cited, before, lines, after, indent, aligned)


def refused(cell: str) -> Bilingual | None:
    """Why a cell can't hold that text; None where it can, right or wrong."""
    if len(cell) > MOST_CHARACTERS:
        return Bilingual(f"超过{MOST_CHARACTERS}字", f"longer than {MOST_CHARACTERS} characters")
    if "|" in cell or "\n" in cell or UNSEEN.search(cell):
        return Bilingual(
            "一格里不能有竖线、换行、制表符和看不见的字符",
            "a cell holds no bars, line ends, tabs or invisible characters",
        )
    return None


Row = tuple[Line | None, Cells]
"""What a row is to hold, and the line that it was, None for a new one."""


def changed(sheet: Sheet, rows: Sequence[Row], first_key: int) -> Sheet:
    """The table with these rows, the head first; new lines get keys from `first_key` on. Raises NotTakenError where
    they can't be written so that they read back as they are."""
    wanted = tuple(tuple(cell.strip() for cell in cells) for _, cells in rows)
    for number, cells in enumerate(wanted):
        for place, cell in enumerate(cells):
            why = refused(cell)
            if why is not None:
                raise NotTakenError(_at(number, place, why))
    keys = iter(range(first_key, first_key + len(rows)))
    laid = laid_out([list(one) for one in wanted]).split("\n") if sheet.aligned else []
    lines = tuple(
        Line(
            sheet.indent + laid[at] if sheet.aligned else _raw(sheet.indent, old, cells),
            cells,
            next(keys) if old is None else old.key,
        )
        for at, ((old, _), cells) in enumerate(zip(rows, wanted, strict=True))
    )
    made = replace(sheet, lines=lines)
    if not _reads_back(made):
        raise NotTakenError(
            Bilingual(
                "这样写进文件后读不回来，没有改动", "written into the file it would not read back; nothing was changed"
            )
        )
    return made


def rekeyed(sheet: Sheet, before: Sequence[Line], first_key: int) -> Sheet:
    """The table with the keys of those lines of `before` that it still has."""
    matcher = difflib.SequenceMatcher(None, [one.cells for one in before], list(sheet.cells), autojunk=False)
    keys = list(range(first_key, first_key + len(sheet.lines)))
    for tag, one, one_end, two, two_end in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and one_end - one == two_end - two):
            keys[two:two_end] = [line.key for line in before[one:one_end]]
    return replace(sheet, lines=tuple(replace(one, key=key) for one, key in zip(sheet.lines, keys, strict=True)))


def _at(row: int, column: int, why: Bilingual) -> Bilingual:
    where = (f"第{row}行", f"row {row}") if row else ("表头", "the head")
    return Bilingual(f"{where[0]}第{column + 1}列：{why.zh}", f"{where[1]}, column {column + 1}: {why.en}")


def _entries(text: str) -> Iterator[tuple[str, MapNode]]:
    return _entries_of(read_nodes(Source("", text))[0])


def _entries_of(node: object) -> Iterator[tuple[str, MapNode]]:
    parts = [node.get(section) for section in SECTIONS] if isinstance(node, MapNode) else []
    for part in parts:
        for key, entry in part.entries if isinstance(part, MapNode) else ():
            if isinstance(entry, MapNode) and entry.get("table") is not None:
                yield key.text, entry


def _label(entry: MapNode, name: str) -> Bilingual:
    words = [entry.get(language) for language in ("zh", "en")]
    zh, en = (one.text if isinstance(one, TextNode) and one.text else name for one in words)
    return Bilingual(zh, en)


def _placed(block: TextNode, text: str) -> tuple[str, tuple[Line, ...], str, str] | None:
    """The text before the lines, the lines, the text after, and how deep they stand; None where what is read is not
    what is written, line by line."""
    rows = block.text.rstrip("\n").split("\n")
    if not block.pieces or not block.text.strip():
        return None
    start = text.rfind("\n", 0, block.place(0, 1).start) + 1
    written = text[start:].split("\n")[: len(rows)]
    first = next(at for at, row in enumerate(rows) if row.strip())
    indent = written[first][: len(written[first]) - len(rows[first])] if len(written) == len(rows) else ""
    if not indent or indent.strip(" "):
        return None
    if any(line != indent + row if row else line.strip(" ") for line, row in zip(written, rows, strict=True)):
        return None
    lines, blank = [], ""
    for key, (line, row) in enumerate(zip(written, rows, strict=True)):
        if row.strip():
            lines.append(Line(blank + line, tuple(cells_of(row)[0]), key))
            blank = ""
        else:
            blank += line + "\n"
    end = start + len("\n".join(written))
    return text[:start], tuple(lines), text[end:], indent


def _raw(indent: str, old: Line | None, cells: Cells) -> str:
    """A line that stands as its writer laid it out: only cells that differ are written anew, in the room they had."""
    if old is None or len(old.cells) != len(cells):
        return indent + " | ".join(cells)
    blank, _, line = old.raw.rpartition("\n")
    parts = line[len(indent) :].split("|")
    for place, (was, now) in enumerate(zip(old.cells, cells, strict=True)):
        if was != now:
            parts[place] = _part(parts[place], was, now, is_first=not place, is_last=place == len(cells) - 1)
    return (f"{blank}\n" if blank or old.raw.startswith("\n") else "") + indent + "|".join(parts)


def _part(part: str, was: str, now: str, *, is_first: bool, is_last: bool) -> str:
    lead = "" if is_first else part[: len(part) - len(part.lstrip())] if was else part[:1] or " "
    tail = part[len(part.rstrip()) :] if was else part[len(lead) :]
    width = len(part) - len(lead)
    filled = lead + now
    if is_last:
        return filled if now else ""
    return filled.ljust(len(lead) + width) if len(now) < width else filled + (" " if tail else "")


def _reads_back(made: Sheet) -> bool:
    try:
        found = read_sheet(made.text, made.name)
    except NoSheetError:
        return False
    same = found.before == made.before and found.after == made.after and found.indent == made.indent
    return same and found.cells == made.cells
