"""Nothing that people write into rules, drafts, reasons, names or addresses gets to run, and no other site gets in."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, expect
from starlette.types import Message, Receive, Scope, Send

from decision_service.workbench.drafts import Drafts
from decision_service.workbench.guarding import Guard
from decision_service.workbench.rooms import PAGES
from decision_service.workbench.service import ServiceError, below
from decision_service.workbench.store import Store
from decision_service.workbench.visit import address
from tests.workbench.desks import Desk, opened, page_of
from tests.workbench.hostile import PAYLOAD, SEPARATED, SHORT, broken_out, settled, watched

MATTER = "elderly_allowance"
FILE = f"{MATTER}/2026-01-01.yaml"
WRONG = "birth_registration/2026-01-01.yaml"
SPOILT = "birth_registration/2031-01-01.cases.yaml"
CASE = "九十岁，沈阳，无特殊情况" + PAYLOAD


def drafted(desk: Desk) -> None:
    """A draft whose comments and names end lines of JavaScript, with a mistake that quotes the payload."""
    store = Store(desk.data / "workbench.sqlite3", ())
    drafts = Drafts(store, desk.rules, desk.data / "whole", lambda: datetime(2026, 3, 16, tzinfo=UTC))
    wrong, number = drafts.read(WRONG)
    before = "    must: mother_age >= adult_age"
    assert before in wrong
    drafts.save(WRONG, wrong.replace(before, f'{before} and x = "{PAYLOAD}"'), SEPARATED, number)
    drafts.save(SPOILT, f"# {SEPARATED}", SEPARATED, 0)
    store.close()


def test_texts_of_rules_and_drafts_stay_texts(hostile_desk: Desk, window: BrowserContext) -> None:
    desk = hostile_desk
    drafted(desk)
    with watched(window, desk) as told:
        page = page_of(desk, window, "/")
        settled(page, desk, address("/", q="onerror"), "onerror")
        settled(page, desk, f"/edit?file={FILE}&view=prose", "onerror")
        settled(page, desk, f"/table?file={FILE}&table=allowance", "onerror")
        expect(page.locator(".ag-root")).to_contain_text("210100")
        assert broken_out(page) == []
        settled(page, desk, address("/try", file=FILE, case=CASE), "APPROVED")
        expect(page.frame_locator("iframe.mp-notice").locator("body")).to_contain_text("onerror")
        assert broken_out(page) == []

        settled(page, desk, f"/edit?file={SPOILT}", "onerror")
        settled(page, desk, f"/edit?file={FILE}&view=graph", "onerror")
        expect(page.locator("svg.mp")).to_contain_text("onerror")
        settled(page, desk, f"/edit?file={WRONG}", "草稿")
        page.get_by_role("button", name="历史").click()
        expect(page.get_by_role("dialog")).to_contain_text("onerror")
        assert broken_out(page) == []
        page.close()
    assert told == []


def test_what_is_told_while_one_types_stays_text(hostile_desk: Desk, window: BrowserContext) -> None:
    desk = hostile_desk
    lines = (desk.rules / FILE).read_text(encoding="utf-8").split("\n")
    at = next(number for number, line in enumerate(lines, 1) if "must: age >= minimum_age" in line)
    with watched(window, desk) as told:
        page = page_of(desk, window, f"/edit?file={FILE}&line={at}")
        expect(page.locator(".cm-content")).to_be_focused()
        page.keyboard.press("End")
        page.keyboard.press("Control+i")
        expect(page.locator(".mp-tip")).to_contain_text("onerror")
        assert broken_out(page) == []
        page.keyboard.type(" and minim")
        expect(page.get_by_role("option", name="minimum_age")).to_contain_text("onerror")
        assert broken_out(page) == []
        page.keyboard.press("Escape")
        page.keyboard.type(f" {SHORT}")
        expect(page.locator(".mp-findings li").first).to_be_visible()
        page.keyboard.press("F8")
        expect(page.locator(".mp-tip")).to_be_visible()
        page.locator(".mp-dot.bad").hover()
        assert broken_out(page) == []
        page.get_by_role("button", name="放弃草稿").click()
        page.get_by_role("dialog").get_by_role("button", name="放弃草稿").click()
        page.close()
    assert told == []


def test_addresses_stay_texts_and_lead_nowhere(lone_desk: Desk, window: BrowserContext) -> None:
    page = page_of(lone_desk, window)
    asked = ("file", "matter", "table", "case", "given", "line", "view", "old", "new", "q")
    with watched(window, lone_desk) as told:
        for one in PAGES:
            if one.needs_service:
                continue
            for said in (SEPARATED, "../../../../etc/passwd"):
                opened(page, lone_desk.url + address(one.path, **dict.fromkeys(asked, said)))
                expect(page.locator(".mp-main")).not_to_contain_text("root:")
                assert broken_out(page) == [], one.path
        page.close()
    assert told == []


ELSEWHERE = """<!doctype html><meta charset="utf-8"><title>waiting</title>
<iframe name="within" src="DESK/"></iframe>
<form method="post" target="_blank" action="DESK/sign-out"></form>
<script>
  const tries = {
    fetched: () => fetch("DESK/", { credentials: "include" }).then((answer) => answer.text()),
    posted: () => fetch("DESK/sign-out", { method: "POST", credentials: "include" }).then((answer) => answer.text()),
    socket: () => new Promise((well, ill) => {
      const socket = new WebSocket("DESK/_nicegui_ws/socket.io/?EIO=4&transport=websocket".replace("http", "ws"));
      socket.onopen = well;
      socket.onerror = ill;
    }),
    polled: () => fetch("DESK/_nicegui_ws/socket.io/?EIO=4&transport=polling", { credentials: "include" })
      .then((answer) => answer.text()),
  };
  const all = Object.entries(tries).map(([name, work]) => work().then(() => name, () => ""));
  Promise.all(all).then((got) => { document.forms[0].submit(); document.title = "got in by: " + got.join(""); });
</script>"""


@contextmanager
def elsewhere(page: str) -> Iterator[str]:
    """A site that shows `page`."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("is_sandboxed", [False, True], ids=["its own origin", "Origin: null"])
def test_a_page_of_another_site_gets_nothing_done(lone_desk: Desk, browser: Browser, *, is_sandboxed: bool) -> None:
    with browser.new_context() as window:  # whose console may say that it was refused
        ours = page_of(lone_desk, window)
        page = window.new_page()
        attack = ELSEWHERE.replace("DESK", lone_desk.url)
        if is_sandboxed:
            framed = attack.replace("&", "&amp;").replace('"', "&quot;")
            attack = f'<iframe sandbox="allow-scripts allow-forms allow-popups" srcdoc="{framed}"></iframe>'
        with elsewhere(attack) as address, window.expect_page() as opened_by_form:
            page.goto(address)
        attacker = page.frames[1] if is_sandboxed else page.main_frame
        attacker.wait_for_function("() => document.title.startsWith('got in by')")
        assert attacker.title() == "got in by:"
        within = next(one for one in page.frames if one.name == "within")
        assert "mp-main" not in within.content()
        expect(opened_by_form.value.locator("body")).to_contain_text("another site")
        ours.reload()
        expect(ours.locator("h1")).to_have_text("事项")  # still signed in


OPEN = ("/sign-in", "/sign-out", "/language", "/dark", "/own/", "/_nicegui/")


@given(st.text(min_size=1, max_size=12) | st.text("./?#%\\:;@", min_size=1, max_size=6))
def test_a_name_out_of_an_address_leads_to_no_other_place_of_the_service(name: str) -> None:
    if name in {".", ".."}:
        with pytest.raises(ServiceError):
            below("/staff/v1/queue", name)
        return
    led = urlsplit(urljoin("http://service:1", below("/staff/v1/queue", name) + "/claim"))
    assert led.netloc == "service:1"
    assert led.path.split("/")[:4] == ["", "staff", "v1", "queue"]
    assert led.path.split("/")[5:] == ["claim"]
    assert unquote(led.path.split("/")[4]) == name
    assert (led.query, led.fragment) == ("", "")


@given(st.sampled_from(["http", "websocket"]), st.text("/_abcnigu.-", max_size=12).map(lambda path: f"/{path}"))
def test_whatever_is_served_wants_a_session(kind: str, path: str) -> None:
    """Any path that the application may ever have, but for those few."""
    reached: list[str] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        reached.append(scope["path"])

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        assert message.get("status", 403) in {303, 403}

    headers = [(b"host", b"desk:1"), (b"origin", b"http://desk:1"), (b"cookie", b"miaopi_workbench=guessed")]
    scope = {"type": kind, "method": "GET", "path": path, "headers": headers}
    asking = Guard(app, frozenset({"http://desk:1"}), lambda _: None)(scope, receive, send)
    with pytest.raises(StopIteration):
        asking.send(None)  # it waits for nobody
    assert reached == [] or (kind == "http" and path.startswith(OPEN))
