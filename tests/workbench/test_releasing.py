"""Rules on their way into force through the pages, with a real service: proposed by one, approved by another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from decision_service.workbench.drafts import SCHEMA, Drafts
from decision_service.workbench.store import Store
from tests.http.members import Guarded, guarded
from tests.http.releasing import FILE, PATH, certificates, members, publication, rules
from tests.http.staging import sandbox_config
from tests.workbench.desks import Desk, alone, opened
from verifiers.sandbox.running import running

__all__ = ["certificates", "rules"]


COMING = "elderly_allowance/2031-01-01.yaml"


@dataclass(frozen=True)
class Place:
    """A service and a workbench over the same rules folder."""

    desk: Desk
    service: Guarded
    rules: Path

    def draft(self, text: str) -> None:
        """The author has saved a draft of the coming version."""
        store = Store(self.desk.data / "workbench.sqlite3", SCHEMA)
        drafts = Drafts(store, self.rules, self.desk.data, lambda: datetime.now(ZoneInfo("Asia/Shanghai")))
        drafts.save(COMING, text, "author", drafts.read(COMING)[1])
        store.close()

    def newest(self) -> dict[str, object]:
        """The newest release on the service's record."""
        return dict(self.service.send("operator", "GET", PATH).json["releases"][0])

    def texts(self) -> dict[str, bytes]:
        """Every file of the rules folder."""
        found = (one for one in self.rules.rglob("*") if one.is_file())
        return {one.relative_to(self.rules).as_posix(): one.read_bytes() for one in found}


@pytest.fixture
def place(tmp_path: Path, rules: Path, certificates: Path) -> Iterator[Place]:
    more = {"rules": publication(rules), "gate_cases": 1, "certificates": certificates, "rules_folder": rules}
    with (
        running(sandbox_config()) as registers,
        guarded(tmp_path, registers, members(), **more) as service,
        alone(rules, tmp_path, "--service", service.stage.url, "--staff", service.stage.control) as desk,
    ):
        yield Place(desk, service, rules)


def before(place: Place, window: BrowserContext, who: str) -> Page:
    """The releases as somebody sees them who has signed in with his key."""
    window.clear_cookies()
    window.add_cookies([{"name": "miaopi_language", "value": "en", "url": place.desk.url}])
    page = window.new_page()
    page.goto(place.desk.url + "/sign-in")
    page.fill("#key", place.service.members.keys[who])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".mp-main h1")
    opened(page, place.desk.url + "/releases")
    return page


def proposed(place: Place, page: Page) -> None:
    """The author proposes what is chosen, and waits."""
    page.get_by_role("button", name="propose", exact=True).click()
    expect(page.locator(".ch-waits")).to_contain_text("You proposed this yourself")
    expect(page.get_by_role("button", name="approve these versions")).to_have_count(0)
    assert place.newest()["state"] == "proposed"


def approved(place: Place, page: Page) -> None:
    page.get_by_role("button", name="approve these versions").click()
    expect(page.locator(".mp-main")).to_contain_text("Nothing waits for approval")
    assert place.newest()["approved_by"] == "chief"


def nothing_to_release(place: Place, window: BrowserContext, text: str) -> None:
    # The service takes a remark for nothing: it refuses, and not a letter of the folder has changed.
    released = place.texts()
    place.draft(text + "# a remark\n")
    author = before(place, window, "author")
    author.get_by_role("button", name="propose", exact=True).click()
    expect(author.get_by_text("the rules folder holds what is in force")).to_be_visible()
    assert place.texts() == released
    store = Store(place.desk.data / "workbench.sqlite3", ())
    store.rows("DELETE FROM saves")
    store.close()


def test_two_people_put_rules_in_force_and_bring_them_back(place: Place, window: BrowserContext) -> None:
    first = (place.rules / FILE).read_text(encoding="utf-8")
    text = first.replace("in_force: 2026-01-01", "in_force: 2031-01-01", 1).replace("DEMO-PIA-001", "DEMO-PIA-031")
    as_it_was = place.texts()
    place.draft(text)
    author = before(place, window, "author")
    chosen = author.get_by_role("checkbox", name=COMING)
    chosen.click()
    chosen.click()
    expect(chosen).to_be_checked()
    expect(author.locator(".ch-what")).to_have_count(4)
    expect(author.get_by_text("Nothing is chosen.")).to_have_count(0)
    author.get_by_label("what changes, and why").fill("a version for 2031")
    proposed(place, author)
    assert place.texts() == {**as_it_was, COMING: text.encode()}
    # The second person sees what it is, and sends it back: the folder is as it was, the draft stands again.
    chief = before(place, window, "chief")
    box = chief.locator(".ch-waits")
    expect(box).to_contain_text("a version for 2031")
    expect(box.get_by_role("row", name="DEMO-PIA-031")).to_contain_text("2031-01-01")
    chief.get_by_role("button", name="send back").click()
    expect(chief.get_by_text("say why it is sent back")).to_be_visible()
    chief.get_by_label("why it is sent back").fill("which notice?")
    chief.get_by_role("button", name="send back").click()
    expect(chief.locator(".mp-main")).to_contain_text("why: which notice?")
    assert place.texts() == as_it_was
    author = before(place, window, "author")
    proposed(place, author)
    approved(place, before(place, window, "chief"))
    released = place.texts()
    nothing_to_release(place, window, text)
    # The coming version is stopped, and brought back from the history, each by two people.
    author = before(place, window, "author")
    author.get_by_role("button", name="stop it").click()
    expect(author.get_by_role("checkbox", name=f"take away {COMING}")).to_be_checked()
    proposed(place, author)
    approved(place, before(place, window, "chief"))
    assert place.texts() == as_it_was
    author = before(place, window, "author")
    author.get_by_text("roll back to this release").click()
    author.get_by_role("button", name="prepare it").click()
    expect(author.get_by_role("checkbox", name=COMING)).to_be_checked()
    assert place.texts() == as_it_was
    proposed(place, author)
    assert place.texts() == released
