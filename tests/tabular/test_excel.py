"""Workbooks: what is written is text and has lists to choose from; what is read is bounded and told by its cells."""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from decision_service.policy.parts import Bilingual
from decision_service.tabular import workbooks
from decision_service.tabular.entry import TableEntry, entry_of
from decision_service.tabular.excel import ABOUT, FIRST, TABLE, cell_name, write_workbook
from decision_service.tabular.taking import taken
from decision_service.tabular.trouble import TroubleError
from decision_service.tabular.workbooks import read_workbook
from tests.cli.running import RULES
from tests.editing.commands import miaopi
from tests.tabular.tables import MUSEUM, shipped


@pytest.fixture
def book(tmp_path: Path) -> Path:
    file, name = next((file, name) for file, name in shipped() if name == "retirement")
    write_workbook(tmp_path / "t.xlsx", *entry_of(file, name), file.policy, file.catalogue)
    return tmp_path / "t.xlsx"


def part(book: Path, name: str) -> str:
    with zipfile.ZipFile(book) as packed:
        return packed.read(name).decode()


def test_nothing_in_it_is_a_formula_and_the_head_stays_in_sight(book: Path) -> None:
    sheet = part(book, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert re.search(rf'<pane [^>]*ySplit="{FIRST}"[^>]* state="frozen"', sheet)
    assert '<dataValidation type="list"' in sheet
    texts = part(book, "xl/sharedStrings.xml")
    for word in ("M60 男职工", "=&gt; base_age whole", "整数", "行政" if "行政" in texts else "文字"):
        assert word in texts
    assert 'state="hidden"' in part(book, "xl/workbook.xml")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(1)", '=HYPERLINK("http://x")', "0012", "1e5", "1.50"]
)
def test_texts_stay_texts(text: str, tmp_path: Path) -> None:
    entry, table = entry_of(MUSEUM, "visits")
    odd = TableEntry("visits", (entry.cells[0], (text, "1"), ("-", text)), Bilingual("甲", "a"))
    write_workbook(tmp_path / "t.xlsx", odd, table, MUSEUM.policy, MUSEUM.catalogue)
    assert "<f>" not in part(tmp_path / "t.xlsx", "xl/worksheets/sheet1.xml")
    if "|" not in text:
        assert read_workbook(tmp_path / "t.xlsx").cells[1][0] == text
        assert read_workbook(tmp_path / "t.xlsx").cells[2][1] == text


def made(path: Path, change: Callable[[object, object], None], about: bool = True) -> Path:
    """A workbook as people leave it."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as new:
        sheet = new.add_worksheet(TABLE)
        sheet.write_row(0, 0, ["city", "=> visits whole"])
        sheet.write_row(1, 0, ["城市", "次数"])
        sheet.write_row(2, 0, ["210100, 210200 沈阳、大连", 24])
        sheet.write_row(3, 0, ["not(210100, 210200)", 12])
        if about:
            new.add_worksheet(ABOUT).write_row(0, 0, ["table", "visits"])
        change(sheet, new)
    return path


def take(path: Path) -> None:
    entry, rows = read_workbook(path), workbooks.rows_of(path)
    taken(MUSEUM, entry, lambda row, place: cell_name(rows[row], place))


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(TroubleError) as caught:
        take(path)
    return [(one.place, one.code) for one in caught.value.troubles]


def test_what_people_type_is_read(tmp_path: Path) -> None:
    def change(sheet, new) -> None:
        sheet.write_number(2, 1, 30.0)
        sheet.write_blank(5, 3, None)
        sheet.write_row(4, 0, ["  ", ""])
        sheet.write_row(6, 0, ["210300", 7])
        sheet.write_datetime(7, 0, date(2026, 1, 2), new.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_boolean(7, 1, True)

    cells = read_workbook(made(tmp_path / "t.xlsx", change)).cells
    assert cells[1:] == (
        ("210100, 210200 沈阳、大连", "30"),
        ("not(210100, 210200)", "12"),
        ("210300", "7"),
        ("2026-01-02", "true"),
    )


WRONG = {
    "an unknown value": (lambda sheet, _: sheet.write(2, 0, "<= 5"), [(f"{TABLE}!A3", "wrong_kind")]),
    "a fraction": (lambda sheet, _: sheet.write(3, 1, 1.5), [(f"{TABLE}!B4", "wrong_kind")]),
    "an empty test": (lambda sheet, _: sheet.write_string(2, 0, " "), [(f"{TABLE}!A3", "wrong_table")]),
    "a column without a head": (lambda sheet, _: sheet.write(3, 3, "x"), [(f"{TABLE}!D4", "wrong_table")]),
    "a bar": (lambda sheet, _: sheet.write(2, 0, "a|b"), [(f"{TABLE}!A3", "invisible_character")]),
    "a line end": (lambda sheet, _: sheet.write(2, 0, "a\nb"), [(f"{TABLE}!A3", "invisible_character")]),
    "a mark of direction": (lambda sheet, _: sheet.write(2, 0, "2\u202e1"), [(f"{TABLE}!A3", "invisible_character")]),
    "a long text": (lambda sheet, _: sheet.write(2, 0, "x" * 500), [(f"{TABLE}!A3", "too_long")]),
    "a great number": (lambda sheet, _: sheet.write(2, 1, 1e300), [(f"{TABLE}!B3", "wrong_kind")]),
    "a wrong head": (lambda sheet, _: sheet.write(0, 0, "town"), [(f"{TABLE}!A1", "unknown_name")]),
    "a row below a gap": (lambda sheet, _: sheet.write_row(9, 0, ["<= 5", 1]), [(f"{TABLE}!A10", "wrong_kind")]),
    "far down": (lambda sheet, _: sheet.write(1_000_000, 0, "x"), [("", "wrong_workbook")]),
    "far out": (lambda sheet, _: sheet.write(0, 16_000, "x"), [("", "wrong_workbook")]),
    "a formula": (lambda sheet, _: sheet.write_formula(2, 1, "=12+12", None, "many"), [(f"{TABLE}!B3", "wrong_kind")]),
}  # fmt: skip


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_by_its_cell(change, told: list[tuple[str, str]], tmp_path: Path) -> None:
    assert refused(made(tmp_path / "t.xlsx", change)) == told


def test_a_workbook_of_something_else_is_refused(tmp_path: Path) -> None:
    assert refused(made(tmp_path / "t.xlsx", lambda *_: None, about=False)) == [("", "wrong_workbook")]
    for number, data in enumerate((b"", b"PK\x03\x04", b"city,visits\n", b"\xd0\xcf\x11\xe0" * 100)):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(data)
        assert refused(path) == [("", "wrong_workbook")]
    assert refused(tmp_path / "none.xlsx") == [("", "wrong_workbook")]


def test_a_hostile_workbook_costs_little(book: Path, tmp_path: Path) -> None:
    for name, content in (
        ("bomb", b"\0" * (workbooks.MOST_UNPACKED + 1)),
        ("cells", b"<worksheet><sheetData>" + b"<c/>" * (workbooks.MOST_CELLS + 1)),
        ("far", b'<worksheet><sheetData><row r="1"><c r="ZZZ999999999999999999999999"/></row>'),
    ):
        packed = io.BytesIO()
        with zipfile.ZipFile(book) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
            for one in old.namelist():
                new.writestr(one, content if one == "xl/worksheets/sheet1.xml" else old.read(one))
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(packed.getvalue())
        assert refused(path) == [("", "wrong_workbook")]


def test_any_truncated_or_changed_workbook_is_refused_or_read(book: Path, tmp_path: Path) -> None:
    data = book.read_bytes()
    for at in range(40, len(data), max(1, len(data) // 10)):
        for changed in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
            path = tmp_path / "t.xlsx"
            path.write_bytes(changed)
            with suppress(TroubleError):
                read_workbook(path)


def test_the_command_takes_a_table_out_and_back(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", rules / "catalogue")
    shutil.copytree(RULES / "elderly_allowance", rules / "elderly_allowance")
    file, book = rules / "elderly_allowance" / "2026-01-01.yaml", tmp_path / "t.xlsx"
    before = file.read_bytes()
    assert miaopi("table", "export", "elderly_allowance", "allowance", book, "--rules", rules).code == 0
    done = miaopi("table", "import", book, "--into", file, "--json")
    assert (done.code, json.loads(done.out)["changed"]) == (0, False)
    assert file.read_bytes() == before
    assert "there are: allowance" in miaopi("table", "export", "elderly_allowance", "none", book, "--rules", rules).err
    book.write_bytes(b"no workbook")
    done = miaopi("table", "import", book, "--into", file)
    assert done.code == 1
    assert "t.xlsx: wrong_workbook: 不是 Excel 工作簿（.xlsx）\n  this is no Excel workbook" in done.err
    assert file.read_bytes() == before
    for wrong in (
        ["import", book, "--into", tmp_path / "none"],
        ["export", "none", "x", book],
        ["export", "senior_card", "x", "t.csv"],
        ["export", "elderly_allowance", "allowance", tmp_path / "none" / "t.xlsx"],
    ):
        done = miaopi("table", *wrong)
        assert (done.code, done.err[:8]) == (2, "miaopi: ")
