"""How quick a large decision table is in the workbench: 200 rows of 40 columns in a real browser.

    python benchmarks/workbench_tables.py [--rounds 5]

Each round opens the page of the table anew (until its last column can be seen and its file has been checked), types a
wrong cell (until it stands in the draft, and until it is marked as wrong), takes it back, and pastes all 200 rows of 40
cells over what is there, one of them wrong (until they stand in the draft, are shown, and the wrong one is marked).
A round begins once the check that the last one left behind has come to its end.
Seconds from the key press on; medians and the slowest go to benchmarks/results/workbench_tables.json.
"""

import argparse
import json
import os
import platform
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.workbench.desks import Desk, alone, opened, pasted  # noqa: E402 - of the tests, which are no package of ours

RESULTS = ROOT / "benchmarks" / "results" / "workbench_tables.json"
MATTER = "elderly_allowance"
FILE = f"{MATTER}/2026-01-01.yaml"
ROWS, COLUMNS = 200, 40
PATIENCE = 120_000
"""Milliseconds after which a step counts as broken."""


def rows(first: int) -> list[list[str]]:
    """The cells of the table: stretches of a number for the tests, two numbers as results."""
    tests = [[f"[{row + at}..{row + at + 1})" for at in range(COLUMNS - 2)] for row in range(ROWS)]
    return [[*one, str(first + row), f"{first + row}.50"] for row, one in enumerate(tests)]


def large_rules(folder: Path) -> Path:
    """A rules folder with one matter, which has the large table."""
    rules = folder / "rules"
    for name in ("catalogue", MATTER):
        shutil.copytree(ROOT / "rules" / name, rules / name)
    (rules / MATTER / "boundaries.cases.yaml").unlink()
    heads = [*(f"age + {at}" if at else "age" for at in range(COLUMNS - 2)), "=> points whole", "share money"]
    block = "".join(f"      {' | '.join(row)}\n" for row in [heads, *rows(0)])
    entry = f"  wide:\n    zh: 宽表\n    en: wide table\n    basis: [2]\n    table: |\n{block}"
    file = rules / FILE
    file.write_text(file.read_text(encoding="utf-8").replace("\nlet:\n", f"{entry}\nlet:\n", 1), encoding="utf-8")
    return rules


def drafted(desk: Desk) -> str:
    """The newest draft of the file."""
    store = sqlite3.connect(desk.data / "workbench.sqlite3")
    found = store.execute("SELECT text FROM saves WHERE name = ? ORDER BY number DESC LIMIT 1", (FILE,)).fetchone()
    store.close()
    return str(found[0]) if found else ""


def until(is_so: Callable[[], bool]) -> None:
    """Returns once it is so."""
    ends = time.monotonic() + PATIENCE / 1000
    while not is_so():
        if time.monotonic() > ends:
            raise SystemExit("it never came about")
        time.sleep(0.02)


def one_round(desk: Desk, page: Page, number: int) -> dict[str, float]:
    """Seconds of each step."""
    took: dict[str, float] = {}
    began = time.monotonic()
    page.goto(f"{desk.url}/table?file={FILE}&table=wide")
    first = page.locator('.ag-row[row-index="0"]')
    expect(first.locator('[col-id="c0"]')).to_be_visible()
    expect(first.locator(f'[col-id="c{COLUMNS - 1}"]')).to_be_visible()
    took["opened"] = time.monotonic() - began
    expect(page.get_by_text("The file has no problem.")).to_be_visible()
    took["opened and checked"] = time.monotonic() - began

    cell = page.locator(f'.ag-row[row-index="3"] [col-id="c{COLUMNS - 2}"]')
    cell.click()
    page.keyboard.type(f"wrong{number}")
    began = time.monotonic()
    page.keyboard.press("Enter")
    until(lambda: f"wrong{number}" in drafted(desk))
    took["a cell typed, in the draft"] = time.monotonic() - began
    expect(page.locator(".mp-wrong")).to_have_count(1)
    took["a cell typed, its problem marked"] = time.monotonic() - began
    page.keyboard.press("Control+z")
    until(lambda: f"wrong{number}" not in drafted(desk))
    expect(page.locator(".mp-wrong")).to_have_count(0)

    page.locator('.ag-row[row-index="0"] [col-id="c0"]').click()
    start = (number + 1) * 1000
    words = "\n".join("\t".join(row) for row in rows(start)).replace(f"\t{start}\t", "\twrong\t", 1)
    began = time.monotonic()
    pasted(page, words)
    until(lambda: f"{start + ROWS - 1}.50" in drafted(desk))
    took["200 × 40 pasted, in the draft"] = time.monotonic() - began
    expect(page.locator(f'.ag-row[row-index="0"] [col-id="c{COLUMNS - 2}"]')).to_have_text("wrong")
    took["200 × 40 pasted, shown"] = time.monotonic() - began
    expect(page.locator(".mp-wrong")).to_have_count(1)
    took["200 × 40 pasted, its problem marked"] = time.monotonic() - began
    page.keyboard.press("Control+z")
    until(lambda: f"{start + ROWS - 1}.50" not in drafted(desk))
    expect(page.get_by_text("The file has no problem.")).to_be_visible()
    return took


def measured(desk: Desk, window: BrowserContext, rounds: int) -> list[dict[str, float]]:
    """All rounds; the first, in which processes start, is not counted."""
    window.add_cookies([{"name": "miaopi_language", "value": "en", "url": desk.url}])
    page = window.new_page()
    opened(page, desk.link)
    return [one_round(desk, page, number) for number in range(rounds + 1)][1:]


def main() -> None:
    """Measures, prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    expect.set_options(timeout=PATIENCE)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        os.environ["TESTS_GATE"] = str(folder / "gate")  # where processes of tests keep what they have compiled
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with alone(large_rules(folder), folder) as desk:
            window = browser.new_context(viewport={"width": 1300, "height": 900})
            window.set_default_timeout(PATIENCE)
            taken = measured(desk, window, given.rounds)
            browser.close()
    machine = {
        "processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1), "rounds": given.rounds,
    }  # fmt: skip
    steps = [
        {"step": step, "median_s": round(statistics.median(found), 2), "slowest_s": round(max(found), 2)}
        for step in taken[0]
        for found in [[one[step] for one in taken]]
    ]
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    for step in steps:
        print(f"{step['step']:<36} {step['median_s']:6.2f} s   slowest {step['slowest_s']:6.2f} s")
    RESULTS.write_text(
        json.dumps({"machine": machine, "steps": steps}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
