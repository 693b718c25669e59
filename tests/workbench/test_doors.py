"""Who comes in to the workbench, and who does not."""

import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, expect

from decision_service.access.principal import Principal
from decision_service.workbench.guarding import MOST_BYTES
from decision_service.workbench.sessions import Sessions
from tests.workbench.desks import Desk, page_of


def fetched(url: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, str, str]:
    """Status, where it leads, and the text of an answer; redirects are not followed."""

    class Stays(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(Stays)
    try:
        sent = urllib.request.Request(url, body, dict(headers))  # noqa: S310 - an address of our own
        with opener.open(sent, timeout=30) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("location", ""), error.read().decode()


def test_without_the_link_nobody_sees_a_page(lone_desk: Desk) -> None:
    for cookies in ({}, {"Cookie": "miaopi_workbench=guessed"}):
        assert fetched(lone_desk.url + "/", cookies)[:2] == (303, "/sign-in")
    status, _, shown = fetched(lone_desk.url + "/sign-in?word=guessed", {})
    assert status == 200
    assert "miaopi_workbench" not in shown


def test_the_link_lets_the_analyst_in_and_leaving_ends_it(lone_desk: Desk, window: BrowserContext) -> None:
    page = page_of(lone_desk, window)
    expect(page.locator("h1")).to_have_text("事项")
    expect(page.get_by_text("高龄津贴认定")).to_be_visible()
    (cookie,) = [one for one in window.cookies() if one["name"] == "miaopi_workbench"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    page.get_by_role("button", name="退出").click()
    page.wait_for_url(re.compile("/sign-in$"))
    assert fetched(lone_desk.url + "/", {"Cookie": f"miaopi_workbench={cookie['value']}"})[:2] == (303, "/sign-in")


def test_a_page_that_there_is_not_is_told_in_the_readers_language(lone_desk: Desk, window: BrowserContext) -> None:
    page = page_of(lone_desk, window, language="en")
    (cookie,) = [one for one in window.cookies() if one["name"] == "miaopi_workbench"]
    for language, words in (("en", "There is no such page"), ("zh", "没有这个页面")):
        cookies = f"miaopi_workbench={cookie['value']}; miaopi_language={language}"
        status, _, shown = fetched(lone_desk.url + "/nowhere?<b>", {"Cookie": cookies})
        assert status == 404
        assert words in shown
        assert "<b>" not in shown
        assert "HTTPException" not in shown
    page.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
        {"Host": "evil.example", "Origin": "https://evil.example"},
    ],
)
def test_forms_of_other_sites_are_refused(lone_desk: Desk, headers: Mapping[str, str]) -> None:
    assert fetched(lone_desk.url + "/sign-out", headers, b"")[0] == 403


def test_what_is_too_large_is_refused_before_it_is_there(lone_desk: Desk) -> None:
    origin = {"Origin": lone_desk.url}
    for length in (str(MOST_BYTES + 1), "9" * 40, "-1"):
        status, _, told = fetched(lone_desk.url + "/sign-out", {**origin, "Content-Length": length}, b"")
        assert status in {400, 403}, told
    assert fetched(lone_desk.url + "/sign-out", origin, b"")[0] == 303


def test_another_name_of_the_host_is_refused(lone_desk: Desk) -> None:
    assert fetched(lone_desk.url + "/sign-in", {"Host": "rebound.example"})[0] == 403


def test_the_live_part_is_closed_to_strangers(lone_desk: Desk, window: BrowserContext) -> None:
    socket = lone_desk.url + "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert fetched(socket, {})[0] == 403
    page = page_of(lone_desk, window)
    (cookie,) = [one for one in window.cookies() if one["name"] == "miaopi_workbench"]
    signed_in = {"Cookie": f"miaopi_workbench={cookie['value']}"}
    assert fetched(socket, signed_in)[0] == 200
    assert fetched(socket, {**signed_in, "Origin": "https://evil.example"})[0] == 403
    page.close()


def test_it_speaks_both_languages_and_goes_dark(lone_desk: Desk, window: BrowserContext) -> None:
    page = page_of(lone_desk, window)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Matters")
    assert page.locator("html").get_attribute("lang") == "en-US"
    page.get_by_role("link", name="dark").click()
    expect(page.locator("body.body--dark")).to_have_count(1)


def test_back_never_leads_elsewhere(lone_desk: Desk) -> None:
    for back in ("//evil.example", "/\\evil.example", "https://evil.example"):
        assert fetched(f"{lone_desk.url}/language?to=en&back={back}", {})[1] == "/"


def test_what_a_browser_holds_for_a_session_is_read_by_it_alone() -> None:
    sessions = Sessions(lambda: datetime(2026, 3, 16, tzinfo=UTC))
    person = Principal("officer", "staff", frozenset({"officer"}))
    mine, other = (sessions.of(sessions.begin(person, "")) for _ in range(2))
    assert mine is not None
    assert other is not None
    sealed = mine.sealed("不符合条件", "/outcome")
    assert mine.unsealed(sealed, "/outcome") == "不符合条件"
    assert other.unsealed(sealed, "/outcome") is None
    assert [mine.unsealed(one, "/outcome") for one in ("", "=", sealed[:-4], "不")] == [None] * 4
    assert mine.unsealed(sealed, "/answer") is None
