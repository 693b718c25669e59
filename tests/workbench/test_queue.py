"""What officers do with what waits, on pages before a service with keys of its own."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.casework.office import AUDITOR, OFFICER, PLATFORM, Office, office
from tests.http.conftest import registers
from tests.http.staging import BY_ID
from tests.workbench.desks import SHIPPED, Desk, alone, opened
from verifiers.journal.reading import JournalReader

__all__ = ["registers"]

UNSENT = "Object.keys(sessionStorage).filter((key) => key.startsWith('miaopi-unsent'))"
"""What the browser holds of forms that were not sent."""


@pytest.fixture(scope="module")
def bureau(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A service that draws every closed case to be looked at blind."""
    with office(tmp_path_factory.mktemp("bureau"), registers, sample_rate="1") as found:
        yield found


@pytest.fixture(scope="module")
def desk(bureau: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A workbench before it, which was given no key of the log."""
    stage = bureau.guarded.stage
    where = ("--service", stage.url, "--staff", stage.control)
    with alone(SHIPPED, tmp_path_factory.mktemp("desk"), *where) as found:
        yield found


def signed_in(bureau: Office, desk: Desk, window: BrowserContext, who: str, path: str) -> Page:
    """The page at `path`, for who showed his key."""
    page = window.new_page()
    page.goto(desk.url + "/sign-in")
    page.locator("input[name=key]").fill(bureau.guarded.members.keys[who])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.url}/")  # else the next address would cut it short
    opened(page, desk.url + path)
    return page


def readings(bureau: Office, decision: dict) -> list[tuple[str, str]]:
    with JournalReader(bureau.folder / "ledger-calls.sqlite3") as reader:
        return [(one.who, one.purpose) for one in reader.accesses(decision_id=decision["decision_id"])]


def chosen(page: Page, within: Locator, label: str, option: str) -> None:
    within.get_by_label(label).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def heard(page: Page) -> None:
    """The officer tells what he is about to do, and takes down what the applicant says to it."""
    hearing = page.locator(".fo-form", has_text="告知与听取陈述申辩")
    chosen(page, hearing, "步骤", "已告知拟作的处理和理由")
    hearing.get_by_label("内容").fill("拟不予批准")
    hearing.get_by_role("button", name="记录这一步").click()
    expect(hearing.get_by_text("告知时写明答复期限")).to_be_visible()
    hearing.get_by_label("请于何日前答复").fill("2026-03-30")
    hearing.get_by_role("button", name="记录这一步").click()
    expect(page.get_by_text("告知与听取陈述申辩：已记入账本")).to_be_visible()
    for _ in range(2):  # he says the same once more, which is another step
        chosen(page, hearing, "步骤", "本人陈述申辩")
        hearing.get_by_label("内容").fill("本人已满八十周岁")
        hearing.get_by_role("button", name="记录这一步").click()
        expect(hearing.get_by_label("内容")).to_have_value("")


def test_an_officer_takes_an_item_and_decides_it(bureau: Office, desk: Desk, window: BrowserContext) -> None:
    decision = bureau.decide("ELD-5")
    page = signed_in(bureau, desk, window, OFFICER, "/queue?kind=referral")
    page.get_by_role("button", name="承办", exact=True).click()
    expect(page.get_by_label("调阅目的")).to_be_visible()
    assert readings(bureau, decision) == []
    page.get_by_role("button", name="登记并打开").click()
    expect(page.locator("#facts")).to_contain_text(BY_ID["ELD-5"]["form"]["id_no"])
    assert readings(bureau, decision) == [(OFFICER, "staff: decide")]
    assert BY_ID["ELD-5"]["form"]["id_no"] not in page.url + page.title()
    form = page.locator(".fo-form", has_text="作出决定")
    form.get_by_role("button", name="作出决定").click()
    expect(form.get_by_text("请选择结论")).to_be_visible()
    chosen(page, form, "结论", "不予批准")
    form.get_by_label("理由（中文，必填）").fill("经核实，不符合条件")
    form.get_by_role("checkbox").first.click()
    decided(page, form)
    expect(form.get_by_text("作出不利处理前应先告知并听取陈述申辩")).to_be_visible()
    expect(form.get_by_label("理由（中文，必填）")).to_have_value("经核实，不符合条件")

    # Loaded anew, it is opened again for a purpose, and nothing that was written is lost; the browser can't read it.
    assert "经核实" not in str(page.evaluate("() => JSON.stringify(sessionStorage)"))
    page.reload()
    page.get_by_role("button", name="登记并打开").click()
    expect(form.get_by_label("理由（中文，必填）")).to_have_value("经核实，不符合条件")
    expect(form.get_by_role("checkbox").first).to_be_checked()
    expect(form).to_contain_text("此前写下、还没有提交")

    heard(page)
    chosen(page, form, "结论", "予以批准")
    form.get_by_label("月标准").fill("a lot")
    decided(page, form)
    expect(form.get_by_text("月标准（元）：写法不对")).to_be_visible()
    expect(form.get_by_text("年龄段：没有填")).to_be_visible()
    form.get_by_label("月标准").fill("100.00")
    form.get_by_label("起发月份").fill("2026-04")
    chosen(page, form, "年龄段", "80-89")
    decided(page, form)
    expect(page.get_by_text("作出决定：已记入账本")).to_be_visible()
    page.wait_for_function(f"() => {UNSENT}.length === 0")
    case = bureau.case(decision)
    assert [one["step"] for one in case["hearing"]] == ["told", "statement", "statement"]
    assert case["officer_outcome"]["outcome"] == "APPROVED"
    assert case["officer_outcome"]["result"]["monthly_amount"] == "100.00"
    page.close()


def test_a_case_is_found_by_the_key_of_a_complaint_and_answered(
    bureau: Office, desk: Desk, window: BrowserContext
) -> None:
    decision = bureau.decide("ELD-1")
    key = decision["feedback"]["complaint_key"]
    path = f"/v1/decisions/{decision['decision_id']}/complaints"
    sent = {"complaint_key": key, "text": "等了很久"}
    assert bureau.guarded.send(PLATFORM, "POST", path, sent, {"Idempotency-Key": "complaint"}).status == 200
    page = signed_in(bureau, desk, window, OFFICER, "/queue")
    assert serious(page) == []
    page.get_by_text("凭投诉凭证查找").click()
    page.get_by_label("投诉凭证", exact=True).fill(key)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^待办 task:complaint")).click()
    chosen(page, page.locator("main"), "调阅目的", "处理投诉")
    page.get_by_role("button", name="登记并打开").click()
    expect(page.locator("#times")).to_contain_text("等了很久")
    assert key not in page.url
    form = page.locator(".fo-form", has_text="答复办结")
    answer = form.get_by_label("答复（中文，必填）")
    answer.fill("不是这样")
    page.wait_for_function(f"() => {UNSENT}.length === 1")
    here = page.url
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("() => sessionStorage.length") == 0
    page.locator("input[name=key]").fill(bureau.guarded.members.keys[OFFICER])
    page.keyboard.press("Enter")
    page.wait_for_selector("main h1")
    opened(page, here)
    chosen(page, page.locator("main"), "调阅目的", "处理投诉")
    page.get_by_role("button", name="登记并打开").click()
    expect(answer).to_have_value("")
    answer.fill("已核实并整改")
    assert serious(page) == []
    form.get_by_role("button", name="答复并办结").click()
    page.get_by_role("button", name="记入账本", exact=True).click()
    expect(page.get_by_text("答复办结：已记入账本")).to_be_visible()
    assert bureau.case(decision)["complaints"][0]["reply"]["zh"] == "已核实并整改"
    assert [one for one in readings(bureau, decision) if one[0] == OFFICER] == [(OFFICER, "staff: complaint")] * 3
    page.close()


def serious(page: Page) -> list[str]:
    """What axe finds on the page that keeps somebody from using it."""
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")]


def decided(page: Page, form: Locator) -> None:
    form.get_by_role("button", name=re.compile("作出决定|记入意见")).click()
    page.get_by_role("button", name="记入账本", exact=True).click()


def test_a_blind_look_shows_nothing_of_what_the_system_said(bureau: Office, desk: Desk, window: BrowserContext) -> None:
    decision = bureau.decide("ELD-1")
    bureau.until(lambda: bool(bureau.items(decision, "blind_sample")), "the sample")
    page = signed_in(bureau, desk, window, OFFICER, "/queue?kind=blind_sample")
    page.get_by_role("button", name="承办", exact=True).first.click()
    page.get_by_role("button", name="登记并打开").click()
    expect(page.get_by_text("盲审：不显示系统的结论")).to_be_visible()
    for name in ("times", "rules", "outcome", "notice"):
        expect(page.locator(f"#{name}")).to_have_count(0)
    expect(page.locator(".mp-main")).not_to_contain_text("系统作出决定")
    form = page.locator(".fo-form")
    chosen(page, form, "结论", "不予批准")
    form.get_by_label("理由（中文，必填）").fill("不符合条件")
    form.get_by_role("checkbox").first.click()
    decided(page, form)
    expect(page.get_by_text("盲审意见：已记入账本")).to_be_visible()
    page.close()


def test_a_key_that_the_service_states_of_itself_is_called_that(
    bureau: Office, desk: Desk, window: BrowserContext
) -> None:
    decision = bureau.decide("ELD-1")
    page = signed_in(bureau, desk, window, AUDITOR, f"/decision?id={decision['decision_id']}")
    page.get_by_role("button", name="登记并打开").click()
    page.get_by_role("button", name="取回执并核验").click()
    expect(page.locator("#receipt .fo-step.good")).to_have_count(5)
    expect(page.get_by_text("是办理服务自己说的")).to_be_visible()
    assert (AUDITOR, "staff: audit") in readings(bureau, decision)
    opened(page, desk.url + "/decision?id=none")
    page.get_by_role("button", name="登记并打开").click()
    expect(page.locator(".q-notification")).to_be_visible()
    kept = b"".join(one.read_bytes() for one in desk.data.iterdir() if one.is_file())
    assert BY_ID["ELD-1"]["form"]["id_no"].encode() not in kept
    page.close()
