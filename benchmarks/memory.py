"""How much memory a million decisions leave behind, in process and over HTTP.

    python benchmarks/memory.py [--decisions 1000000] [--over "in process" "over HTTP"]

Each application is decided by both engines and on disk before it is answered. `in process`: the service's application
is called without sockets; `over HTTP`: `miaopi serve` as a process, with registers in a sandbox of their own, 32
connections. After the first tenth the resident memory of the service with all its processes is noted, then nine times
more as it goes on; the growth is the median of the last three less the first. The record grows on disk, and is not
counted. Writes benchmarks/results/memory.json after each tenth, so that a run that is ended leaves what it saw.
"""

import argparse
import json
import os
import platform
import secrets
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from endpoint import CONNECTIONS, DAY, ROOT, children, load, started, whole_service
from hotpath import opened

RESULTS = ROOT / "benchmarks" / "results" / "memory.json"
LOOKS = 10
PAGE = os.sysconf("SC_PAGESIZE")
AT_ONCE = 10_000
"""Decisions in process between two lines that are printed."""
A_WHILE = 5.0
"""Seconds of load between two looks at how many decisions there are."""


def resident(pid: int) -> float:
    """MiB in memory of a process and all below it; what they share counts for each."""
    pages = 0
    for one in [pid, *children(pid)]:
        pages += int(Path(f"/proc/{one}/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE / 2**20


def watched(pid: int, count: int, decide: Callable[[int], int]) -> Iterator[dict[str, object]]:
    """What is known after each tenth; `decide` makes at most so many more and says how many."""
    done, looks = 0, list[tuple[int, float]]()
    for look in range(LOOKS):
        target = count * (look + 1) // LOOKS
        while done < target:
            done += decide(target - done)
            print(f"  {done} {resident(pid):.1f} MiB", flush=True)
        looks.append((done, round(resident(pid), 1)))
        grown = statistics.median(mib for _, mib in looks[-3:]) - looks[0][1]
        yield {"decisions": done, "of": count, "grown_mib": round(grown, 1), "looks": looks}


def in_process(count: int, folder: Path, stack: ExitStack) -> Iterator[dict[str, object]]:
    """Without sockets."""
    (inside,) = opened([ROOT], ["both"], folder, stack)["both"]

    def decide(more: int) -> int:
        some = min(more, AT_ONCE)
        inside.ask(str(some))
        return some

    return watched(inside.pid, count, decide)


def over_http(count: int, folder: Path, stack: ExitStack) -> Iterator[dict[str, object]]:
    """The whole service, registers asked."""
    secret = {"MIAOPI_REGISTERS_SECRET": secrets.token_hex(16)}
    sandbox = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--latency", "0", "--as-of", DAY]
    _, line = stack.enter_context(started(sandbox, secret))
    environment = {**secret, "MIAOPI_REGISTERS_URL": line.rsplit(" ", 1)[1]}
    row = whole_service("memory", 1, folder, environment, stack)
    rate = [0.0]

    def decide(more: int) -> int:
        seconds = min(60.0, more / rate[0]) if rate[0] else A_WHILE
        told = load(row, folder, max(1.0, seconds), CONNECTIONS, strict=False)
        # A referral is as much of a decision as any; who was turned away on a busy machine was not decided.
        made = told["decisions"] - told["wrong"]
        rate[0] = max(1.0, made / told["seconds"])
        return int(made)

    return watched(row.process.pid, count, decide)


def kept(rows: dict[str, dict[str, object]]) -> None:
    """Writes what was seen so far."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    RESULTS.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    ways = {"in process": in_process, "over HTTP": over_http}
    parser.add_argument("--over", nargs="+", choices=ways, default=list(ways))
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores")
    (ROOT / "var").mkdir(exist_ok=True)
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"] if RESULTS.exists() else {}
    for name in given.over:
        print(name, flush=True)
        with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench-") as folder, ExitStack() as stack:
            for row in ways[name](given.decisions, Path(folder), stack):
                rows[name] = row
                kept(rows)
        print(f"  {name}: {rows[name]['decisions']} decisions, {rows[name]['grown_mib']:+} MiB after the first tenth")


if __name__ == "__main__":
    main()
