"""What analysts at the workbench do to those who are being served: the service's p99 with ten of them and with none.

    python benchmarks/workbench_load.py [--analysts 10] [--rounds 5] [--seconds 20] [--share 0.3]

Registers, service and workbench are processes of this machine, load comes from another one at `--share` of what the
service can do, each time counts from when it was due. In every second window analysts work in a real browser (which
gives way: in life it runs elsewhere). Windows take turns; p99 with analysts as a ratio of that without, by round, goes
to benchmarks/results/workbench_load.json.
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

from endpoint import CONNECTIONS, ROOT, Row, chosen_case, load, started

from decision_service.workbench.demonstration import demonstrated

RESULTS = ROOT / "benchmarks" / "results" / "workbench_load.json"
ANALYSTS = ROOT / "benchmarks" / "workbench_rig" / "analysts.py"


@contextmanager
def at_work(url: str, count: int, key: str) -> Iterator[None]:
    """So many analysts, while the block runs; says how many steps they made."""
    command = [sys.executable, str(ANALYSTS), url, str(count), key]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        if child.stdout is None or child.stdout.readline().strip() != "READY":
            raise SystemExit("the analysts did not come in")
        yield
        told, _ = child.communicate()
        print(f"{count} analysts made {told.strip()} steps", flush=True)


def window(row: Row, folder: Path, seconds: float, rate: float) -> dict[str, float]:
    """One window of load."""
    told = load(row, folder, seconds, CONNECTIONS, rate, strict=False)
    late = f"{told['wrong']:.0f} of {told['decisions']:.0f} late"
    print(f"p50 {told['p50']:.1f} p99 {told['p99']:.1f} ms, {late}", flush=True)
    return told


def measured(
    given: argparse.Namespace, row: Row, folder: Path, url: str, key: str
) -> tuple[float, list[tuple[float, float]]]:
    """The rate of arrivals, and p99 in ms without and with analysts, by round."""
    load(row, folder, 2.0, CONNECTIONS, strict=False)
    told = load(row, folder, 5.0, CONNECTIONS, strict=False)
    rate = given.share * told["decisions"] / told["seconds"]
    pairs = []
    for _ in range(given.rounds):
        alone = window(row, folder, given.seconds, rate)
        with at_work(url, given.analysts, key):
            beside = window(row, folder, given.seconds, rate)
        pairs.append((alone["p99"], beside["p99"]))
    return rate, pairs


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--analysts", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--share", type=float, default=0.3)
    given = parser.parse_args()
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
        rate, pairs = measured(given, row, folder, line.split()[-1], stage.running.staff_keys["analyst"])
    ratios = [beside / alone for alone, beside in pairs]
    print(f"p99 with analysts: {statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    told = {"machine": machine, "analysts": given.analysts, "rate": round(rate, 1), "p99": pairs, "ratios": ratios}
    RESULTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
