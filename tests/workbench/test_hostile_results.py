"""What is worked out of hostile rules, and what people say and bring beside it, stays text: cases, coverage, slips and
proofs, two versions compared, comments, an impact with its charts, files of people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZipFile

from playwright.sync_api import BrowserContext, Page, expect

from decision_service.workbench.drafts import Drafts
from decision_service.workbench.store import Store
from decision_service.workbench.tables.understanding import Asked
from decision_service.workbench.tables.workbook import exported
from tests.workbench.desks import Desk, page_of
from tests.workbench.hostile import SEPARATED, SHORT, broken_out, watched

CARD = "senior_card/2026-01-01.yaml"
ALLOWANCE = "elderly_allowance/2026-01-01.yaml"
COMING = "senior_card/2031-01-01.yaml"


@contextmanager
def drafted(desk: Desk, name: str, like: str, *changes: tuple[str, str]) -> Iterator[None]:
    """While the block runs somebody has a draft of `name` with the text of `like` changed so."""
    store = Store(desk.data / "workbench.sqlite3", ())
    drafts = Drafts(store, desk.rules, desk.data / "whole", lambda: datetime(2026, 3, 16, tzinfo=UTC))
    text = drafts.read(like)[0]
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    saved = drafts.save(name, text, SEPARATED, drafts.read(name)[1])
    yield
    drafts.save(name, None, SEPARATED, max(saved.number, drafts.read(name)[1]))
    store.close()


def test_what_is_worked_out_of_hostile_rules_stays_text(hostile_desk: Desk, window: BrowserContext) -> None:
    desk = hostile_desk
    text = (desk.rules / CARD).read_text(encoding="utf-8")
    shown_by_no_case = text[text.index('  "外地户籍，已上传居住证明') :]
    draft = drafted(desk, CARD, CARD, ("when: age < 60", "when: age < 70"), (shown_by_no_case, ""))
    with draft, watched(window, desk) as told:
        page = page_of(desk, window, "/trust?matter=senior_card")
        page.get_by_role("button", name="全部重算").click()
        _, coverage, mutation, proofs = (page.locator(".mp-part").nth(place) for place in range(4))
        expect(coverage).to_contain_text("没有案例表明的")
        coverage.get_by_text("规则文件上的覆盖").click()
        expect(coverage.locator(".mp-overlay")).to_contain_text("onerror")
        expect(mutation.locator(".mp-panel").first).to_contain_text("onerror")
        expect(proofs.locator(".mp-claim").first).to_contain_text("onerror")
        assert broken_out(page) == []
        page.close()
    assert told == []


def test_a_hostile_case_is_taken_over_as_text(hostile_desk: Desk, window: BrowserContext) -> None:
    desk = hostile_desk
    draft = drafted(desk, ALLOWANCE, ALLOWANCE, ("    value: 80\n", "    value: 79\n"))
    with draft, watched(window, desk) as told:
        page = page_of(desk, window, "/trust?matter=elderly_allowance")
        red = page.locator(".mp-red", has_text="差一天满八十").first
        expect(red).to_contain_text("onerror")
        red.get_by_role("button", name="以新结果为预期").click()
        expect(page.get_by_role("dialog")).to_contain_text("onerror")
        assert broken_out(page) == []
        page.close()
    assert told == []


def workbook(desk: Desk) -> bytes:
    """The table of the allowance as Excel brings it back after one cell was written over."""
    text = (desk.rules / ALLOWANCE).read_text(encoding="utf-8")
    sent, changed = exported(Asked(str(desk.rules), ALLOWANCE, text, "allowance")), BytesIO()
    with ZipFile(BytesIO(sent.content)) as before, ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b">210100", f">{escape(SHORT)}".encode()))
    return changed.getvalue()


def test_a_hostile_cell_of_a_workbook_stays_text(hostile_desk: Desk, window: BrowserContext) -> None:
    desk = hostile_desk
    with drafted(desk, ALLOWANCE, ALLOWANCE), watched(window, desk) as told:
        page = page_of(desk, window, f"/table?file={ALLOWANCE}&table=allowance")
        expect(page.locator(".ag-root")).to_contain_text("210100")
        given = {"name": f"{SHORT}.xlsx", "mimeType": "application/octet-stream", "buffer": workbook(desk)}
        page.locator(".mp-from-excel input[type=file]").set_input_files([given])
        expect(page.get_by_role("dialog")).to_contain_text(SHORT)
        assert broken_out(page) == []
        page.get_by_role("button", name="收下").click()
        wrong = page.locator(".ag-cell.mp-wrong", has_text="onerror").first
        expect(page.locator(".mp-finding").first).to_be_visible()
        wrong.hover()
        expect(page.locator(".ag-tooltip")).to_be_visible()
        assert broken_out(page) == []
        page.get_by_role("button", name="撤销").click()
        expect(wrong).to_have_count(0)
        page.close()
    assert told == []


def brought(page: Page, name: str, *lines: str) -> None:
    """Brings a file of people under a hostile name, and works out the impact on them."""
    content = "\n".join(lines).encode()
    given = {"name": f'{name}">{SHORT}.csv', "mimeType": "text/csv", "buffer": content}
    page.locator("#impact input[type=file]").set_input_files([given])
    expect(page.locator("#impact .ch-select")).to_contain_text(f"{name}_22__img")
    page.get_by_role("button", name="计算影响").click()


def test_a_hostile_change_is_compared_and_talked_about_as_text(hostile_desk: Desk, window: BrowserContext) -> None:
    desk = hostile_desk
    later = (("in_force: 2026-01-01", "in_force: 2031-01-01"), ("    value: 60\n", "    value: 65\n"))
    with drafted(desk, COMING, CARD, *later), watched(window, desk) as told:
        page = page_of(desk, window, "/change?matter=senior_card&line=3")
        expect(page.locator(".ch-difference")).to_contain_text("onerror")
        expect(page.locator(".ch-basis")).to_contain_text("onerror")
        page.get_by_label("意见", exact=True).fill(SEPARATED)
        page.get_by_role("button", name="提意见", exact=True).click()
        expect(page.locator(".ch-remark .ch-text")).to_contain_text("onerror")
        assert broken_out(page) == []
        page.get_by_role("button", name="计算影响").click()
        chart = page.locator(".ch-chart").first
        expect(chart.locator("canvas")).to_be_visible()
        chart.hover()
        expect(chart).to_contain_text("onerror")
        assert broken_out(page) == []
        page.get_by_text("用自己的人口文件").click()
        brought(page, "one", f'as_of,form.id_no,"form.{SHORT}"', "2026-03-16,210100196503108032,x")
        expect(page.locator("#impact")).to_contain_text("不作结论")
        assert broken_out(page) == []
        brought(page, "two", "as_of,form.id_no,form.city,form.delivery", f'2026-03-16,210100196503108032,"{SHORT}",x')
        expect(page.locator("#impact")).to_contain_text("共1件")
        assert broken_out(page) == []
        page.close()
    assert told == []
