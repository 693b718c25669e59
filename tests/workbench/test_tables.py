"""A decision table as a grid over the same text that the editor shows."""

import re
import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.workbench.desks import Desk, alone, copied_rules, page_of

expect.set_options(timeout=30_000)

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


def pasted(page: Page, words: str) -> None:
    """What Ctrl-V does with `words` on the clipboard."""
    page.evaluate(
        """words => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", words);
            const options = { clipboardData, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        words,
    )


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
