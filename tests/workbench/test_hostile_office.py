"""What applicants, registers, officers, operators and analysts write stays text on the pages before a real service, and
an address that somebody else wrote has nobody do more than its page says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from decision_service.policy.shelf import read_shelf
from decision_service.publishing import publish
from decision_service.workbench.drafts import Drafts
from decision_service.workbench.store import Store
from decision_service.workbench.visit import address
from tests.casework.office import ANALYST, APPROVER, AUDITOR, OFFICER, PLATFORM, Office, office
from tests.http.conftest import registers
from tests.http.staging import BY_ID, application
from tests.workbench.desks import Desk, alone, opened
from tests.workbench.hostile import PAYLOAD, SEPARATED, SHORT, broken_out, hostile_rules, watched

__all__ = ["registers"]

CARD = "senior_card/2026-01-01.yaml"
COMING = "senior_card/2031-01-01.yaml"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def bureau(registers: str, place: Path) -> Iterator[Office]:
    """A service that decides by the hostile rules."""
    rules = hostile_rules(place)
    with office(place, registers, rules=publish(read_shelf(rules)), rules_folder=rules) as found:
        yield found


@pytest.fixture(scope="module")
def desk(bureau: Office, place: Path) -> Iterator[Desk]:
    stage = bureau.guarded.stage
    with alone(place / "rules", place, "--service", stage.url, "--staff", stage.control) as found:
        yield found


def signed_in(bureau: Office, desk: Desk, window: BrowserContext, who: str, path: str) -> Page:
    """The page at `path`, for who showed his key and nobody who did before."""
    window.clear_cookies()
    page = window.new_page()
    page.goto(desk.url + "/sign-in")
    page.locator("input[name=key]").fill(bureau.guarded.members.keys[who])
    page.keyboard.press("Enter")
    page.wait_for_selector("main h1")
    opened(page, desk.url + path)
    return page


def decided(bureau: Office) -> dict:
    """A decision on an applicant whose name, and whose entry in a register, is more than a name."""
    facts = dict(BY_ID["ELD-5"]["facts"])
    facts["benefits"] = {**facts["benefits"], "active": [{"benefit": PAYLOAD, "city": "210200", "since": "2020-01-01"}]}
    sent = application("ELD-5", applicant_name=f"周{SHORT}")
    bureau.guarded.stage.play(sent["application_id"], facts)
    got = bureau.guarded.decide(PLATFORM, sent, sent["application_id"])
    assert got.status == 200, got.body
    return got.json


def heard(bureau: Office, decision: dict) -> str:
    """The item of the decision, which the officer has taken and heard the applicant on."""
    item = bureau.claim(decision, "referral")
    told = {"step": "told", "text": SEPARATED, "respond_by": "2026-03-30"}
    for body in (told, {"step": "statement", "text": SEPARATED}):
        got = bureau.act(OFFICER, item, "hearing", body)
        assert got.status == 200, got.body
    return item


def test_what_is_written_on_a_case_stays_text(bureau: Office, desk: Desk, window: BrowserContext) -> None:
    decision = decided(bureau)
    item = heard(bureau, decision)
    complaint = {"complaint_key": decision["feedback"]["complaint_key"], "text": SEPARATED}
    path = f"/v1/decisions/{decision['decision_id']}/complaints"
    assert bureau.guarded.send(PLATFORM, "POST", path, complaint, {"Idempotency-Key": "complaint"}).status == 200
    with watched(window, desk) as told:
        page = signed_in(bureau, desk, window, OFFICER, "/queue")
        expect(page.locator(".fo-item").first).to_contain_text("onerror")
        assert broken_out(page) == []
        opened(page, desk.url + address("/queue", item=item))
        page.get_by_role("button", name="登记并打开").click()
        expect(page.locator("#times")).to_contain_text("window.ran=11")
        expect(page.locator("#facts")).to_contain_text(f"周{SHORT}")
        expect(page.locator("#facts")).to_contain_text("constructor.constructor")
        expect(page.locator(".fo-set").first).to_contain_text("onerror")
        page.locator(".fo-form", has_text="作出决定").get_by_label("结论").click()
        expect(page.get_by_role("option").first).to_contain_text("onerror")
        assert broken_out(page) == []
        got = bureau.outcome(OFFICER, item, "APPROVED", reasons_zh=SEPARATED)
        assert got.status == 200, got.body
        page.close()

        page = signed_in(bureau, desk, window, AUDITOR, "/decisions?matter=elderly_allowance")
        expect(page.locator("tbody tr").first).to_contain_text("onerror")
        assert broken_out(page) == []
        opened(page, desk.url + address("/decision", id=decision["decision_id"]))
        page.get_by_role("button", name="登记并打开").click()
        expect(page.locator("#times")).to_contain_text("window.ran=11")
        page.get_by_role("button", name="按记录重算").click()
        expect(page.locator("#engines")).to_contain_text("逐字节相同")
        page.get_by_role("button", name="取回执并核验").click()
        expect(page.locator("#receipt .fo-step.good")).to_have_count(5)
        expect(page.frame_locator("iframe").locator("body")).to_contain_text("onerror")
        assert broken_out(page) == []
        page.close()
    assert told == []


def test_an_address_has_nobody_do_more_than_its_page_says(bureau: Office, desk: Desk, window: BrowserContext) -> None:
    decision = bureau.decide("ELD-5")
    item = bureau.claim(decision, "referral")
    page = signed_in(bureau, desk, window, OFFICER, address("/queue", item=f"{item}/release#"))
    page.get_by_role("button", name="登记并打开").click()
    expect(page.locator(".q-notification")).to_be_visible()
    told = {"step": "told", "text": "拟不予批准", "respond_by": "2026-03-30"}
    assert bureau.act(OFFICER, item, "hearing", told).status == 200  # he holds it still
    opened(page, desk.url + address("/queue", item=".."))
    expect(page.locator(".mp-main")).to_contain_text("没有这一件")
    page.close()


def test_why_something_was_stopped_stays_text(bureau: Office, desk: Desk, window: BrowserContext) -> None:
    with watched(window, desk) as told:
        page = signed_in(bureau, desk, window, "operator", "/run")
        page.get_by_label("停办事项").click()
        page.get_by_role("option", name="老年人优待证申领").click()
        page.get_by_label("原因（记入账本）").fill(PAYLOAD[:200])
        page.get_by_role("button", name="停办…").click()
        expect(page.get_by_role("dialog")).to_contain_text("onerror")
        assert broken_out(page) == []
        page.get_by_role("button", name="立即停办").click()
        expect(page.locator(".mp-switchbox .mp-note")).to_contain_text("window.ran=2")
        assert broken_out(page) == []
        page.close()
    assert told == []


def drafted(desk: Desk) -> None:
    """The analyst has a coming version that fails the hostile cases."""
    store = Store(desk.data / "workbench.sqlite3", ())
    drafts = Drafts(store, desk.rules, desk.data / "whole", lambda: datetime(2026, 3, 16, tzinfo=UTC))
    text = drafts.read(CARD)[0].replace("in_force: 2026-01-01", "in_force: 2031-01-01", 1)
    text = text.replace("    value: 60\n", "    value: 65\n", 1).replace("DEMO-PIA-002", "DEMO-PIA-031")
    drafts.save(COMING, text.replace("as_of: 2026-03-16", "as_of: 2031-03-16"), ANALYST, 0)
    store.close()


def test_what_is_said_of_a_release_stays_text(bureau: Office, desk: Desk, window: BrowserContext) -> None:
    drafted(desk)
    with watched(window, desk) as told:
        page = signed_in(bureau, desk, window, ANALYST, "/releases")
        page.get_by_role("button", name="运行 运行案例").click()
        expect(page.locator(".ch-details").first).to_contain_text("onerror")
        page.get_by_label("改了什么、为什么").fill(SEPARATED)
        assert broken_out(page) == []
        page.get_by_role("button", name="提请发布", exact=True).click()
        expect(page.locator(".ch-waits blockquote")).to_contain_text("window.ran=11")
        page.close()

        page = signed_in(bureau, desk, window, APPROVER, "/releases")
        expect(page.locator(".ch-waits blockquote")).to_contain_text("window.ran=11")
        page.locator(".ch-pair").first.click()
        expect(page.locator(".ch-difference")).to_contain_text("onerror")
        assert broken_out(page) == []
        page.get_by_label("退回的意见").fill(SEPARATED)
        page.get_by_role("button", name="退回", exact=True).click()
        expect(page.locator(".mp-main")).to_contain_text("退回意见：<img")
        assert broken_out(page) == []

        page.close()

        # A file that is no UTF-8 among the rules: the page says which.
        legible = (desk.rules / CARD).read_bytes()
        (desk.rules / CARD).write_bytes(legible.decode().encode("gb18030"))
        page = signed_in(bureau, desk, window, ANALYST, "/releases")
        expect(page.locator(".mp-main")).to_contain_text(f"{CARD} 不是 UTF-8")
        (desk.rules / CARD).write_bytes(legible)
        page.close()
    assert told == []
