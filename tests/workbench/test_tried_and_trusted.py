"""Try it and Trust it in a browser: what an analyst does, from an answer flipped to a proof that fails."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from decision_service.workbench.drafts import Drafts
from decision_service.workbench.store import Store
from tests.workbench.desks import Desk, alone, copied_rules, opened, page_of

ELDERLY = "elderly_allowance/2026-01-01.yaml"
LONG = 120_000
"""Milliseconds that a page may be at work while the machine does other things."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("tried")
    with alone(copied_rules(folder), folder) as one:
        yield one


def spoil(desk: Desk, old: str, new: str) -> None:
    """Somebody drafts something wrong."""
    store = Store(desk.data / "workbench.sqlite3", ())
    drafts = Drafts(store, desk.rules, desk.data / "whole", lambda: datetime(2026, 3, 16, tzinfo=UTC))
    text, number = drafts.read(ELDERLY)
    assert old in text
    drafts.save(ELDERLY, text.replace(old, new, 1), "somebody", number)
    store.close()


def kept_as_a_case(desk: Desk, page: Page) -> None:
    """What is tried becomes a case, which opens again and is green among the others."""
    page.get_by_role("button", name="存为案例").click()
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_role("alert")).to_contain_text("请写名称")
    page.get_by_label("案例名称").fill("试出来的一例")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()
    page.goto(f"{desk.url}/try?file={ELDERLY}&case=试出来的一例")
    expect(page.get_by_label("从案例开始")).to_have_value("试出来的一例")
    opened(page, f"{desk.url}/trust?matter=elderly_allowance")
    part = page.locator(".mp-part", has_text="案例").first
    expect(part).to_contain_text("例相符")
    expect(part.get_by_role("link", name="试出来的一例", include_hidden=True)).to_have_count(1)
    expect(part).to_contain_text("0 例不符")


def test_an_answer_is_flipped_a_change_applied_and_a_case_saved(desk: Desk, window: BrowserContext) -> None:
    page = page_of(desk, window, f"/try?file={ELDERLY}&case=九十岁，沈阳，无特殊情况")
    came = page.locator(".mp-came")
    expect(came).to_contain_text("APPROVED")
    expect(came).to_contain_text("200.00")

    deaths = page.get_by_label("死亡和殡葬信息库怎样答复")
    deaths.select_option("timeout")
    expect(came).to_contain_text("REFERRED")
    expect(came).to_contain_text("R01_VERIFIER_UNAVAILABLE")
    rule = page.locator(".mp-rule", has_text="没有死亡登记")
    expect(rule).to_contain_text("未能核实")
    expect(rule).to_contain_text("没有及时答复")
    expect(rule.get_by_role("link", name="E3")).to_have_attribute("href", re.compile(r"/edit\?file=.*&line=\d+"))
    expect(page).to_have_url(re.compile("given="))
    page.reload()
    expect(came).to_contain_text("REFERRED")
    deaths.select_option("ok")
    expect(came).to_contain_text("APPROVED")

    number = page.get_by_label("公民身份号码")
    number.fill("210100193505208827")
    expect(page.locator(".mp-field", has=number)).to_contain_text("校验码")
    expect(came).to_contain_text("CORRECTION_REQUIRED")
    number.fill("21020019460317886X")
    expect(came).to_contain_text("REJECTED")
    expect(page.frame_locator("iframe.mp-notice").locator("h1")).to_contain_text("不予")
    page.get_by_label("文书的语言").select_option("en")
    expect(page.frame_locator("iframe.mp-notice").locator(".mark")).to_contain_text("A trial")
    page.get_by_label("哪个结果").select_option("APPROVED")
    expect(page.get_by_text("J01_UNDER_AGE")).not_to_have_count(0)

    page.get_by_role("button", name="照此修改").first.click()
    expect(came).to_contain_text("APPROVED")

    kept_as_a_case(desk, page)


def test_a_wrong_draft_is_seen_red_and_its_proof_fails_with_somebody(desk: Desk, window: BrowserContext) -> None:
    spoil(desk, "    value: 80\n", "    value: 79\n")
    page = page_of(desk, window, "/trust?matter=elderly_allowance")
    cases, coverage, mutation, proofs = (page.locator(".mp-part").nth(place) for place in range(4))
    red = cases.locator(".mp-red", has_text="差一天满八十").first
    expect(red).to_contain_text("REFERRED")
    page.get_by_role("button", name="全部重算").click()
    expect(coverage).to_contain_text("没有案例表明的")
    expect(mutation).to_contain_text("先改好再算")
    claim = proofs.locator(".mp-claim", has_text="表 allowance 没有缺漏")
    expect(claim).to_contain_text("不成立")
    expect(claim).to_contain_text("REFERRED")
    expect(claim.get_by_role("link", name="在表格里看")).to_have_attribute("href", re.compile("table=allowance"))
    claim.get_by_role("link", name="打开试一试").click()
    expect(page.locator(".mp-came")).to_contain_text("REFERRED")
    expect(page).to_have_url(re.compile("given="))
    spoil(desk, "must: not deaths.hit", "must: not deaths.hits")
    page.get_by_label("申请人姓名").fill("赵示甲二")
    expect(page.locator(".mp-came.mp-stale")).to_contain_text("REFERRED")
    expect(page.get_by_role("link", name=re.compile(r"2026-01-01\.yaml:\d+"))).to_be_visible()
    spoil(desk, "must: not deaths.hits", "must: not deaths.hit")
    page.get_by_label("申请人姓名").fill("赵示甲三")
    expect(page.locator(".mp-came:not(.mp-stale)")).to_contain_text("REFERRED")

    opened(page, f"{desk.url}/trust?matter=elderly_allowance")
    expect(proofs).to_contain_text("没有缺漏")  # it was kept
    expect(red).not_to_have_count(0)
    before = red.count()
    red.get_by_role("button", name="以新结果为预期").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("REFERRED")
    dialog.get_by_role("button", name="存为草稿").click()
    expect(proofs).to_contain_text("没有缺漏")
    expect(red).to_have_count(before - 1)
    page.reload()
    expect(proofs).to_contain_text("规则或案例后来改过")
