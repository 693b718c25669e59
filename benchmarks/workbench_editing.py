"""How quick the workbench is under the hands of who writes rules: a file opened, a key pressed, a mistake underlined.

    python benchmarks/workbench_editing.py [--rounds 7]

A real workbench over a copy of the rules and a real Chromium before it; the largest shipped file, and one with a table
of 200 rows and 40 columns. Prints medians with the least and the most, and writes
benchmarks/results/workbench_editing.json.
"""

import argparse
import json
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "workbench_editing.json"
MATTER = "elderly_allowance/2026-01-01.yaml"
RULE = "must: age >= minimum_age"
ROWS, COLUMNS = 200, 40

WATCH = """(word) => {
  const text = document.querySelector(".cm-content");
  window.seen = { pressed: 0, shown: 0, frames: [] };
  text.addEventListener("keydown", () => {
    const pressed = performance.now();
    window.seen.pressed = pressed;
    requestAnimationFrame(() => setTimeout(() => window.seen.frames.push(performance.now() - pressed)));
  });
  new MutationObserver(() => {
    const marks = [...document.querySelectorAll(".mp-under.bad")].map((one) => one.textContent).join("");
    if (!window.seen.shown && marks.includes(word)) window.seen.shown = performance.now();
  }).observe(text, { childList: true, subtree: true });
}"""
"""Times within the page: from a key to the next picture, and from the last key to the underlined word."""


def with_table(text: str) -> str:
    """A rule file with a long table more."""
    heads = ["age", *(f"age + {number}" for number in range(1, COLUMNS - 1))]
    lines = [" | ".join([*heads, "=> grade whole"])]
    lines += [" | ".join([f"[{row}..{row + 1})", *(["-"] * (COLUMNS - 2)), str(row % 9)]) for row in range(ROWS)]
    table = "\n".join(f"      {line}" for line in lines)
    grid = f"tables:\n  grades:\n    zh: 分档\n    en: grades\n    basis: [1]\n    table: |\n{table}\n\n"
    return text.replace("\nlet:\n", f"\n{grid}let:\n", 1)


@contextmanager
def workbench(rules: Path, data: Path) -> Iterator[str]:
    """`miaopi workbench` over these rules; the link by which its analyst comes in."""
    command = [sys.executable, "-m", "decision_service", "workbench", "--port", "0"]
    child = subprocess.Popen([*command, "--rules", str(rules), "--data", str(data)], stdout=subprocess.PIPE, text=True)
    try:
        yield next(line.split()[-1] for line in child.stdout or () if "listening on " in line)
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(60)


def opened(page: Page, url: str, line: int) -> float:
    """Seconds until the file is there and found right."""
    began = perf_counter()
    page.goto(f"{url}/edit?file={MATTER}&line={line}")
    page.locator(".mp-under, p[role=status]", has_text=re.compile("no problem")).wait_for()
    return perf_counter() - began


def typed(page: Page, word: str) -> tuple[float, float]:
    """Seconds from the last key of a mistake to its underlining; and at most, from a key to the next picture."""
    page.evaluate(WATCH, word)
    page.locator(".cm-line", has_text=RULE).click()
    page.keyboard.press("End")
    page.keyboard.type(f" and {word}", delay=30)
    page.wait_for_function("() => window.seen.shown > 0")
    seen = page.evaluate("() => window.seen")
    for _ in range(2):
        page.keyboard.press("Control+z")
    return (seen["shown"] - seen["pressed"]) / 1000, max(seen["frames"]) / 1000


def rounds(page: Page, url: str, line: int, count: int) -> Mapping[str, list[float]]:
    """All times of one file, in milliseconds."""
    found: dict[str, list[float]] = {"open": [], "problem": [], "key": []}
    for number in range(count):
        found["open"].append(1000 * opened(page, url, line))
        problem, key = typed(page, f"wrong_{number}")
        found["problem"].append(1000 * problem)
        found["key"].append(1000 * key)
        page.get_by_role("button", name="Put draft away").click()
        page.get_by_role("dialog").get_by_role("button", name="Put it away").click()
        page.locator(".mp-bar .mp-mark.good").wait_for()
    return found


FILES: Mapping[str, Callable[[str], str]] = {
    "a shipped file": lambda text: text,
    f"with a table of {ROWS} x {COLUMNS}": with_table,
}


def main() -> None:
    """Prints a line a file and a measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    count = parser.parse_args().rounds
    told: dict[str, dict[str, dict[str, float]]] = {}
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for kind, make in FILES.items():
            with tempfile.TemporaryDirectory() as made:
                rules = Path(shutil.copytree(ROOT / "rules", Path(made) / "rules"))
                text = make((rules / MATTER).read_text(encoding="utf-8"))
                (rules / MATTER).write_text(text, encoding="utf-8")
                with workbench(rules, Path(made) / "data") as link:
                    url = "/".join(link.split("/")[:3])
                    context = browser.new_context(viewport={"width": 1300, "height": 900})
                    context.set_default_timeout(120_000)
                    context.add_cookies([{"name": "miaopi_language", "value": "en", "url": url}])
                    page = context.new_page()
                    page.goto(link)
                    told[kind] = {
                        name: summed(times)
                        for name, times in rounds(page, url, text[: text.index(RULE)].count("\n") + 1, count).items()
                    }
                    context.close()
            for name, one in told[kind].items():
                print(f"{kind:28} {name:8} {one['median']:8.0f} ms  ({one['least']:.0f} to {one['most']:.0f})")
        browser.close()
    machine = {"python": platform.python_version(), "system": platform.platform()}
    RESULTS.write_text(json.dumps({"machine": machine, "rounds": count, "ms": told}, indent=1) + "\n")


def summed(times: list[float]) -> dict[str, float]:
    """The median, and between what it lay."""
    return {"median": statistics.median(times), "least": min(times), "most": max(times)}


if __name__ == "__main__":
    main()
