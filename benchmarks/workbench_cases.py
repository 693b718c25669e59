"""A thousand cases of one matter run by the workbench: how long somebody waits who clicks, and how often it is told how
far it is.

    python benchmarks/workbench_cases.py [--cases 1000] [--rounds 3] [--matter elderly_allowance]

The cases are applications near every boundary (`decision_service.testing`), each with what the rules make of it, in
files beside a copy of the shipped rules. They are run as the page runs them, in a process of its own, round by round
with the same in this process, whose rules are read already. Written to benchmarks/results/workbench_cases.json.
"""

import argparse
import asyncio
import json
import platform
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from decision_service.covering.suite import read_suites
from decision_service.covering.trying import try_suites
from decision_service.offline import decide, engines_of, offline_answer
from decision_service.policy.casetext import case_text
from decision_service.policy.shape import WorkedCase
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.testing.ground import Application
from decision_service.testing.strategies import near_boundaries
from decision_service.workbench.jobs import Jobs, Progress

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "workbench_cases.json"
WORKING = "decision_service.workbench.trusting.working"
IN_A_FILE = 200
"""Cases in one file: what a reader of rule files takes has its bounds."""


def made(matter: str, count: int) -> list[Application]:
    """So many applications near the boundaries of a matter, no two alike."""
    found: dict[str, Application] = {}

    @settings(
        max_examples=4 * count, database=None, derandomize=True, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(near_boundaries(matter, rules=ROOT / "rules"))
    def collect(one: Application) -> None:
        if len(found) < count:
            found.setdefault(repr((one.as_of, one.form, one.facts)), one)

    collect()
    return list(found.values())


def written(shelf: Shelf, folder: Path, matter: str, found: list[Application]) -> None:
    """The applications as files of cases that expect what the rules make of them."""
    policy = shelf.versions[matter][-1]
    like = policy.cases[0]
    texts = []
    with engines_of(policy) as engines:
        for number, one in enumerate(found, 1):
            answer = offline_answer(
                decide(policy, shelf.catalogue, engines, one.form, one.facts, one.as_of), one.form, one.facts
            )
            expect = {"outcome": answer["outcome"]}
            case = WorkedCase(f"边界 {number}", one.as_of, one.form, one.facts, expect)
            texts.append(case_text(case, shelf.catalogue, like))
    for place in range(0, len(texts), IN_A_FILE):
        head = f"version: {policy.effective_from}\ncases:\n"
        path = folder / matter / f"thousand{place}.cases.yaml"
        path.write_text(head + "".join(texts[place : place + IN_A_FILE]), encoding="utf-8")


async def by_the_page(folder: Path, matter: str) -> tuple[float, int, int]:
    """Seconds, cases, and how often it was told how far it is."""
    told: list[Progress] = []
    given_to = {"task": "cases", "folder": str(folder), "matter": matter}
    begun = time.perf_counter()
    said = await Jobs(1).work(WORKING, given_to, told.append)
    seconds = time.perf_counter() - begun
    tried = [one for version in said["versions"] for one in version["cases"]]
    red = [one["name"] for one in tried if one["differences"]]
    if red:
        raise SystemExit(f"{len(red)} cases are red, such as {red[0]}")
    return seconds, len(tried), len(told)


def in_process(folder: Path, matter: str) -> float:
    """Seconds of the trials alone."""
    suites = read_suites(folder, (folder / matter).resolve())
    begun = time.perf_counter()
    list(try_suites(suites, engines_of))
    return time.perf_counter() - begun


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--matter", default="elderly_allowance")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(ROOT / "rules", Path(place) / "rules"))
        written(read_shelf(ROOT / "rules"), folder, asked.matter, made(asked.matter, asked.cases))
        rows = []
        for _ in range(asked.rounds):
            seconds, count, told = asyncio.run(by_the_page(folder, asked.matter))
            rows.append(
                {"cases": count, "seconds": seconds, "told": told, "trials_alone": in_process(folder, asked.matter)}
            )
            alone = rows[-1]["trials_alone"]
            print(f"{count} cases in {seconds:.2f} s, told {told} times; the trials alone {alone:.2f} s")
    waited = statistics.median(row["seconds"] for row in rows)
    ratio = statistics.median(row["seconds"] / row["trials_alone"] for row in rows)
    print(f"median: {waited:.2f} s for {rows[0]['cases']} cases, {ratio:.2f} x of the trials alone")
    RESULTS.parent.mkdir(exist_ok=True)
    content = {"machine": platform.platform(), "matter": asked.matter, "rows": rows, "seconds": waited, "ratio": ratio}
    RESULTS.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
