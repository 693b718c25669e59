"""Two versions of a matter over 10,000,000 made-up applicants: seconds, rows a second, memory; and row by row against
the reference on a sample. Run: python benchmarks/population.py [ROWS] [SAMPLE]; or the sample alone, which goes on
where it was ended: POPULATION=FILE.parquet python benchmarks/population.py check [SAMPLE].

What a measured run took goes to benchmarks/results/population.json."""

import json
import os
import platform
import resource
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))

from decision_service.language.tree import Literal
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.simulating.making import Wanted, make
from decision_service.simulating.report import report_of
from decision_service.simulating.running import connect, simulate
from tests.simulating.equality import check

DAY = date(2026, 3, 16)
THREADS = 2
RESULTS = Path(__file__).parent / "results" / "population.json"


def versions() -> tuple[Policy, Policy]:
    """The elderly allowance as it is, and from the age of 78."""
    policy = read_shelf(Path(__file__).parents[1] / "rules").versions["elderly_allowance"][-1]
    fewer = Literal(78, policy.parameters[0].value.kind)
    rules = tuple(
        replace(rule, must=replace(rule.must, right=fewer)) if rule.id == "E2" else rule for rule in policy.rules
    )
    return policy, replace(policy, rules=rules)


def main() -> None:
    only_check = sys.argv[1:2] == ["check"]
    sample = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    rows = sample if only_check else int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    catalogue = read_shelf(Path(__file__).parents[1] / "rules").catalogue
    pair = versions()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load}, DuckDB {duckdb.__version__}, {THREADS} threads")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(os.environ.get("POPULATION", f"{folder}/population.parquet"))
        if not path.is_file():
            started = perf_counter()
            make(Wanted(pair, catalogue, rows, 7, DAY), path)
            print(f"made {rows:,} rows in {perf_counter() - started:.1f} s, {path.stat().st_size / 2**20:.0f} MiB")
        if not only_check:
            measure(pair, catalogue, path)
        for one in check(pair, catalogue, path, sample):
            about = f"{one.different} different, {one.left_out} left out, {one.seconds:.0f} s"
            print(f"against the reference: {one.rows:,} rows, two versions, {about}", flush=True)


def measure(pair: tuple[Policy, Policy], catalogue: Catalogue, path: Path) -> None:
    """Prints what two versions over the whole file take."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    answer = simulate(connect(THREADS), pair, catalogue, path)
    after = resource.getrusage(resource.RUSAGE_SELF)
    report = report_of(answer, pair, catalogue)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    told = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "threads": THREADS,
        "rows": report.rows,
        "versions": len(pair),
        "seconds": round(answer.seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "rows_per_second": round(report.rows / answer.seconds),
        "peak_mib": after.ru_maxrss // 1024,
        "flipped": report.flipped,
        "granted_something_else": report.changed,
    }
    for name, value in told.items():
        print(f"{name}: {value}")
    RESULTS.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
