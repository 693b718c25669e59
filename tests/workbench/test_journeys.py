"""What people do on the workbench from beginning to end, each as who he is, before a real service."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.workbench.desks import Desk, opened, page_as


def other(browser: Browser) -> BrowserContext:
    """The browser of another person."""
    context = browser.new_context(viewport={"width": 1300, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(120_000)
    return context


FILE = "unemployment_registration/2026-04-01.yaml"


def released_by_another(stage: Desk, page: Page, browser: Browser) -> None:
    # Proposed by him, whom nothing lets approve it himself, and put in force by another.
    opened(page, f"{stage.url}/releases")
    page.get_by_role("button", name="运行 检查规则文件（必须通过）").click()
    page.get_by_label("改了什么、为什么").fill("十年以下缴费的改为17个月")
    page.get_by_role("button", name="提请发布", exact=True).click()
    expect(page.locator(".ch-waits")).to_contain_text("2026-04-01")
    expect(page.get_by_role("button", name="批准这些版本")).to_have_count(0)
    second = other(browser)
    approving = page_as(stage, second, "approver", "/releases")
    expect(approving.locator(".ch-waits")).to_contain_text("十年以下缴费的改为17个月")
    approving.get_by_role("button", name="批准这些版本").click()
    expect(approving.get_by_text("没有等待批准的提请。")).to_be_visible()
    second.close()
    opened(page, stage.url + "/")
    expect(page.locator(".mp-main")).to_contain_text("2026-04-01")


@pytest.mark.timeout(1200)
def test_an_analyst_finds_a_gap_mends_it_proves_it_and_a_second_person_releases_it(
    stage: Desk, window: BrowserContext, browser: Browser
) -> None:
    page = page_as(stage, window, "analyst", "/edit?file=unemployment_registration/2026-01-01.yaml")
    page.get_by_role("button", name="新版本").click()
    page.get_by_label("生效日").fill("2026-04-01")
    page.get_by_role("button", name="建立草稿").click()
    page.wait_for_url("**2026-04-01.yaml")

    # In the table of months, a row goes: its gap is told at once, and the row that would fill it.
    opened(page, f"{stage.url}/table?file={FILE}&table=benefit_months")
    cells = page.locator('.ag-row[row-index="1"] [col-id="c0"]')
    expect(cells).to_have_text("[60..120)")
    cells.click()
    page.get_by_role("button", name="删除行").click()
    expect(page.get_by_text("缺一行：[60..120)")).to_be_visible()

    # Nothing is proved of it any more, and the smallest applicant that falls into the gap opens in Try it.
    opened(page, f"{stage.url}/trust?matter=unemployment_registration")
    page.get_by_role("button", name="重算：证明").click()
    failing = page.get_by_text("✗ 不成立").first
    expect(failing).to_be_visible()

    # Mended with another number of months than before: the difference is that, and nothing else.
    opened(page, f"{stage.url}/table?file={FILE}&table=benefit_months")
    page.get_by_role("button", name="加上这一行").click()
    page.keyboard.press("Escape")
    page.locator('.ag-row[row-index="3"] [col-id="c1"]').click()
    page.keyboard.type("17")
    page.keyboard.press("Enter")
    expect(page.get_by_text("每种情形都恰好有行适用")).to_be_visible()
    opened(page, f"{stage.url}/change?matter=unemployment_registration&new=draft:2026-04-01")
    expect(page.locator(".mp-main")).to_contain_text("[60..120)")

    released_by_another(stage, page, browser)


def test_an_operator_pulls_the_kill_switch_and_two_persons_let_it_go_on(
    stage: Desk, window: BrowserContext, browser: Browser
) -> None:
    page = page_as(stage, window, "operator", "/run")
    expect(page.get_by_text("没有停办的事项。")).to_be_visible()
    page.get_by_label("停办事项").click()
    page.get_by_role("option", name="老年人优待证申领").click()
    page.get_by_label("原因（记入账本）").fill("参数有误")
    page.get_by_role("button", name="停办…").click()
    page.get_by_role("button", name="立即停办").click()
    expect(page.get_by_text("已停办：老年人优待证申领")).to_be_visible()
    page.get_by_role("button", name="申请恢复").click()
    expect(page.get_by_text("operator 已申请恢复，须由另一人确认。")).to_be_visible()
    page.get_by_role("button", name="确认恢复").click()
    expect(page.get_by_text("已停办：老年人优待证申领")).to_be_visible()
    expect(page.locator(".q-notification")).to_be_visible()  # the one who asked may not confirm

    second = other(browser)
    confirming = page_as(stage, second, "approver", "/run")
    expect(confirming.get_by_role("button", name="停办…")).to_have_count(0)
    confirming.get_by_role("button", name="确认恢复").click()
    expect(confirming.get_by_text("没有停办的事项。")).to_be_visible()
    expect(page.get_by_text("没有停办的事项。")).to_be_visible()  # the operator sees it at the next look
    second.close()


def test_figures_are_for_who_may_read_them(stage: Desk, window: BrowserContext) -> None:
    page = page_as(stage, window, "officer", "/run", "en")
    expect(page.get_by_text("Figures are for operators and auditors.")).to_be_visible()
    expect(page.get_by_role("button", name="stop…")).to_have_count(0)
    page.close()
