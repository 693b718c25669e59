"""Two versions compared on the page, and what people say of a line."""

import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page, expect

from decision_service.workbench.changing.lines import folded, rows
from decision_service.workbench.changing.remarks import Remark, Said, place
from tests.workbench.desks import alive, alone, opened, page_of

LINES = st.lists(st.sampled_from(["a: 1", "a: 2", "b: 1", "", "  c: 3"]), max_size=12)


@given(LINES, LINES)
def test_side_by_side_loses_no_line_and_marks_what_is_unlike(old: list[str], new: list[str]) -> None:
    found = rows("\n".join(old), "\n".join(new))
    for side, text in (("old", old), ("new", new)):
        lines = [line for row in found if (line := getattr(row, side)) is not None]
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        assert ["".join(piece for _, piece in line.pieces) for line in lines] == "\n".join(text).splitlines()
    for row in found:
        if row.state == "same":
            assert row.old is not None
            assert row.new is not None
            assert row.old.pieces == row.new.pieces
    shown = folded(found)
    assert sum(one if isinstance(one, int) else 1 for one in shown) == len(found)
    assert [one for one in shown if not isinstance(one, int) and one.state != "same"] == [
        row for row in found if row.state != "same"
    ]


@pytest.mark.parametrize(
    ("text", "where"), [("a\nb\nc", 2), ("x\na\n  b\nc", 3), ("b\n1\n2\n3\n4\nb", 1), ("a\nc", None), ("", None)]
)
def test_a_comment_stays_on_its_line_and_says_when_that_is_gone(text: str, where: int | None) -> None:
    remark = Remark(Said(1, "why?", "chief", "2026-03-16T09:00:00+08:00"), "m/d.yaml", 2, "b", (), None)
    assert place(remark, text) == where


def tried_on_many(page: Page) -> None:
    """What takes long can be stopped; of few it is soon known who changes, where and how old."""
    impact = page.locator("#impact")
    chosen(page, "200,000 made-up people")
    page.get_by_role("button", name="work it out").click()
    expect(page.get_by_role("progressbar", name="Deciding each: 200,000 made-up people")).to_be_visible()
    page.get_by_role("button", name="stop Deciding each: 200,000 made-up people").click()
    expect(page.get_by_text("stopped; it did not come to an end")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(impact).not_to_contain_text("Whose outcome changes")
    chosen(page, "1,000 made-up people")
    page.get_by_role("button", name="work it out").click()
    for part in ("Whose outcome changes", "By city", "By age band"):
        expect(impact).to_contain_text(part)
    page.get_by_role("button", name="see who changes, one by one").click()
    one = impact.get_by_role("link", name=re.compile(r"new version \d+")).first
    expect(one).to_have_attribute("href", re.compile(r"^/try\?file=senior_card%2F2031-01-01.yaml&given=\w"))
    with page.expect_download() as fetched:
        page.get_by_role("button", name="download the rows that change (CSV)").click()
    first = fetched.value.path().read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("row,old.outcome,")


def chosen(page: Page, population: str) -> None:
    page.get_by_label("whom to try it on").click()
    page.get_by_role("option", name=population, exact=True).click()


def test_two_versions_are_compared_and_talked_about(rules: Path, tmp_path: Path, window: BrowserContext) -> None:
    first = rules / "senior_card" / "2026-01-01.yaml"
    text = first.read_text(encoding="utf-8").replace("in_force: 2026-01-01", "in_force: 2031-01-01", 1)
    coming = rules / "senior_card" / "2031-01-01.yaml"
    coming.write_text(text.replace("value: 60", "value: 65", 1), encoding="utf-8")
    with alone(rules, tmp_path) as desk:
        page = page_of(desk, window, "/change?matter=senior_card&old=file:2026-01-01&new=file:2031-01-01", "en")
        found = page.locator(".ch-difference")
        expect(found).to_contain_text("Decisions change for")
        expect(found.get_by_role("link", name="try it with the new version").first).to_be_visible()
        expect(page.locator("tr.ch-changed")).to_have_count(2)
        expect(page.locator(".mp-main")).to_contain_text("Legal basis")
        tried_on_many(page)
        number = page.locator("tr.ch-changed").nth(1).get_by_role("link")
        line = number.inner_text()
        number.click()
        page.wait_for_url("**line=*")
        alive(page)
        page.get_by_label("comment", exact=True).fill("Is 65 in the notice?")
        page.get_by_role("button", name="comment", exact=True).click()
        box = page.locator(".ch-remark")
        expect(box).to_contain_text("Is 65 in the notice?")
        expect(box.get_by_role("link")).to_have_text(f"senior_card/2031-01-01.yaml:{line}")
        box.get_by_label("answer", exact=True).first.fill("Yes, article 2")
        box.get_by_role("button", name="answer").click()
        expect(box).to_contain_text("Yes, article 2")
        box.get_by_role("button", name="settle").click()
        expect(page.locator(".ch-settled")).to_contain_text("settled comments (1)")
        with sqlite3.connect(desk.data / "workbench.sqlite3") as store:
            wanted = "SELECT task FROM results WHERE task IN ('difference', 'impact') ORDER BY task"
            assert store.execute(wanted).fetchall() == [("difference",), ("impact",)]
        # A comment whose line is gone says so.
        coming.write_text(text, encoding="utf-8")
        opened(page, desk.url + "/change?matter=senior_card&old=file:2031-01-01&new=file:2031-01-01")
        expect(page.locator(".mp-main")).to_contain_text("Both texts are equal")
        page.locator(".ch-settled").click()
        expect(page.locator(".ch-remark")).to_contain_text("its line was changed or removed")
        # Nothing is claimed of what can't be read, and the page says where.
        coming.write_text(text.replace("must: not deaths.hit", "must: not deaths.hits"), encoding="utf-8")
        opened(page, desk.url + "/change?matter=senior_card&old=file:2026-01-01&new=file:2031-01-01")
        expect(page.locator(".mp-main")).to_contain_text("`deaths` has no field `hits`")
        expect(page.get_by_role("link", name=re.compile(r"2031-01-01\.yaml:\d+"))).not_to_have_count(0)
        page.close()  # it would ask on for the desk, which leaves first
