"""Decisions with live registers by the service's own client of registers beside the same by httpx.

    python benchmarks/clients.py [--rounds 5] [--seconds 3] [--connections 32]

Both rows are servers of endpoint.py's row (d): both engines, registers over signed HTTP in a sandbox of its own, behind
the guard, recorded. Rounds take turns. What counts is a decision that was right: with calls that pile up in a client,
registers are late, applications are referred or turned away, and those are told apart. The ratio of right decisions of
all rounds, and CPU of any answer, go to benchmarks/results/clients.json. httpx is in the dependency group `bench`.
"""

import argparse
import json
import os
import platform
import secrets
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from endpoint import DAY, RIG, ROOT, Row, chosen_case, cpu_seconds, load, started

RESULTS = ROOT / "benchmarks" / "results" / "clients.json"


def servers(folder: Path, stack: ExitStack) -> list[Row]:
    """Both, and the sandbox."""
    secret = {"MIAOPI_REGISTERS_SECRET": secrets.token_hex(16)}
    sandbox = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--latency", "0", "--as-of", DAY]
    _, line = stack.enter_context(started(sandbox, secret))
    environment = {**secret, "MIAOPI_REGISTERS_URL": line.rsplit(" ", 1)[1]}
    rows = []
    for kind in ("live", "httpx"):
        own = folder / kind
        own.mkdir()
        (own / "case.json").write_text(json.dumps(chosen_case()), encoding="utf-8")
        command = [sys.executable, str(RIG / "server.py"), kind, str(own)]
        process, port = stack.enter_context(started(command, environment))
        rows.append(Row(kind, process, int(port)))
    return rows


def measured(row: Row, folder: Path, seconds: float, connections: int) -> int:
    """One round of one row; how many answers were not the expected ones."""
    before = cpu_seconds(row.process.pid)
    told = load(row, folder, seconds, connections, strict=False)
    row.rates.append((told["decisions"] - told["wrong"]) / told["seconds"])
    row.p50.append(told["p50"])
    row.p99.append(told["p99"])
    row.cpu.append((cpu_seconds(row.process.pid) - before) / told["decisions"] * 1e6)
    return int(told["wrong"])


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=32)
    given = parser.parse_args()
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        rows = servers(folder, stack)
        for row in rows:
            load(row, folder, 1.0, given.connections, strict=False)
        others = dict.fromkeys((row.kind for row in rows), 0)
        for _ in range(given.rounds):
            for row in rows:
                others[row.kind] += measured(row, folder, given.seconds, given.connections)
    ours, theirs = rows
    # Of all rounds together: a round in which not one was right has no ratio.
    ratio = sum(ours.rates) / max(sum(theirs.rates), 1 / given.seconds)
    told_rows = {
        row.kind: {
            "right_a_second": round(statistics.mean(row.rates), 1), "other_answers": others[row.kind],
            "p50_ms": round(statistics.median(row.p50), 1), "p99_ms": round(statistics.median(row.p99), 1),
            "cpu_us": round(statistics.median(row.cpu)),
        }
        for row in rows
    }  # fmt: skip
    for kind, one in told_rows.items():
        print(f"{kind:6} " + "  ".join(f"{key} {value}" for key, value in one.items()))
    print(f"own client / httpx: {ratio:.1f} x as many right decisions")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    result = {"machine": machine, "connections": given.connections, "rows": told_rows, "ratio": ratio}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
