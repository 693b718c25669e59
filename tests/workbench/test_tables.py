"""A decision table as a grid over the same text that the editor shows."""

import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from decision_service.workbench.drafts import Drafts
from decision_service.workbench.store import Store
from decision_service.workbench.tables.understanding import Asked
from decision_service.workbench.tables.workbook import exported, imported
from tests.workbench.desks import Desk, alone, copied_rules, page_as, page_of, pasted

FILE = "unemployment_registration/2026-01-01.yaml"
PATH = f"/table?file={FILE}&table=benefit_months"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One whose drafts these tests leave behind."""
    folder = tmp_path_factory.mktemp("tables")
    with alone(copied_rules(folder), folder) as found:
        yield found


def cell(page: Page, row: int, column: int) -> Locator:
    """A cell of the grid, by row from 1 (the head is 0) and column from 0."""
    index = "t-0" if row == 0 else str(row - 1)
    return page.locator(f'.ag-row[row-index="{index}"] [col-id="c{column}"]')


def typed(page: Page, row: int, column: int, words: str) -> None:
    cell(page, row, column).click()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def drafted(desk: Desk, file: str = FILE) -> str:
    """The file as the newest draft of it stands."""
    with sqlite3.connect(desk.data / "workbench.sqlite3") as store:
        found = store.execute("SELECT text FROM saves WHERE name = ? ORDER BY number DESC LIMIT 1", (file,)).fetchone()
    store.close()
    return str(found[0]) if found else (desk.rules / file).read_text(encoding="utf-8")


def told_apart(one: str, other: str) -> list[str]:
    """The lines of `other` that `one` has not, blanks left out of account."""
    known = {" ".join(line.split()) for line in one.split("\n")}
    return [words for line in other.split("\n") if (words := " ".join(line.split())) not in known]


def brings(page: Page, tool: str, name: str, content: bytes) -> None:
    """A file chosen after "Import from …"; what is known of its type is what its name says."""
    chosen = page.locator(f".mp-from-{tool} input[type=file]")
    chosen.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def rows_are_pasted(desk: Desk, page: Page, shipped: str) -> None:
    # Two rows from a spreadsheet: one over a row that is there, one new; a formula is a text and no more.
    cell(page, 4, 0).click()
    expect(cell(page, 4, 0)).to_be_focused()
    pasted(page, "[6..12)\t6\r\n< 6\t=1+1\r\n")
    expect(cell(page, 5, 1)).to_have_text("=1+1")
    expect(cell(page, 5, 1)).to_have_class(re.compile("mp-wrong"))
    assert told_apart(shipped, drafted(desk)) == ["[6..12) | 6", "< 6 | =1+1"]
    page.keyboard.press("Control+z")
    expect(cell(page, 5, 0)).to_have_count(0)
    expect(cell(page, 4, 0)).to_have_text("< 12")
    assert drafted(desk) == shipped


def it_goes_to_excel_and_comes_back(desk: Desk, page: Page, shipped: str) -> None:
    # Out to Excel, and back with one amount changed: what that changes is shown before it is kept.
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export to Excel").click()
    same = Asked(str(desk.rules), FILE, shipped, "benefit_months")
    assert imported(waiting.value.path().read_bytes(), same).changes == ()
    edited = shipped.replace(">= 120      |                      24", ">= 120      |                      23")
    asked = Asked(str(desk.rules), FILE, edited, "benefit_months")
    brings(page, "excel", "a.xlsx", exported(asked).content)
    expect(page.get_by_text("row 1: benefit_months whole: 24 → 23")).to_be_visible()
    assert drafted(desk) == shipped
    page.get_by_role("button", name="Take it over").click()
    expect(cell(page, 1, 1)).to_have_text("23")
    assert drafted(desk) == edited
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, 1, 1)).to_have_text("24")
    brings(page, "excel", "a.xlsx", b"no workbook")
    expect(page.get_by_text("this is no Excel workbook")).to_be_visible()


def a_column_comes_and_goes(desk: Desk, page: Page, shipped: str) -> None:
    cell(page, 1, 1).click()
    page.get_by_role("button", name="Add column").click()
    cell(page, 1, 2).click()
    page.get_by_role("button", name="Remove column").click()
    expect(cell(page, 1, 2)).to_have_count(0)
    assert drafted(desk) == shipped
    # The cursor stood on what is gone: the check goes on all the same.
    typed(page, 2, 1, "many")
    expect(page.locator(".mp-finding")).to_contain_text("`many` is not a whole number")


def it_goes_to_dmn_and_comes_back(desk: Desk, page: Page, shipped: str) -> None:
    # What the model does not carry is said; what comes back is shown before it is kept, in the words of the file.
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export to DMN").click()
    model = waiting.value.path().read_text(encoding="utf-8")
    expect(page.get_by_text("does not carry: the legal basis; the closer kinds (whole → number).")).to_be_visible()
    noted = model.replace("<rule ", "<annotation><text>why</text></annotation><rule ", 1)
    brings(page, "dmn", "a.dmn", noted.replace("<text>24</text>", "<text>23</text>").encode())
    expect(page.get_by_text("row 1: benefit_months whole: 24 → 23")).to_be_visible()
    expect(page.get_by_text("Left behind, since it only explains: columns of annotations.")).to_be_visible()
    assert drafted(desk) == shipped
    page.get_by_role("button", name="Take it over").click()
    expect(cell(page, 1, 1)).to_have_text("23")
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, 1, 1)).to_have_text("24")
    for content, words in wrong_models(model).items():
        brings(page, "dmn", "a.dmn", content)
        expect(page.get_by_text(f"Nothing was taken over: {words}")).to_be_visible()
    brings(page, "dmn", "a.exe", b"")
    expect(page.get_by_text("only files up to 8 MB (.dmn .xml); nothing was taken over")).to_be_visible()
    assert drafted(desk) == shipped


def wrong_models(model: str) -> dict[bytes, str]:
    """What no model may be, or what the rule file can't say, and what is said of it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.dmn", b" " * 10_000_000)
    head, body = model.split("?>", 1)
    outside = f'{head}?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{body}'.replace(">24<", ">&a;<")
    return {
        outside.encode(): "a DTD or entities are not allowed",
        packed.getvalue(): "this is not XML",
        b"<html/>": "this is no DMN model",
        model.replace(">24<", ">24, 12<").encode(): "benefit_months_rule1_out1 an output is one constant",
        model.replace('"UNIQUE"', '"FIRST"').encode(): "`hit` comes in as first, the file has unique",
        model.replace('id="benefit_months"', 'id="other"').replace('"benefit_months"', '"other"').encode(): (
            "the model holds the table other, not benefit_months"
        ),
    }


def test_a_table_is_changed_in_its_grid_and_in_its_text(desk: Desk, window: BrowserContext) -> None:
    shipped = (desk.rules / FILE).read_text(encoding="utf-8")
    page = page_of(desk, window, PATH, "en")
    expect(cell(page, 1, 0)).to_have_text(">= 120")
    expect(page.get_by_text("The file has no problem.")).to_be_visible()

    # A wrong cell is marked, and its words are those of `miaopi check`.
    typed(page, 2, 1, "eighteen")
    expect(cell(page, 2, 1)).to_have_class(re.compile("mp-wrong"))
    expect(page.get_by_text("`eighteen` is not a whole number", exact=False).first).to_be_visible()
    assert told_apart(shipped, drafted(desk)) == ["[60..120) | eighteen"]

    page.keyboard.press("Control+z")
    expect(cell(page, 2, 1)).to_have_text("18")
    expect(page.get_by_text("The file has no problem.")).to_be_visible()
    assert drafted(desk) == shipped

    rows_are_pasted(desk, page, shipped)
    # A gap is told with the row that would fill it.
    cell(page, 2, 0).click()
    page.get_by_role("button", name="Delete rows").click()
    page.get_by_role("button", name="Add this row").click()
    expect(cell(page, 4, 0)).to_have_text("[60..120)")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, 2, 0)).to_have_text("[60..120)")
    expect(page.get_by_text("Every case has its row")).to_be_visible()
    assert drafted(desk) == shipped

    it_goes_to_excel_and_comes_back(desk, page, shipped)
    it_goes_to_dmn_and_comes_back(desk, page, shipped)
    a_column_comes_and_goes(desk, page, shipped)


def test_a_cross_table_is_given_the_row_or_the_column_that_it_lacks(desk: Desk, window: BrowserContext) -> None:
    file = "disability_allowances/2026-01-01.yaml"
    shipped = (desk.rules / file).read_text(encoding="utf-8")
    page = page_of(desk, window, f"/table?file={file}&table=care_amount", "en")
    for at, tool, lacks, test, adds, added in (
        ((2, 0), "Delete rows", "No row for city: ", "210200", "Add this row", (3, 0)),
        ((0, 3), "Remove column", "No column for level: ", "(1..3), > 3", "Add this column", (0, 4)),
    ):
        cell(page, *at).click()
        page.get_by_role("button", name=tool).click()
        expect(page.get_by_text(lacks + test)).to_be_visible()
        page.get_by_role("button", name=adds).click()
        expect(cell(page, *added)).to_have_text(test)
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Undo").click()
        expect(cell(page, 2, 3)).to_have_text("140")
        expect(page.get_by_text("The file has no problem.")).to_be_visible()
        assert drafted(desk, file) == shipped


def test_who_may_not_change_rules_sees_the_table_and_changes_nothing(stage: Desk, window: BrowserContext) -> None:
    page = page_as(stage, window, "officer", PATH, "en")
    expect(cell(page, 1, 0)).to_have_text(">= 120")
    expect(page.get_by_role("button", name="Delete rows")).to_have_count(0)
    cell(page, 2, 1).click()
    page.keyboard.type("17")
    expect(cell(page, 2, 1)).to_have_text("18")
    # On paper it is the whole table, whether by the button or by the browser's own key.
    expect(page.locator(".mp-printed tr")).to_have_count(0)
    page.keyboard.press("Control+p")
    expect(page.locator(".mp-printed tbody tr")).to_have_count(4)
    expect(page.locator(".mp-printed tbody tr").nth(1)).to_contain_text("18")
    # What the browser may be made to say is refused as well.
    page.evaluate("window.mpTable.tell('typed', { key: 1, column: 1, text: '7' })")
    expect(page.get_by_text("your role may not do that")).to_be_visible()


def test_cells_are_found_and_filtered_and_the_text_shows_in_the_grid(desk: Desk, window: BrowserContext) -> None:
    file = "elderly_allowance/2026-01-01.yaml"
    page = page_of(desk, window, f"/table?file={file}&table=allowance")
    expect(cell(page, 14, 0)).to_have_text("211400 葫芦岛市")
    page.keyboard.press("Control+f")
    page.keyboard.type("300")
    expect(page.locator(".mp-find-count")).to_have_text("1 / 9")
    page.keyboard.press("Enter")
    expect(page.locator(".mp-find-count")).to_have_text("2 / 9")
    expect(cell(page, 6, 4)).to_have_class(re.compile("mp-hit"))

    page.get_by_role("button", name="筛选", exact=True).click()
    page.locator(".ag-floating-filter input").first.fill("朝阳")
    expect(cell(page, 1, 0)).to_have_text("211300 朝阳市")
    expect(cell(page, 2, 0)).to_have_count(0)
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(cell(page, 1, 0)).to_have_text("210100 沈阳市")

    # What is saved elsewhere shows; what it says of a cell, too.
    other = Store(desk.data / "workbench.sqlite3", ())
    drafts = Drafts(other, desk.rules, desk.data / "elsewhere", lambda: datetime.now(UTC))
    text, number = drafts.read(file)
    drafts.save(
        file, text.replace("211300 朝阳市   |     |       50", "211300 朝阳市   |     |       55"), "another", number
    )
    other.close()
    expect(cell(page, 13, 2)).to_have_text("55")
    expect(page.get_by_text("another 在")).to_be_visible()
    cell(page, 0, 2).click()
    expect(page.get_by_text("「age」不小于80且小于90")).to_be_visible()
    found = Axe().run(page)
    assert [one["id"] for one in found.response["violations"] if one["impact"] in {"serious", "critical"}] == []
