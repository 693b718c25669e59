"""A rule file written in a browser: problems as one types, what a word is, what may come, drafts, and the graph."""

import re
from datetime import UTC, datetime

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from decision_service.workbench.drafts import SCHEMA, Drafts
from decision_service.workbench.store import Store
from tests.workbench.desks import Desk, opened, page_of

NAME = "birth_registration/2026-01-01.yaml"


def edit(desk: Desk, window: BrowserContext, line: str, more: str = "", language: str = "zh") -> Page:
    """The editor with the cursor at the end of a line of the shipped file."""
    lines = (desk.rules / NAME).read_text(encoding="utf-8").split("\n")
    page = page_of(desk, window, f"/edit?file={NAME}&line={lines.index(line) + 1}{more}", language)
    expect(page.locator(".cm-content")).to_be_focused()
    page.keyboard.press("End")
    return page


def state(page: Page) -> Locator:
    """Where the page says whether the text is saved."""
    return page.locator("main .mp-bar .mp-mark")


def put_away(page: Page) -> None:
    """Leaves no draft behind."""
    page.get_by_role("button", name=re.compile("放弃草稿|Put draft away")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("放弃草稿|Put it away")).click()
    expect(state(page)).to_have_text(re.compile("与规则文件夹一致|as in the rules folder"))


def serious(page: Page) -> list[str]:
    """What keeps people out of the page, by axe."""
    found = Axe().run(page)
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found.response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def words(page: Page) -> Locator:
    """What is told of a place in the text."""
    return page.locator(".mp-tip")


def pointed_at(page: Page, word: Locator) -> None:
    """The pointer rests on a word until it is told; a text that is coloured anew just then asks for another move."""
    for _ in range(20):
        word.hover()
        try:
            expect(words(page)).to_be_visible(timeout=6_000)
        except AssertionError:
            page.mouse.move(0, 0)
        else:
            return


def test_what_is_typed_is_checked_and_told(lone_desk: Desk, window: BrowserContext) -> None:
    page = edit(lone_desk, window, "    must: mother_age >= adult_age")
    expect(state(page)).to_have_text("与规则文件夹一致")
    expect(page.get_by_text("没有问题")).to_be_visible()
    page.keyboard.type(' and applicant_name != "母😀" and birth_orderr = 1')
    expect(state(page)).to_have_text("未保存")
    expect(page.locator(".mp-under.bad")).to_have_text("birth_orderr")
    expect(page.locator(".mp-dot.bad")).to_have_count(1)
    found = page.locator(".mp-findings li")
    expect(found).to_contain_text("birth_orderr")
    expect(found).to_contain_text("是否想写")
    page.locator(".cm-line", has_text="birth_order <= most_children").click()
    found.get_by_role("button").click()
    expect(page.locator(".cm-activeLine")).to_contain_text("birth_orderr")
    page.keyboard.press("Home")
    page.keyboard.press("F8")
    expect(words(page)).to_contain_text("没有名为")
    page.keyboard.press("Escape")
    expect(words(page)).to_have_count(0)
    put_away(page)
    expect(page.locator(".mp-under")).to_have_count(0)


def test_words_are_told_completed_and_followed(lone_desk: Desk, window: BrowserContext) -> None:
    page = edit(lone_desk, window, "    must: mother_age >= adult_age")
    page.keyboard.press("Control+i")
    expect(words(page)).to_contain_text("成年年龄")
    page.keyboard.press("F12")
    expect(page.locator(".cm-activeLine").first).to_contain_text("adult_age:")
    pointed_at(page, page.locator(".cm-line", has_text="mother_age:").get_by_text("mother_age"))
    expect(words(page)).to_contain_text("years_between")
    page.locator(".cm-line", has_text="by_a_parent: id_no").click()
    page.keyboard.press("End")
    page.keyboard.type(" and population.huk")
    choice = page.get_by_role("option", name=re.compile("population.hukou_code"))
    expect(choice).to_be_visible()
    page.keyboard.press("Escape")
    expect(choice).to_have_count(0)
    page.keyboard.press("Control+Space")
    choice.click()
    expect(page.locator(".cm-activeLine")).to_contain_text("and population.hukou_code")
    put_away(page)


def test_saves_are_kept_and_taken_back_and_nothing_typed_is_lost(lone_desk: Desk, window: BrowserContext) -> None:
    page = edit(lone_desk, window, "    value: 3")
    page.evaluate("() => window.socket.io.engine.close()")  # the connection breaks, and comes back by itself
    page.keyboard.type("  # 甲")
    page.keyboard.press("Control+s")
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text("草稿，已保存")
    page.keyboard.type("乙")
    expect(state(page)).to_have_text("未保存")
    page.get_by_role("button", name="保存").click()
    expect(state(page)).to_have_text("草稿，已保存")
    page.keyboard.press("Control+End")
    page.locator(".cm-content").press("Control+Home")
    page.keyboard.type("# 丙\n")
    opened(page, f"{lone_desk.url}/edit?file={NAME}")  # before the server has heard of it
    expect(page.locator(".cm-line").first).to_have_text("# 丙")
    expect(state(page)).to_have_text("未保存")
    page.get_by_role("button", name="排版").click()
    expect(page.get_by_text("已排版")).to_be_visible()
    page.get_by_role("button", name="历史").click()
    saves = page.get_by_role("dialog").locator("section")
    expect(saves).to_have_count(2)
    expect(page.locator(".mp-conflict")).to_have_count(0)
    saves.nth(1).get_by_text("与现在的文字相比").click()
    expect(saves.nth(1).locator(".mp-come").first).to_contain_text("# 丙")
    saves.nth(1).get_by_role("button", name="恢复到这一次").click()
    expect(page.locator(".cm-line").first).not_to_have_text("# 丙")
    page.locator(".cm-content").press("Control+s")
    expect(state(page)).to_have_text("草稿，已保存")
    put_away(page)


def test_of_two_windows_the_second_is_shown_both_texts(lone_desk: Desk, window: BrowserContext) -> None:
    first = edit(lone_desk, window, "    value: 3", language="en")
    second = edit(lone_desk, window, "    value: 18", language="en")
    first.keyboard.type("  # first")
    first.keyboard.press("Control+s")
    expect(state(first)).to_have_text("draft, saved")
    second.keyboard.type("  # second")
    second.keyboard.press("Control+s")
    shown = second.locator(".mp-conflict")
    expect(shown.locator(".mp-gone", has_text="# first")).to_be_visible()
    expect(shown.locator(".mp-come", has_text="# second")).to_be_visible()
    expect(state(second)).to_have_text("not saved")
    shown.get_by_role("button", name="Take theirs").click()
    expect(state(second)).to_have_text("draft, saved")
    expect(second.locator(".cm-content")).to_contain_text("# first")
    put_away(second)


def test_what_a_release_has_put_into_the_folder_meanwhile_is_not_undone(
    lone_desk: Desk, window: BrowserContext
) -> None:
    page = edit(lone_desk, window, "    value: 3", language="en")
    page.keyboard.type("  # mine")
    expect(state(page)).to_have_text("not saved")
    path = lone_desk.rules / NAME
    before = path.read_bytes()
    store = Store(lone_desk.data / "workbench.sqlite3", SCHEMA)
    drafts = Drafts(store, lone_desk.rules, lone_desk.data, lambda: datetime.now(UTC))
    try:
        text = before.decode() + "# released\n"
        number = drafts.save(NAME, text, "another", drafts.read(NAME)[1]).number
        path.write_text(text, encoding="utf-8")
        drafts.save(NAME, None, "another", number)
        page.keyboard.press("Control+s")
        expect(page.locator(".mp-conflict .mp-gone", has_text="# released")).to_be_visible()
        page.get_by_role("button", name="Take theirs").click()
        expect(state(page)).to_have_text("as in the rules folder")
        expect(page.locator(".cm-content")).not_to_contain_text("# mine")
    finally:
        store.close()
        path.write_bytes(before)


def test_the_graph_leads_to_the_line_and_the_line_is_lit_in_it(lone_desk: Desk, window: BrowserContext) -> None:
    page = edit(lone_desk, window, "    must: birth_order <= most_children", "&view=graph")
    expect(page.locator('g[data-key="rule L2"]')).to_have_class(re.compile("lit"))
    page.locator('g[data-key="rule L3"]').click()
    expect(page.locator(".cm-activeLine").first).to_contain_text("L3:")
    expect(page.locator('g[data-key="rule L3"]')).to_have_class(re.compile("lit"))
    page.locator('g[data-key="let own_here"]').press("Enter")
    expect(page.locator(".cm-activeLine").first).to_contain_text("own_here:")
    expect(page.get_by_text("没有问题")).to_be_visible()
    assert serious(page) == []
    opened(page, f"{lone_desk.url}/edit?file={NAME}&view=prose")
    expect(page.get_by_role("heading", level=2)).to_contain_text("生育登记")
    expect(page.locator(".mp-prose")).to_contain_text("N01_NOT_IN_JURISDICTION")
    assert serious(page) == []


def test_a_coming_version_and_a_new_matter_are_begun_as_drafts(lone_desk: Desk, window: BrowserContext) -> None:
    page = page_of(lone_desk, window, "/edit")
    expect(page.get_by_role("heading", name="高龄津贴认定")).to_be_visible()
    assert serious(page) == []
    opened(page, f"{lone_desk.url}/edit?file={NAME}")
    page.get_by_role("button", name="新版本").click()
    page.get_by_label("生效日").fill("2026-01-01")
    page.get_by_role("button", name="建立草稿").click()
    expect(page.get_by_text("从这一天起已经有一个版本了")).to_be_visible()
    page.get_by_label("生效日").fill("2027-01-01")
    page.get_by_role("button", name="建立草稿").click()
    page.wait_for_url(re.compile("2027-01-01"))
    expect(page.locator(".cm-content")).to_contain_text("in_force: 2027-01-01")
    put_new_away(page)
    page.get_by_role("button", name="新事项").click()
    page.get_by_label("代号").fill("heating_subsidy")
    page.get_by_label("中文名称").fill("取暖补贴")
    page.get_by_role("button", name="建立草稿").click()
    page.wait_for_url(re.compile("heating_subsidy"))
    expect(page.locator(".mp-findings").last).to_contain_text("还有没写完的地方")
    expect(page.get_by_text("没有问题")).to_be_visible()
    put_new_away(page)


def put_new_away(page: Page) -> None:
    """Leaves no draft of a file that the rules folder does not have."""
    page.get_by_role("button", name="放弃草稿").click()
    page.get_by_role("dialog").get_by_role("button", name="放弃草稿").click()
    page.wait_for_url(re.compile("/edit$"))
