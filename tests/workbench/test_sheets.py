"""Tables as lines of a text: an edit changes the cells that it names and nothing else of the file."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.workbench.drafts import SCHEMA, Drafts
from decision_service.workbench.store import Store
from decision_service.workbench.tables.edits import (
    Edit,
    Inserted,
    Moved,
    Narrowed,
    Removed,
    Replaced,
    Typed,
    Widened,
    edited,
    mending,
)
from decision_service.workbench.tables.marking import remarked
from decision_service.workbench.tables.opened import ElsewhereError, Opened
from decision_service.workbench.tables.pasting import pasted, read_clipboard
from decision_service.workbench.tables.sheet import NotTakenError, Sheet, read_sheet, tables_in
from decision_service.workbench.tables.understanding import Asked, Holes, Understood, holes, understood
from tests.workbench.desks import SHIPPED

FILES = [path for path in sorted(SHIPPED.glob("*/*.yaml")) if path.parent.name != "catalogue"]
TABLES = [(text, name) for path in FILES for text in [path.read_text(encoding="utf-8")] for name in tables_in(text)]

CELL = st.text("ab19 .-<>=[]()\"'#:沈阳，é\\%&*!{}", max_size=9).map(str.strip)
ANYTHING = st.text(max_size=30)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A table in a file around it, laid out evenly or as it comes, with comments, and blank lines within."""
    width = draw(st.integers(2, 4))
    head = ["a", *(f"c{at}" for at in range(1, width - 1)), "=> z whole"]
    rows = [head, *(["-" if not at else draw(CELL) for at in range(width)] for _ in range(draw(st.integers(1, 5))))]
    gap = draw(st.sampled_from([" | ", "|", "  |   "]))
    deep = draw(st.sampled_from(["     ", "      "]))
    lines = [draw(st.sampled_from(["", "", "\n", "   \n"])) + deep + gap.join(row) for row in rows[1:]]
    block = "\n".join([deep + gap.join(head), *lines])
    before = "# first\nmatter: x\nparameters:\n  t:  # about\n    zh: 表\n    en: table\n    table: |  # the table\n"
    after = draw(st.sampled_from(["\n", "\n\n\n", "\n  # a word\n\nlet:\n  a: 1\n", ""]))
    return read_sheet(before + block + after, "t")


@st.composite
def edits(draw: st.DrawFn, sheet: Sheet, cell: st.SearchStrategy[str]) -> Edit:
    """Anything that can be done in a grid, sensible or not."""
    keys = [line.key for line in sheet.lines]
    width = len(sheet.lines[0].cells)
    some = st.frozensets(st.sampled_from(keys), min_size=1)
    row = st.lists(cell, max_size=width + 1).map(tuple)
    at = st.integers(0, width)
    some_edit: st.SearchStrategy[Edit] = st.one_of(
        st.dictionaries(st.tuples(st.sampled_from(keys), st.integers(0, width - 1)), cell).map(Typed),
        st.builds(Inserted, st.sampled_from(keys), st.lists(row, max_size=3).map(tuple)),
        st.builds(Removed, some),
        st.builds(Moved, some, st.sampled_from([-1, 1])),
        st.builds(Widened, at, cell),
        st.builds(Narrowed, at),
        st.builds(
            Replaced,
            st.lists(st.lists(cell, min_size=width, max_size=width).map(tuple)).map(tuple),
            st.just(sheet.cells),
        ),
    )
    return draw(some_edit)


def holds_together(before: Sheet, after: Sheet) -> None:
    """Everything around the table is there to the letter, and what was written reads back."""
    assert (after.before, after.after, after.indent) == (before.before, before.after, before.indent)
    read = read_sheet(after.text, after.name)
    assert read.cells == after.cells
    assert read.text == after.text


@pytest.mark.parametrize(("text", "name"), TABLES)
def test_a_shipped_table_is_its_text(text: str, name: str) -> None:
    sheet = read_sheet(text, name)
    assert sheet.text == text
    last = sheet.lines[-1]
    wider = edited(sheet, Typed({(last.key, len(last.cells) - 1): "123456789.00"}), 1000)
    holds_together(sheet, wider)
    assert wider.aligned
    assert edited(wider, Typed({(last.key, len(last.cells) - 1): last.cells[-1]}), 1000).text == text


@given(st.data(), sheets())
def test_an_edit_changes_its_cells_and_nothing_else(data: st.DataObject, sheet: Sheet) -> None:
    assert read_sheet(sheet.text, "t").text == sheet.text
    edit = data.draw(edits(sheet, st.one_of(CELL, ANYTHING)))
    try:
        after = edited(sheet, edit, 1000)
    except NotTakenError:
        return
    holds_together(sheet, after)
    kept = {line.key: line for line in sheet.lines}
    match edit:
        case Typed():
            for line in after.lines:
                for place, cell in enumerate(line.cells):
                    assert cell == edit.cells.get((line.key, place), kept[line.key].cells[place]).strip()
                if not sheet.aligned and line.cells == kept[line.key].cells:
                    assert line.raw == kept[line.key].raw
        case Removed():
            assert {line.key for line in after.lines} == set(kept) - edit.keys | {sheet.lines[0].key}
        case Moved():
            assert sorted(line.key for line in after.lines) == sorted(kept)
            assert all(line.cells == kept[line.key].cells for line in after.lines)
        case Inserted() | Replaced() | Widened() | Narrowed():
            old = [line.cells for line in after.lines if line.key in kept and not isinstance(edit, Widened | Narrowed)]
            assert all(cells in sheet.cells for cells in old)


@given(st.data(), sheets(), st.one_of(ANYTHING, st.text('a\t\n\r"=1+|-', max_size=40)), st.booleans())
def test_whatever_is_pasted_ends_as_cells_or_is_refused(
    data: st.DataObject, sheet: Sheet, words: str, fills: bool
) -> None:
    keys = [line.key for line in sheet.lines][data.draw(st.integers(0, len(sheet.lines) - 1)) :]
    columns = list(range(data.draw(st.integers(0, len(sheet.lines[0].cells) - 1)), len(sheet.lines[0].cells)))
    try:
        cells = read_clipboard(words)
        after = edited(sheet, pasted(cells, keys, columns, fills=fills), 1000)
    except NotTakenError:
        return
    holds_together(sheet, after)
    if not fills:
        at = [line.key for line in after.lines].index(keys[0])
        for row, line in zip(cells, after.lines[at:], strict=False):
            assert line.cells[columns[0] : columns[0] + len(row)] == row


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=4))
def test_what_a_spreadsheet_copies_comes_as_it_was(rows: list[list[str]]) -> None:
    def copied(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if '"' in cell else cell

    text = "\r\n".join("\t".join(copied(cell) for cell in row) for row in rows) + "\r\n"
    assert read_clipboard(text) == tuple(map(tuple, rows))


def test_what_came_from_elsewhere_takes_the_place_of_what_it_was_compared_with_alone() -> None:
    sheet = read_sheet("parameters:\n  t:\n    table: |\n      a | => z whole\n      1 | 2\n", "t")
    came = Replaced((sheet.cells[0], ("1", "3")), sheet.cells)
    assert edited(sheet, came, 9).cells[1] == ("1", "3")
    another = edited(sheet, Typed({(sheet.lines[1].key, 0): "7"}), 9)
    with pytest.raises(NotTakenError, match="changed while you looked"):
        edited(another, came, 9)


def test_a_cell_that_a_row_lacks_can_be_written() -> None:
    """That is what `miaopi check` asks for."""
    head = "parameters:\n  t:\n    table: |\n      a | b | => z whole\n"
    sheet = read_sheet(f"{head}      1 | 2\n      3 | 4 | 5\n", "t")
    made = edited(sheet, Typed({(sheet.lines[1].key, 2): "6"}), 9)
    assert made.cells[1:] == (("1", "2", "6"), ("3", "4", "5"))


def test_a_formula_is_a_text_and_quotes_of_our_own_stay() -> None:
    assert read_clipboard('=1+1\t"M60"\n"a\tb"\t"""x"""') == (("=1+1", '"M60"'), ("a\tb", '"x"'))


TRIED = [path.relative_to(SHIPPED).as_posix() for path in FILES if tables_in(path.read_text(encoding="utf-8"))]
WORDS = ("", "-", "abc", "12", "1.234", ">= 3", "[3..1", "[1..9)", '"a", "b"', "210100", "null", "true", "2026-01-01")


@settings(max_examples=40)
@given(st.data())
def test_a_cell_looked_at_by_itself_is_as_wrong_as_in_the_check_of_the_file(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(TRIED))
    text = (SHIPPED / file).read_text(encoding="utf-8")
    before = read_sheet(text, data.draw(st.sampled_from(sorted(tables_in(text)))))
    first = 2 if before.cross else 0
    cells = st.tuples(st.sampled_from(before.lines[1:]), st.integers(0, len(before.lines[0].cells) - 1))
    places = [(line.key, at) for line, at in data.draw(st.lists(cells, min_size=1, max_size=3)) if at != 1 or not first]
    after = edited(before, Typed({place: data.draw(st.sampled_from(WORDS)) for place in places}), 1000)
    found = remarked(understood_of(file, before), before.lines, after.lines)
    whole = understood_of(file, after)
    assert found is not None
    assert set(found.wrong) == set(whole.wrong) if found.wrong else all(not one.row for one in whole.wrong)
    back = remarked(found, after.lines, before.lines)
    assert back is not None
    assert back.wrong == ()


def understood_of(file: str, sheet: Sheet) -> Understood:
    return understood(Asked(str(SHIPPED), file, sheet.text, sheet.name))


def test_with_each_gap_of_a_cross_table_mended_as_offered_none_is_left() -> None:
    file = "disability_allowances/2026-01-01.yaml"
    sheet = read_sheet((SHIPPED / file).read_text(encoding="utf-8"), "care_amount")
    less = Removed(frozenset({sheet.lines[2].key}))
    for steps, kinds in (
        ((less,), {Inserted, Widened}),
        ((Narrowed(3),), {Widened}),
        ((less, Narrowed(3)), {Inserted, Widened}),
    ):
        found, lines = sheet, []
        for step in steps:
            found = edited(found, step, 100)
        while (gaps := holes_of(file, found).gaps) and len(lines) < 4:
            made = mending(found, gaps[0].tests)
            assert made is not None
            lines.append(type(made[0]))
            found = edited(found, made[0], 1000 * len(lines) + 1000)
            empty = {(line.key, at): "1" for line in found.lines[1:] for at in range(2, len(line.cells))}
            found = edited(found, Typed(empty), 0)
        assert set(lines) == kinds
        assert (gaps, holes_of(file, found).overlaps) == ((), ())


def holes_of(file: str, sheet: Sheet) -> Holes:
    found = holes(Asked(str(SHIPPED), file, sheet.text, sheet.name))
    assert found is not None
    return found


@pytest.fixture
def drafts(tmp_path: Path, rules: Path) -> Drafts:
    return Drafts(Store(tmp_path / "store.sqlite3", SCHEMA), rules, tmp_path / "whole", lambda: datetime.now(UTC))


FILE = "unemployment_registration/2026-01-01.yaml"


def cell_of(opened: Opened, row: int, words: str) -> Typed:
    line = opened.sheet.lines[row]
    return Typed({(line.key, len(line.cells) - 1): words})


def test_steps_are_taken_back_to_the_letter(drafts: Drafts) -> None:
    opened = Opened(drafts, FILE, "benefit_months")
    texts, chance = [drafts.read(FILE)[0]], random.Random(5)
    for number in range(12):
        opened.do(cell_of(opened, chance.randint(1, 4), str(number)), "one")
        texts.append(drafts.read(FILE)[0])
    walks: list[tuple[Callable[[str], None], list[str]]] = [(opened.undo, texts[-2::-1]), (opened.redo, texts[1:])]
    for step, wanted in walks:
        for text in wanted:
            step("one")
            assert drafts.read(FILE)[0] == text


def test_what_another_saves_is_never_overwritten(drafts: Drafts) -> None:
    opened, other = Opened(drafts, FILE, "benefit_months"), Opened(drafts, FILE, "benefit_months")
    other.do(cell_of(other, 1, "23"), "other")
    with pytest.raises(ElsewhereError, match="other"):
        opened.do(cell_of(opened, 2, "17"), "one")
    assert opened.sheet.lines[1].cells[-1] == "23"
    assert opened.sheet.lines[2].cells[-1] == "18"
    # Elsewhere in the file: both stay.
    text, number = drafts.read(FILE)
    drafts.save(FILE, text + "# a remark\n", "other", number)
    opened.do(cell_of(opened, 2, "17"), "one")
    text = drafts.read(FILE)[0]
    assert text.endswith("# a remark\n")
    assert read_sheet(text, "benefit_months").lines[2].cells[-1] == "17"
