"""Every page can be read and worked by everybody: what axe finds, and what the keyboard reaches."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from decision_service.workbench.rooms import PAGES
from tests.workbench.desks import Desk, alive, opened, page_as, page_of

FILE: Final = "elderly_allowance/2026-01-01.yaml"

LOOKS: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "/": (("analyst", "/", ".mp-main a"),),
    "/edit": (("analyst", f"/edit?file={FILE}&view=graph", ".cm-line"), ("auditor", "/edit", ".mp-main a")),
    "/table": (("analyst", f"/table?file={FILE}&table=allowance", ".ag-row"),),
    "/try": (("analyst", f"/try?file={FILE}", ".mp-rule"),),
    "/trust": (("analyst", "/trust?matter=elderly_allowance", ".mp-part"),),
    "/change": (("analyst", "/change?matter=elderly_allowance", ".mp-note"),),
    "/releases": (("approver", "/releases", ".mp-main"),),
    "/queue": (("officer", "/queue", ".mp-main button"),),
    "/run": (("operator", "/run", ".mp-sign"),),
    "/decisions": (("auditor", "/decisions?matter=elderly_allowance", "tbody tr"),),
    "/decision": (("auditor", "", "#facts"),),
}
"""Of each page who looks at it, under which address, and what is there once it has been put together."""


def findings(page: Page) -> list[str]:
    """What axe calls serious or critical, each with the first element that it is about."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def shown(page: Page, desk: Desk, path: str, waits_for: str) -> None:
    """Goes there. An empty `path` is the first decision that the list shows, opened."""
    if path:
        opened(page, desk.url + path)
    else:
        found = page.locator("table a").first.get_attribute("href")
        opened(page, f"{desk.url}{found}")
        page.get_by_role("button", name=re.compile("登记并打开|record")).click()
    expect(page.locator(waits_for).first).to_be_visible()


def test_every_page_has_its_looks() -> None:
    assert set(LOOKS) == {page.path for page in PAGES}


@pytest.mark.parametrize(("language", "light"), [("zh", "light"), ("en", "dark")])
def test_axe_finds_nothing_serious(stage: Desk, browser: Browser, language: str, light: str) -> None:
    wrong: dict[str, list[str]] = {}
    looks = [look for page in PAGES for look in LOOKS[page.path]]
    for person in dict.fromkeys(look[0] for look in looks):
        with browser.new_context(viewport={"width": 1300, "height": 900}, reduced_motion="reduce") as window:
            window.set_default_timeout(120_000)
            window.add_cookies([{"name": "miaopi_dark", "value": light, "url": stage.url}])
            page = page_as(stage, window, person, "/", language)
            for _, path, waits_for in (look for look in looks if look[0] == person):
                shown(page, stage, path, waits_for)
                wrong[f"{person} {path or '/decision'}"] = findings(page)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_axe_finds_nothing_where_one_signs_in(stage: Desk, window: BrowserContext) -> None:
    page = window.new_page()
    page.goto(stage.url + "/sign-in")
    assert findings(page) == []
    page.close()


def _turned(page: Page, menu: Locator, *, is_open: bool) -> None:
    """The menu by its button; the framework, which asks a new page whether it is open, may undo what came before."""
    expected = expect(menu).to_be_in_viewport if is_open else expect(menu).not_to_be_in_viewport
    for _ in range(10):
        with suppress(AssertionError):
            expected(timeout=6_000)
            return
        page.get_by_role("button", name="菜单").press("Enter")
    expected()


def test_the_keyboard_is_enough(lone_desk: Desk, window: BrowserContext) -> None:
    page = page_of(lone_desk, window, "/edit")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    reached = page.locator(":focus")
    expect(page.locator(".mp-main").locator(":focus")).to_have_count(1)
    assert reached.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("Alt+3")
    expect(page.locator("h1")).to_have_text("决策表")
    alive(page)
    menu = page.get_by_role("navigation", name="页面")
    for is_open in (True, False, True):
        _turned(page, menu, is_open=is_open)
    page.close()
