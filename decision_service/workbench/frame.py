"""What surrounds every page: the menu, who is signed in, the language, and light or dark."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from nicegui import ui

from decision_service.policy.parts import Bilingual
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import named, text
from decision_service.workbench.visit import DARK_COOKIE, Visit, address

ROLES: Final = {
    "analyst": Bilingual("政策分析", "analyst"),
    "approver": Bilingual("审批", "approver"),
    "auditor": Bilingual("审计", "auditor"),
    "operator": Bilingual("运维", "operator"),
    "officer": Bilingual("经办", "officer"),
}


@contextmanager
def framed(visit: Visit, page: Page, menu: Sequence[Page]) -> Iterator[None]:
    """The frame; what is made within the block is the page's content."""
    ui.dark_mode({"dark": True, "light": False}.get(visit.request.cookies.get(DARK_COOKIE, "")))
    with ui.header(bordered=True).classes("mp-header no-print"):
        toggle = named(ui.button(icon="menu").props("flat dense round"), visit.say("菜单", "menu"))
        ui.link(visit.say("秒批工作台", "Miaopi workbench"), "/").classes("mp-brand")
        ui.space()
        _switches(visit)
        _person(visit)
    with (
        ui.left_drawer(bordered=True)
        .props("show-if-above width=272 breakpoint=900")
        .classes("mp-drawer no-print") as drawer,
        named(ui.element("nav"), visit.say("页面", "pages")),
    ):
        for number, one in enumerate(menu, 1):
            _entry(visit, one, number, is_here=one.path == page.path)
        text(visit.say("时间均为北京时间", "all times are China's (UTC+8)"), "p", "mp-zone")
    # In the browser itself: so it is quick, and works while the page is not connected.
    toggle.on("click", js_handler=f"() => runMethod({drawer.id}, 'toggle', [])")
    with ui.element("div").classes("mp-main") as content:  # within the framework's own <main>
        text(visit.tell(page.title), "h1", "mp-h1")
        yield
    ui.skip_link(visit.say("跳到正文", "skip to the content"), target=content)


_KEYS: Final = 10
"""Pages that a key leads to (static/keys.js): Alt+1 to Alt+9, and Alt+0 for the tenth."""


def _entry(visit: Visit, page: Page, number: int, *, is_here: bool) -> None:
    with ui.link(target=page.path).classes("mp-entry mp-here" if is_here else "mp-entry") as link:
        ui.icon(page.icon).props('aria-hidden="true"')
        text(visit.tell(page.title), "span")
        if number <= _KEYS:
            text(f"Alt+{number % _KEYS}", "kbd", "mp-key")
    if is_here:
        link.props('aria-current="page"')


def _switches(visit: Visit) -> None:
    back = visit.request.url.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
    other = "en" if visit.language == "zh" else "zh"
    label = "English" if visit.language == "zh" else "中文"
    links = [ui.link(label, address("/language", to=other, back=back)).classes("mp-switch").props(f'lang="{other}"')]
    is_dark = visit.request.cookies.get(DARK_COOKIE) == "dark"
    says = visit.say("浅色", "light") if is_dark else visit.say("深色", "dark")
    links.append(ui.link(says, address("/dark", to="light" if is_dark else "dark", back=back)).classes("mp-switch"))
    for one in links:
        one.on("click", js_handler=_BACK)


_BACK: Final = """(event) => {
  const to = new URL(event.currentTarget.href);
  to.searchParams.set('back', location.pathname + location.search);
  event.currentTarget.href = to;
}"""
"""Back to the address as it is by then: pages keep in it what was put in."""


def _person(visit: Visit) -> None:
    roles = visit.joined(visit.tell(ROLES[role]) for role in sorted(visit.person.roles) if role in ROLES)
    text(f"{visit.person.name} · {roles}", "span", "mp-person")
    with (
        # What this tab holds for him (following/unsent.py) goes with him.
        ui.element("form")
        .props('method="post" action="/sign-out"')
        .on("submit", js_handler="() => sessionStorage.clear()"),
        ui.element("button").props('type="submit"') as leave,
    ):
        text(visit.say("退出", "sign out"), "span")
    leave.classes("mp-switch")
