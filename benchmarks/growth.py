"""What a decision costs when many matters are loaded: 100 matters with 1,100 rules beside one with eleven.

    python benchmarks/growth.py [--rounds 15] [--matters 100]

The matters are copies of the elderly allowance under names of their own, read, checked and published as the service
does it. Rows: one matter loaded; all loaded and one of them asked; all loaded and asked in turn, so that each
decision finds the processor's caches as another matter left them. Each row looks up the version in force and decides
with the generated engine; then the same through the second engine, in process. Rounds are interleaved, in CPU time of
this thread; medians, quartiles and ratios to the first row by round go to benchmarks/results/growth.json.
"""

import argparse
import gc
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from engines import applications

from decision_service.facts import FactSheet
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import Publication, publish
from decision_service.readings.reference import judge
from decision_service.readings.rete.engine import ReteEngine
from decision_service.verdict import Verdict

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "growth.json"
COPIED = "elderly_allowance"
DAY = date(2026, 3, 16)
COUNT = 500

Decide = Callable[[str, FactSheet], Verdict]


def copies(folder: Path, count: int) -> list[str]:
    """A rules folder with the catalogue and `count` matters; their names."""
    shutil.copytree(ROOT / "rules" / "catalogue", folder / "catalogue")
    source = next((ROOT / "rules" / COPIED).glob("2026-*.yaml"))
    names = [f"{COPIED}_{number}" for number in range(count)]
    for name in names:
        (folder / name).mkdir()
        text = source.read_text(encoding="utf-8").replace(f"matter: {COPIED}\n", f"matter: {name}\n", 1)
        (folder / name / source.name).write_text(text, encoding="utf-8")
    return names


def generated(publication: Publication) -> Decide:
    """Looks up what is in force and decides."""

    def decide(matter: str, sheet: FactSheet) -> Verdict:
        found = publication.in_force(matter, DAY)
        if found is None:
            raise SystemExit(f"{matter} is not in force")
        return found.judge(sheet)

    return decide


def second(publication: Publication) -> Decide:
    """By the second engine of each policy."""
    engines = {one.policy.matter: ReteEngine(one.policy) for one in publication}
    return lambda matter, sheet: engines[matter].judge(sheet)


def timed(decide: Decide, asked: list[tuple[str, FactSheet]]) -> float:
    """CPU microseconds a decision."""
    began = time.thread_time_ns()
    for matter, sheet in asked:
        decide(matter, sheet)
    return (time.thread_time_ns() - began) / len(asked) / 1000


def measured(
    few: Decide, many: Decide, names: list[str], sheets: list[FactSheet], rounds: int
) -> dict[str, list[float]]:
    """Microseconds of each row by round; the first round is not counted."""
    alone = [(names[0], sheet) for sheet in sheets]
    in_turn = [(names[place % len(names)], sheet) for place, sheet in enumerate(sheets)]
    rows = {
        "one loaded": (few, alone),
        "all loaded, one asked": (many, alone),
        "all loaded, asked in turn": (many, in_turn),
    }
    taken: dict[str, list[float]] = {name: [] for name in rows}
    gc.disable()
    for turn in range(rounds + 1):
        for name, (decide, asked) in rows.items():
            spent = timed(decide, asked)
            if turn:
                taken[name].append(spent)
        gc.collect()
    gc.enable()
    return taken


def summary(engine: str, taken: dict[str, list[float]]) -> list[dict[str, object]]:
    """Medians, and ratios to the first row by round with their quartiles."""
    first, rows = next(iter(taken.values())), []
    for name, times in taken.items():
        low, ratio, high = statistics.quantiles([one / base for one, base in zip(times, first, strict=True)], n=4)
        rows.append(
            {"engine": engine, "row": name, "us": statistics.median(times), "ratio": ratio, "low": low, "high": high}
        )
    return rows


def main() -> None:
    """Measures, prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--matters", type=int, default=100)
    given = parser.parse_args()
    sheets = applications(COUNT)
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        names = copies(Path(folder), given.matters)
        began = time.process_time()
        many = publish(read_shelf(Path(folder)))
        loading = time.process_time() - began
        few = publish(read_shelf(Path(folder), only=(Path(folder) / names[0]).resolve()))
        for engine, opens in (("generated engine", generated), ("second engine", second)):
            one, all_of_them = opens(few), opens(many)
            policy = next(iter(few)).policy
            for sheet in sheets[:50]:
                if not one(names[0], sheet) == all_of_them(names[-1], sheet) == judge(policy, sheet):
                    raise SystemExit("two engines differ, so there is nothing to time")
            some = sheets if engine == "generated engine" else sheets[: 2 * given.matters]
            rows += summary(engine, measured(one, all_of_them, names, some, given.rounds))
    rules = len(next(iter(few)).policy.rules)
    machine = {
        "processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1), "rounds": given.rounds,
    }  # fmt: skip
    told = {
        "machine": machine,
        "matters": given.matters,
        "rules": rules * given.matters,
        "loading_cpu_s": round(loading, 1),
    }
    print(", ".join(f"{key} {value}" for key, value in {**machine, **told}.items() if key != "machine"))
    for row in rows:
        spread = f"({row['low']:.2f} to {row['high']:.2f})"
        print(f"{row['engine']:18}{row['row']:28}{row['us']:9.2f} us  {row['ratio']:.2f} {spread}")
    RESULTS.write_text(json.dumps({**told, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
