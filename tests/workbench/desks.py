"""Workbenches as real processes, and the pages of one in a real browser."""

import asyncio
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import BrowserContext, Page

_T = TypeVar("_T")

SHIPPED = Path(__file__).parents[2] / "rules"


@dataclass(frozen=True)
class Desk:
    """A workbench: its address, the link by which its analyst comes in ("" where one signs in by a key), its rules."""

    url: str
    link: str
    rules: Path
    data: Path


def copied_rules(folder: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, folder / "rules"))


@contextmanager
def alone(rules: Path, folder: Path, *more: str) -> Iterator[Desk]:
    """`miaopi workbench` over these rules, as a process; stopped as a user stops it."""
    data = folder / "workbench"
    with _process("--rules", str(rules), "--data", str(data), *more) as link:
        yield Desk("/".join(link.split("/")[:3]), link if "word=" in link else "", rules, data)


@contextmanager
def demonstrated() -> Iterator[Desk]:
    """`miaopi workbench --demo`: one signs in by a click."""
    with _process("--demo", "--rules", str(SHIPPED)) as url:
        yield Desk(url, "", SHIPPED, SHIPPED)


@contextmanager
def _process(*arguments: str) -> Iterator[str]:
    """The address that it prints once it listens."""
    command = ["workbench", "--port", "0", *arguments]
    gate = {"MIAOPI_CERTIFICATES": os.environ["TESTS_GATE"], "MIAOPI_GATE_CASES": "20"}
    child = subprocess.Popen(
        [sys.executable, "-m", "decision_service", *command],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **gate},
    )  # fmt: skip
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child, lines), daemon=True)
    reader.start()
    try:
        yield _link(child, lines)
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(120)
        reader.join(120)


def _read(child: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> None:
    assert child.stdout is not None
    with child.stdout as said:
        for line in said:
            lines.put(line)


def _link(child: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> str:
    said: list[str] = []
    while True:
        try:
            said.append(lines.get(timeout=1))
        except queue.Empty:
            assert child.poll() is None, "".join(said)
            continue
        if "workbench listening on " in said[-1]:
            return said[-1].split()[-1]


def page_of(desk: Desk, window: BrowserContext, path: str = "/", language: str = "zh") -> Page:
    """The page at `path`, signed in as the analyst of a lone desk."""
    window.add_cookies([{"name": "miaopi_language", "value": language, "url": desk.url}])
    page = window.new_page()
    page.goto(desk.link)
    opened(page, desk.url + path)
    return page


def opened(page: Page, address: str) -> None:
    """Go there; returns when the page is alive."""
    page.goto(address)
    alive(page)


def alive(page: Page) -> None:
    """Returns when the page that was opened answers to what one does."""
    page.wait_for_selector("main h1")
    page.wait_for_function("() => window.socket && window.socket.connected")


def page_as(desk: Desk, window: BrowserContext, person: str, path: str = "/", language: str = "zh") -> Page:
    """The page at `path` as that person of a demonstration sees it."""
    window.add_cookies([{"name": "miaopi_language", "value": language, "url": desk.url}])
    page = window.new_page()
    page.goto(desk.url + "/sign-in")
    page.get_by_role("button", name=f"({person})").click()
    page.wait_for_url(f"{desk.url}/")  # else the next address would cut it short
    opened(page, desk.url + path)
    return page


def pasted(page: Page, words: str) -> None:
    """What Ctrl-V does with `words` on the clipboard."""
    page.evaluate(
        """words => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", words);
            const options = { clipboardData, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        words,
    )


def in_a_loop(work: Coroutine[Any, Any, _T]) -> _T:
    """What comes of it, in a thread of its own: beside a browser of these tests no other loop may run."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
