"""A decision table out of a workbook: what its cells hold, no formula run, size bounded before anything is unpacked."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from decision_service.policy.nodes import UNSEEN
from decision_service.policy.parts import Bilingual
from decision_service.tabular.entry import TableEntry
from decision_service.tabular.excel import ABOUT, FIRST, TABLE, cell_name
from decision_service.tabular.trouble import Trouble, TroubleError

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_UNPACKED: Final = 64 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
MOST_CELLS: Final = 400_000
MOST_CHARACTERS: Final = 400

_PLACE = re.compile(rb"<(?:\w+:)?(c|row)\b[^>]*?\sr=[\"']([A-Z]*)(\d+)[\"']")
_KEYS = frozenset({"table", "matter", "version", "zh", "en", "hit", "gives", "order"})
_Value = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(path: Path) -> TableEntry:
    """The table that the file holds. Raises TroubleError with everything that is wrong with it."""
    data = _bounded(path)
    sheets = _sheets(data)
    about = _about(sheets[ABOUT])
    troubles: list[Trouble] = []
    rows = [list(_texts(row, number, troubles)) for number, row in enumerate(sheets[TABLE])]
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) <= FIRST:
        raise TroubleError([Trouble("wrong_table", "表格里没有行", "the table has no rows", TABLE)])
    width = max((at + 1 for at, text in enumerate(rows[0]) if text), default=0)
    for number, row in enumerate(rows):
        for at, text in enumerate(row[width:], width):
            if text:
                troubles.append(
                    Trouble("wrong_table", "这一列没有表头", "this column has no head", cell_name(number, at))
                )
    if troubles:
        raise TroubleError(troubles)
    kept = [row[:width] for number, row in enumerate(rows) if number == 0 or number >= FIRST]
    cells = tuple(tuple(row) for row in kept if any(row))
    order = tuple(one.strip() for one in about["order"].split(",") if one.strip())
    label = Bilingual(about["zh"], about["en"])
    return TableEntry(about["table"], cells, label, about["hit"] or "unique", about["gives"], order)


def rows_of(path: Path) -> list[int]:
    """The rows of the sheet (from 0) that hold the rows of the table as `read_workbook` gives it, the head first."""
    rows = _sheets(_bounded(path))[TABLE]
    return [number for number, row in enumerate(rows) if (number == 0 or number >= FIRST) and any(map(_filled, row))]


def _filled(value: _Value) -> bool:
    return not isinstance(value, str) or bool(value.strip())


def _wrong_file(zh: str, en: str) -> TroubleError:
    return TroubleError([Trouble("wrong_workbook", zh, en, "")])


def _bounded(path: Path) -> bytes:
    """The file, if it is a workbook of a size that can be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        raise _wrong_file("文件读不出", "the file cannot be read") from None
    if len(data) > MOST_BYTES:
        raise _wrong_file("文件超过8 MB", "the file is larger than 8 MB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _measured(packed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error):
        raise _wrong_file("不是 Excel 工作簿（.xlsx）", "this is no Excel workbook (.xlsx)") from None
    return data


def _measured(packed: zipfile.ZipFile) -> None:
    """Looks through every sheet for cells far out, which a reader would make room for."""
    left, cells = MOST_UNPACKED, 0
    for name in packed.namelist():
        with packed.open(name) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _wrong_file("解开后太大", "it is too large when unpacked")
        if not name.startswith("xl/worksheets/"):
            continue
        for what, letters, digits in _PLACE.findall(content):
            cells += what == b"c"
            if int(digits[:9]) > MOST_ROWS or len(letters) > 3 or _number(letters) > MOST_COLUMNS:
                raise _wrong_file(
                    f"最多{MOST_ROWS}行、{MOST_COLUMNS}列", f"at most {MOST_ROWS} rows and {MOST_COLUMNS} columns"
                )
        if cells > MOST_CELLS or content.count(b"<c") > MOST_CELLS:
            raise _wrong_file("单元格太多", "there are too many cells")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheets(data: bytes) -> dict[str, list[list[_Value]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        missing = [name for name in (TABLE, ABOUT) if name not in book.sheet_names]
        if missing:
            raise _wrong_file(
                f"没有工作表“{missing[0]}”；请从 `miaopi table export` 写出的文件改起",
                f"there is no sheet {missing[0]}; begin with a file that `miaopi table export` wrote",
            )
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in (TABLE, ABOUT)}
    except CalamineError:
        raise _wrong_file("不是 Excel 工作簿（.xlsx）", "this is no Excel workbook (.xlsx)") from None


def _about(rows: Sequence[Sequence[_Value]]) -> dict[str, str]:
    found = dict.fromkeys(_KEYS, "")
    for row in rows[:50]:
        if len(row) > 1 and str(row[0]) in found:
            found[str(row[0])] = str(row[1]).strip()[:MOST_CHARACTERS]
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,60}", found["table"]):
        raise TroubleError([Trouble("wrong_name", "没有写表名", "it does not name the table", f"{ABOUT}!B1")])
    for key, text in found.items():
        if UNSEEN.search(text):
            raise TroubleError(
                [
                    Trouble(
                        "invisible_character", f"`{key}` 有看不见的字符", f"`{key}` holds an invisible character", ABOUT
                    )
                ]
            )
    return found


def _texts(row: Sequence[_Value], number: int, troubles: list[Trouble]) -> Iterator[str]:
    for place, value in enumerate(row):
        text = _text(value)
        told = None
        if number == 1:
            text = ""  # the line that explains the head
        elif text is None:
            told = ("wrong_kind", "这里不能是时间", "a time of day cannot stand here")
        elif len(text) > MOST_CHARACTERS:
            told = ("too_long", f"超过{MOST_CHARACTERS}字", f"longer than {MOST_CHARACTERS} characters")
        elif "|" in text or "\n" in text or UNSEEN.search(text):
            told = (
                "invisible_character",
                "不能有竖线、换行和看不见的字符",
                "no bars, line ends or invisible characters here",
            )
        if told is not None:
            troubles.append(Trouble(*told, cell_name(number, place)))
        yield "" if text is None or told is not None else text


def _text(value: _Value) -> str | None:
    """What a cell says; None where it is nothing that a table can hold."""
    match value:
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _plain(value)
        case datetime() if value.time() != time():
            return None
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return None


def _plain(value: float) -> str | None:
    """A number as it is written, without an exponent."""
    if value != value or abs(value) >= 1e15:  # noqa: PLR0124 - a number that is none differs from itself
        return None
    return str(int(value)) if value == int(value) else f"{value:.10f}".rstrip("0")
