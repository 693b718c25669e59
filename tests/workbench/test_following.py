"""What auditors and officers do with decisions on their pages, before a real service."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.workbench.desks import Desk, opened, page_as


def found(page: Page, number: str) -> str:
    """The address of the first decision that the search for a matter lists."""
    address = page.locator("table a", has_text=number).first.get_attribute("href")
    assert address is not None
    return address


def made_again_and_checked(page: Page) -> None:
    """The decision is made again from its record, and its receipt checked, whole and with a byte of it changed."""
    page.get_by_role("button", name="按记录重算").click()
    expect(page.locator("#engines")).to_contain_text("逐字节相同")
    expect(page.locator("#engines")).to_contain_text("两个引擎一致")
    receipt = page.locator("#receipt")
    page.get_by_role("button", name="取回执并核验").click()
    expect(receipt.get_by_text("属实：这个决定在账本里")).to_be_visible()
    expect(receipt.get_by_text("是工作台启动时给出的")).to_be_visible()
    expect(receipt.locator(".fo-step.good")).to_have_count(5)
    for part, wrong in (("答复（决定的内容）", 4), ("检查点的根哈希", 2), ("路径上的一个哈希", 1)):
        receipt.get_by_label("改动哪里").click()
        page.get_by_role("option", name=part).click()
        receipt.get_by_role("button", name="改动一个字节再核验").click()
        expect(receipt.locator(".fo-step.bad")).to_have_count(wrong)
        expect(receipt.get_by_text("不能证明")).to_be_visible()
    page.get_by_role("button", name="取回执并核验").click()
    expect(receipt.locator(".fo-step.bad")).to_have_count(0)


def test_an_auditor_finds_a_decision_opens_it_for_a_purpose_and_checks_it(stage: Desk, window: BrowserContext) -> None:
    page = page_as(stage, window, "auditor", "/decisions?matter=elderly_allowance&outcome=APPROVED")
    expect(page.locator("tbody tr").first).to_contain_text("高龄津贴认定")
    expect(page.locator("tbody tr", has_text="不予批准")).to_have_count(0)
    page.get_by_label("办件编号或决定编号").fill("11010519491231002X")
    page.keyboard.press("Enter")
    expect(page.get_by_text("不能按证件号查找")).to_be_visible()
    assert "11010519491231002X" not in page.url
    page.get_by_label("办件编号或决定编号").fill("no such number")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有符合条件的决定。")).to_be_visible()
    expect(page).to_have_url(re.compile("application_id=no[+]such[+]number"))

    opened(page, stage.url + "/decisions?matter=elderly_allowance&outcome=APPROVED")
    address = found(page, "打开")
    opened(page, stage.url + address)
    expect(page.get_by_text("先登记入调用日志，再显示")).to_be_visible()
    expect(page.locator("#facts")).to_have_count(0)
    page.get_by_role("button", name="登记并打开").click()
    expect(page.locator("#readers")).to_contain_text("工作人员：审计核验")
    expect(page.locator("#readers tbody tr").last).to_contain_text("auditor")
    expect(page.locator("#facts")).to_contain_text("作决定时的数据年龄")
    assert re.search("[0-9]{17}[0-9X]", page.locator("#facts").inner_text())
    assert not re.search("[0-9]{17}[0-9X]", page.url + page.title())
    notice = page.frame_locator("iframe")
    expect(notice.locator("body")).to_contain_text("决定书")

    made_again_and_checked(page)
    page.close()


def test_decisions_are_closed_to_analysts(stage: Desk, window: BrowserContext) -> None:
    page = page_as(stage, window, "analyst", "/decisions")
    expect(page.get_by_text("您的角色不能打开这个页面")).to_be_visible()
    opened(page, stage.url + "/decision?id=anything")
    expect(page.get_by_text("您的角色不能打开这个页面")).to_be_visible()
    expect(page.get_by_role("button", name="登记并打开")).to_have_count(0)
    page.close()
