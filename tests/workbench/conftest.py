"""A workbench as a process of its own, and Debian's Chromium before it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.workbench.desks import Desk, alone, copied_rules, demonstrated
from tests.workbench.hostile import hostile_rules

expect.set_options(timeout=120_000)  # what is waited for comes sooner; on a busy machine it may not

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="package")  # while it is there, no other test of this process may run an event loop
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None, "the pages are tried in Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def lone_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A workbench that knows no service, over a copy of the shipped rules."""
    folder = tmp_path_factory.mktemp("desk")
    with alone(copied_rules(folder), folder) as desk:
        yield desk


@pytest.fixture(scope="package")
def hostile_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A workbench that knows no service, over rules whose every text tries to be more than text."""
    folder = tmp_path_factory.mktemp("hostile")
    with alone(hostile_rules(folder), folder) as desk:
        yield desk


@pytest.fixture(scope="package")
def stage() -> Iterator[Desk]:
    """A demonstration: registers, a service with decided cases, a person of each role."""
    with demonstrated() as desk:
        yield desk


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody who was never here before; whatever its console calls an error fails the test."""
    context = browser.new_context(viewport={"width": 1300, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(120_000)
    wrong: list[str] = []
    context.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    yield context
    context.close()
    assert wrong == []


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return copied_rules(tmp_path)
