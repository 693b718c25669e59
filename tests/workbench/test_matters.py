"""All matters on one page: their state, what is worked out of them, and the search through their files."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, expect

from decision_service.workbench.matters.looking import Look, look
from decision_service.workbench.matters.searching import MOST_HITS, find, read_texts
from decision_service.workbench.results import digest_of
from tests.workbench.desks import SHIPPED, Desk, alone, page_of


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One good matter with a version to come, one that can't be read, and an empty folder."""
    folder = tmp_path_factory.mktemp("matters")
    rules = folder / "rules"
    for name in ("catalogue", "unemployment_registration"):
        shutil.copytree(SHIPPED / name, rules / name)
    (rules / "nothing_yet").mkdir()
    (rules / "torn").mkdir()
    (rules / "torn" / "2026-01-01.yaml").write_text("matter: torn\nzh: [\n", encoding="utf-8")
    with alone(rules, folder) as found:
        yield found


def test_every_matter_is_told_of_and_found(desk: Desk, window: BrowserContext) -> None:
    page = page_of(desk, window, "/", "en")
    good = page.locator(".mp-matter", has_text="unemployment_registration")
    expect(good.get_by_role("link", name="Unemployment registration", exact=True)).to_be_visible()
    expect(good).to_contain_text("in force since 2026-01-01")
    expect(page.locator(".mp-matter", has_text="nothing_yet")).to_contain_text("the folder holds no rule file")
    torn = page.locator(".mp-matter", has_text="torn")
    expect(torn).to_contain_text("1 problem")
    expect(torn.get_by_role("link", name="torn/2026-01-01.yaml:")).to_be_visible()
    expect(good).to_contain_text("cases 40/40")

    # It is kept: who opens the page again sees it, and the page of the matter shows the same result.
    page.reload()
    expect(good).to_contain_text("cases 40/40")
    store = sqlite3.connect(desk.data / "workbench.sqlite3")
    kept = store.execute("SELECT subject, digest FROM results WHERE task = 'cases'").fetchall()
    store.close()
    assert kept == [("unemployment_registration", digest_of(desk.rules, "unemployment_registration"))]

    page.get_by_label("Search all rule files").fill("retire_category")
    hit = page.locator(".mp-hits a").first
    expect(hit).to_have_attribute("href", re.compile(r"^/edit\?file=\w+%2F[\w.-]+&line=\d+$"))
    expect(page.locator(".mp-hits mark").first).to_have_text("retire_category")
    expect(torn).to_be_hidden()
    page.get_by_label("Search all rule files").fill("no such words anywhere")
    expect(page.get_by_text("0 places in 0 files")).to_be_visible()


def test_a_look_tells_what_the_files_hold(rules: Path) -> None:
    found = look(str(rules), "elderly_allowance")
    assert [(one.day, one.zh, one.tables) for one in found.versions] == [("2026-01-01", "高龄津贴认定", ("allowance",))]
    assert found.versions[0].cases == 65
    assert Look.of_json(found.as_json()) == found
    file = rules / "elderly_allowance" / "2026-01-01.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("must: hukou = city", "must: hukou = citty"), encoding="utf-8"
    )
    wrong = look(str(rules), "elderly_allowance")
    assert wrong.versions == ()
    assert wrong.problems >= 1
    assert wrong.wrong[0].line > 0


@given(st.data())
def test_what_is_found_stands_there(data: st.DataObject) -> None:
    texts = TEXTS
    file = data.draw(st.sampled_from(sorted(texts)))
    line = data.draw(st.sampled_from([one for one in texts[file].split("\n") if one.strip()]))
    words = data.draw(st.lists(st.sampled_from(line.split()), min_size=1, max_size=3))
    found = find(texts, " ".join(words).upper())
    assert found.lines >= 1
    assert file in found.files
    assert len(found.hits) <= MOST_HITS
    for hit in found.hits:
        stands = texts[hit.file].split("\n")[hit.line - 1]
        assert stands.strip().startswith(hit.text)
        assert all(word.casefold() in stands.casefold() for word in words)


TEXTS = read_texts(SHIPPED)
