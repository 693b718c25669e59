"""What analysts at the workbench do to those who are being served: the service's p99 with ten of them and with none.

    python benchmarks/workbench_load.py [--analysts 10] [--rounds 5] [--seconds 20] [--share 0.3]

Registers, service and workbench share the first processor, as on one small server. Load and browsers, which in life run
elsewhere, are kept to the last one, and there the load goes first (real-time priority: the script needs root and two
processors), so that what is timed is the server alone. Load comes at `--share` of what the service can do, each time
counts from when it was due. In every second window analysts work in a real browser. Windows take turns; p99 with
analysts as a ratio of that without, by round, goes to benchmarks/results/workbench_load.json.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from endpoint import CONNECTIONS, ROOT, Row, chosen_case, cpu_seconds, load, started

from decision_service.workbench.demonstration import demonstrated

RESULTS = ROOT / "benchmarks" / "results" / "workbench_load.json"
ANALYSTS = ROOT / "benchmarks" / "workbench_rig" / "analysts.py"


@contextmanager
def elsewhere(*, first: bool) -> Iterator[None]:
    """What the block starts runs on the last processor, before whatever else is there if it comes `first`."""
    here = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(range(os.cpu_count() or 1))})
    if first:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.sched_setaffinity(0, here)


@contextmanager
def at_work(url: str, count: int, key: str, steps: list[int]) -> Iterator[None]:
    """So many analysts, while the block runs; how many steps they made is added to `steps`."""
    command = [sys.executable, str(ANALYSTS), url, str(count), key]
    with elsewhere(first=False):
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with child:
        if child.stdout is None or child.stdout.readline().strip() != "READY":
            raise SystemExit("the analysts did not come in")
        yield
        told, _ = child.communicate()
    steps.append(int(told))
    print(f"{count} analysts made {steps[-1]} steps", flush=True)


def window(row: Row, folder: Path, seconds: float, rate: float = 0) -> dict[str, float]:
    """One window of load; without a rate, as much as the service can do."""
    before = cpu_seconds(row.process.pid)
    with elsewhere(first=True):
        told = load(row, folder, seconds, CONNECTIONS, rate, strict=False)
    told["workbench"] = (cpu_seconds(row.process.pid) - before) / told["seconds"]
    late = f"{told['wrong']:.0f} of {told['decisions']:.0f} late"
    busy = f"workbench {told['workbench']:.2f} of a processor"
    print(f"p50 {told['p50']:.1f} p99 {told['p99']:.1f} ms, {late}, {busy}", flush=True)
    return told


def measured(given: argparse.Namespace, row: Row, folder: Path, url: str, key: str) -> dict[str, Any]:
    """The rate of arrivals; by round p50 and p99 in ms without and with analysts, their steps, and the share of a
    processor that the workbench took."""
    window(row, folder, 2.0)
    told = window(row, folder, 5.0)
    rate = given.share * told["decisions"] / told["seconds"]
    p50, p99, busy = [], [], []
    steps: list[int] = []
    for _ in range(given.rounds):
        alone = window(row, folder, given.seconds, rate)
        with at_work(url, given.analysts, key, steps):
            beside = window(row, folder, given.seconds, rate)
        p50.append((alone["p50"], beside["p50"]))
        p99.append((alone["p99"], beside["p99"]))
        busy.append(round(beside["workbench"], 3))
    ratios = [beside / alone for alone, beside in p99]
    return {"rate": round(rate, 1), "p50": p50, "p99": p99, "ratios": ratios, "steps": steps, "workbench": busy}


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--analysts", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--share", type=float, default=0.3)
    given = parser.parse_args()
    if os.geteuid() or (os.cpu_count() or 1) < 2:
        raise SystemExit("needs root, to let the load go before the browsers, and two processors")
    os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        stage = stack.enter_context(demonstrated(ROOT / "rules", [], lambda: None))
        (folder / "workbench").mkdir()
        case = {**chosen_case(), "key": stage.running.key}
        (folder / "workbench" / "case.json").write_text(json.dumps(case), encoding="utf-8")
        command = [
            sys.executable, "-m", "decision_service", "workbench", "--port", "0", "--rules", str(stage.rules),
            "--data", str(folder / "data"), "--service", stage.running.service, "--staff", stage.running.control,
        ]  # fmt: skip
        process, line = stack.enter_context(started(command, {}))
        row = Row("workbench", process, int(stage.running.service.rsplit(":", 1)[1]))
        found = measured(given, row, folder, line.split()[-1], stage.running.staff_keys["analyst"])
    ratios: list[float] = found["ratios"]
    print(f"p99 with analysts: {statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    told = {"machine": machine, "analysts": given.analysts, "share": given.share, **found}
    RESULTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
