"""What people do on the workbench from beginning to end, each as who he is, before a real service."""

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.workbench.desks import Desk, page_as


def other(browser: Browser) -> BrowserContext:
    """The browser of another person."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    context.set_default_timeout(30_000)
    return context


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
    assert _names_of(page, "stop…") == 0
    page.close()


def _names_of(page: Page, name: str) -> int:
    return page.get_by_role("button", name=name).count()
