"""A decision table as a workbook: one sheet for the table, one that says what it is, one with values to choose from.

Texts are written as texts, so that nothing in a cell is ever taken for a formula; numbers are numbers where Excel keeps
them as they are.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final, Protocol

from decision_service.language.kinds import NUMBERS
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.parts import Table
from decision_service.policy.shape import Policy
from decision_service.tabular.columns import Column, columns_of
from decision_service.tabular.entry import TableEntry

TABLE, ABOUT, VALUES = "表格", "说明", "可选值"
"""The names of the sheets."""

FIRST: Final = 2
"""The row (from 0) where the table's own rows begin: below the head and the line that explains it."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})|-?(0|[1-9][0-9]{0,11})\.[0-9]*[1-9]")
_WHEN = datetime(2026, 1, 1)  # noqa: DTZ001 - a property of the file: the same table makes the same file on any day
_SUGGESTED = {"input_title": "", "show_error": False, "ignore_blank": True}


class Sheet(Protocol):
    """What is asked of a sheet of the library that writes workbooks."""

    def write_string(self, row: int, place: int, text: str, look: object = None) -> object:
        """A text, whatever it looks like."""

    def write_number(self, row: int, place: int, number: float, look: object = None) -> object:
        """A number."""

    def set_column(self, first: int, last: int, width: float, look: object = None) -> object:
        """How wide columns are."""

    def freeze_panes(self, row: int, place: int) -> object:
        """What stays where it is when one scrolls."""

    def data_validation(
        self, row: int, place: int, last_row: int, last_place: int, options: Mapping[str, object]
    ) -> object:
        """What may be put into cells."""

    def hide(self) -> object:
        """Not shown until it is asked for."""


Looks = Mapping[str, object]
"""How cells look, by what they hold."""


def kept_as_number(text: str) -> bool:
    """Whether a number comes back from a workbook exactly as it is written here."""
    return _NUMBER.fullmatch(text) is not None and len(text.strip("-").replace(".", "")) <= 15


def write_workbook(path: Path, entry: TableEntry, table: Table, policy: Policy, catalogue: Catalogue) -> None:
    """Writes the table to a file. OSError where that can't be done."""
    import xlsxwriter

    made = BytesIO()  # the library has an error of its own for a file that can't be written, and leaves half of one
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"title": f"{policy.matter} {entry.name}", "created": _WHEN})
        sheet = book.add_worksheet(TABLE)
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#DDE6F0", "num_format": "@", "border": 1}),
            "told": book.add_format({"italic": True, "font_color": "#555555", "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"num_format": "@"}),
            "number": book.add_format({"num_format": "General"}),
        }
        columns = columns_of(entry, table, policy, catalogue)
        _cells(sheet, entry, columns, formats)
        _about(book.add_worksheet(ABOUT), entry, policy, formats)
        _choices(book.add_worksheet(VALUES), sheet, entry, columns)
    path.write_bytes(made.getvalue())


def _told(column: Column) -> str:
    return f"{column.label.zh}（{column.kind_name.zh}）\n{column.label.en}"


def _number(column: Column) -> bool:
    return column.output and column.kind.name in NUMBERS


def _cells(sheet: Sheet, entry: TableEntry, columns: Sequence[Column], formats: Looks) -> None:
    for place, (text, column) in enumerate(zip(entry.cells[0], columns, strict=True)):
        width = min(40, max(12, len(column.label.zh) * 2 + 8))
        sheet.set_column(place, place, width, formats["number" if _number(column) else "text"])
        sheet.write_string(0, place, text, formats["head"])
        sheet.write_string(1, place, _told(column), formats["told"])
    for number, row in enumerate(entry.cells[1:], FIRST):
        for place, text in enumerate(row):
            if _number(columns[place]) and kept_as_number(text):
                sheet.write_number(number, place, float(text), formats["number"])
            elif text:
                sheet.write_string(number, place, text, formats["text"])
    sheet.freeze_panes(FIRST, 1)


def _about(sheet: Sheet, entry: TableEntry, policy: Policy, formats: Looks) -> None:
    lines = (
        ("table", entry.name, "表名 the table"),
        ("matter", policy.matter, "事项 the matter"),
        ("version", str(policy.effective_from), "生效日 the version"),
        ("zh", entry.label.zh, "中文名称 its label"),
        ("en", entry.label.en, "英文名称 its label in English"),
        ("hit", entry.hit, "命中策略 the hit policy"),
        ("gives", entry.gives, "交叉表中值的类型 the kind of a cross table's values"),
        ("order", ", ".join(entry.order), "输出值的先后 the output values, strongest first"),
    )
    for number, (key, value, told) in enumerate(lines):
        sheet.write_string(number, 0, key, formats["head"])
        sheet.write_string(number, 1, value, formats["text"])
        sheet.write_string(number, 2, told, formats["told"])
    sheet.set_column(0, 2, 24)


def _choices(sheet: Sheet, table: Sheet, entry: TableEntry, columns: Sequence[Column]) -> None:
    """Lists to choose from. In a column of conditions they are suggestions: `not(…)` may stand there as well."""
    last = max(FIRST + len(entry.cells) + 200, 1000)
    for place, column in enumerate(columns):
        if not column.values:
            continue
        for number, value in enumerate(column.values):
            sheet.write_string(number, place, value)
        source = f"='{VALUES}'!${_letters(place)}$1:${_letters(place)}${len(column.values)}"
        more: Mapping[str, object] = {} if column.output else _SUGGESTED
        table.data_validation(FIRST, place, last, place, {"validate": "list", "source": source, **more})
    sheet.hide()


def _letters(place: int) -> str:
    """The letters of a column, counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, place: int) -> str:
    """The name of a cell of the table's sheet, rows and columns counted from 0: `表格!C7`."""
    return f"{TABLE}!{_letters(place)}{row + 1}"
