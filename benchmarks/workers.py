"""The whole service, `miaopi serve`, in one process and with workers: decisions a second, latency, CPU, replacement.

    python benchmarks/workers.py [--rounds 5] [--seconds 3] [--workers 2]

Rows: (a) one process, (b) a keeper with so many workers. Both engines, the record on disk with fsync before the answer,
registers over signed HTTP from the sandbox, at once and in a process of its own. Load comes from another process over
32 keep-alive connections, then over one, whose median shows what the way through the keeper adds. Rounds are
interleaved (a b a b); medians and the ratio by round go to benchmarks/results/workers.json, with how long it takes
until a killed worker is replaced. CPU is that of all processes of the service, second engines included. On a machine
whose cores the load and the sandbox share, decisions a second say what is left for the service; CPU a decision says
what the split costs.
"""

import argparse
import json
import os
import secrets
import signal
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

from endpoint import CONNECTIONS, DAY, ROOT, Row, children, cpu_seconds, load, started, whole_service

RESULTS = ROOT / "benchmarks" / "results" / "workers.json"


def measured(row: Row, folder: Path, seconds: float) -> None:
    """One round."""
    before = {pid: cpu_seconds(pid) for pid in [row.process.pid, *children(row.process.pid)]}
    told = load(row, folder, seconds, CONNECTIONS)
    spent = sum(cpu_seconds(pid) - at for pid, at in before.items())
    row.rates.append(told["decisions"] / told["seconds"])
    row.p50.append(told["p50"])
    row.p99.append(told["p99"])
    row.cpu.append(spent / told["decisions"] * 1e6)
    row.beside.append(load(row, folder, seconds / 2, 1)["p50"])


def replaced(row: Row) -> float:
    """Seconds from the end of a worker until all serve again, by /readyz."""
    workers = children(row.process.pid)
    victim = next(pid for pid in workers if b"workers.worker" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(victim, signal.SIGKILL)
    began = time.perf_counter()
    was_missing = False
    while True:
        is_ready = ready(row.port)
        was_missing = was_missing or not is_ready
        if was_missing and is_ready:
            return time.perf_counter() - began
        time.sleep(0.02)


def ready(port: int) -> bool:
    """Whether the service says that it can decide."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def main() -> None:
    """Prints the rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        secret = {"MIAOPI_REGISTERS_SECRET": secrets.token_hex(16)}
        sandbox = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--latency", "0", "--as-of", DAY]
        _, line = stack.enter_context(started(sandbox, secret))
        environment = {**secret, "MIAOPI_REGISTERS_URL": line.rsplit(" ", 1)[1]}
        rows = [
            whole_service("one", 1, folder, environment, stack),
            whole_service("workers", given.workers, folder, environment, stack),
        ]
        for row in rows:
            load(row, folder, 1, CONNECTIONS)
        for _ in range(given.rounds):
            for row in rows:
                measured(row, folder, given.seconds)
        again = [replaced(rows[1]) for _ in range(3)]
    report(rows, given.workers, again)


def report(rows: list[Row], workers: int, again: list[float]) -> None:
    """Prints the medians, and writes them down."""
    ratio = statistics.median(b / a for a, b in zip(rows[0].rates, rows[1].rates, strict=True))
    told = {
        row.kind: {
            "decisions_per_second": statistics.median(row.rates),
            "p50_ms": statistics.median(row.p50),
            "p99_ms": statistics.median(row.p99),
            "one_at_a_time_p50_ms": statistics.median(row.beside),
            "cpu_us": statistics.median(row.cpu),
        }
        for row in rows
    }
    result = {
        "machine": {"cores": os.cpu_count(), "python": sys.version.split()[0], "load": os.getloadavg()},
        "workers": workers,
        "rows": told,
        "ratio": ratio,
        "replaced_seconds": statistics.median(again),
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
