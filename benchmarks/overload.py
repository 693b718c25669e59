"""More than can be decided: what `miaopi serve` does at 0.5, 1 and 3 times its own capacity.

    python benchmarks/overload.py [--rounds 5] [--seconds 4]

One process of the service, both engines, the record on disk with fsync before the answer, the limit of requests in work
as it is by default; registers over signed HTTP from the sandbox at a tenth of their usual latency, so that it is the
processor that bounds the service. A round sends Poisson arrivals at 0.5, 1 and 3 times capacity over 192 connections,
each time counted from the instant when it was due; capacity is measured before and after each (a closed loop, 32
connections, half as long), as other work on the machine changes it. Goodput is decisions a second while arrivals are
steady over the mean of the two capacities. Times are those of accepted applications against the budget of their matter;
"other" is the share of them that was not approved, since a register was late and an officer decides. Load, registers
and service share the cores: what a refused application costs the load's process is taken from the service, too. Medians
of rounds go to benchmarks/results/overload.json, with goodput and p99 over the deadline at 3 times, round by round.
"""

import argparse
import json
import os
import secrets
import statistics
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from endpoint import CONNECTIONS, DAY, ROOT, Row, chosen_case, cpu_seconds, load, started

from decision_service.policy.shelf import read_shelf
from decision_service.publishing import publish

RESULTS = ROOT / "benchmarks" / "results" / "overload.json"
TIMES = (0.5, 1.0, 3.0)
MANY = 192
"""Connections for arrivals that wait for nobody: below what one address may have."""

Found = dict[str, list[float]]


def service(folder: Path, stack: ExitStack) -> Row:
    """The service and its registers as processes."""
    secret = {"MIAOPI_REGISTERS_SECRET": secrets.token_hex(16)}
    sandbox = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--latency", "0.1", "--as-of", DAY]
    _, line = stack.enter_context(started(sandbox, secret))
    own = folder / "overload"
    own.mkdir()
    (own / "case.json").write_text(json.dumps(chosen_case()), encoding="utf-8")
    given = {
        **secret,
        "MIAOPI_REGISTERS_URL": line.rsplit(" ", 1)[1],
        "MIAOPI_LEDGER": str(own / "l.sqlite3"),
        "MIAOPI_CERTIFICATES": str(folder / "gate"),
        "MIAOPI_GATE_CASES": "5",
    }
    command = [sys.executable, "-m", "decision_service", "serve", "--port", "0", "--as-of", DAY]
    process, told = stack.enter_context(started(command, given))
    return Row("overload", process, int(told.rsplit(":", 1)[1]))


def capacity(row: Row, folder: Path, seconds: float, found: Found) -> float:
    """Decisions a second that come through a closed loop."""
    before = cpu_seconds(row.process.pid)
    told = load(row, folder, seconds, CONNECTIONS, strict=False)
    found["per_second"].append(told["decisions"] / told["seconds"])
    found["cpu_us"].append((cpu_seconds(row.process.pid) - before) / told["decisions"] * 1e6)
    found["p50_ms"].append(told["p50"])
    found["p99_ms"].append(told["p99"])
    return found["per_second"][-1]


def measured(row: Row, folder: Path, seconds: float) -> dict[str, Found]:
    """One round."""
    found: dict[str, Found] = defaultdict(lambda: defaultdict(list))
    able = capacity(row, folder, seconds / 2, found["capacity"])
    for times in TIMES:
        told = load(row, folder, seconds, MANY, able * times, strict=False)
        later = capacity(row, folder, seconds / 2, found["capacity"])
        here = found[f"{times:g}"]
        here["goodput"].append(told["steady"] / statistics.mean((able, later)))
        here["shed_share"].append(told["shed"] / (told["shed"] + told["decisions"]))
        here["other_share"].append(told["wrong"] / told["decisions"])
        here["p50_ms"].append(told["p50"])
        here["p99_ms"].append(told["p99"])
        able = later
    return found


def budget() -> dict[str, int]:
    """What the matter of the case promises, in ms."""
    found = publish(read_shelf(ROOT / "rules")).in_force(str(chosen_case()["matter"]), date.fromisoformat(DAY))
    if found is None:
        raise SystemExit("the case's matter is not in force")
    told = found.policy.budget
    return {"p50": told.p50, "p95": told.p95, "deadline": told.deadline}


def main() -> None:
    """Prints the rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    given = parser.parse_args()
    rounds: list[dict[str, Found]] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        row = service(folder, stack)
        load(row, folder, 1, CONNECTIONS, strict=False)
        for _ in range(given.rounds):
            rounds.append(measured(row, folder, given.seconds))
            print(json.dumps(rounds[-1]), file=sys.stderr)
    report(rounds)


def report(rounds: list[dict[str, Found]]) -> None:
    """Prints the medians with the least and most of all rounds, and writes them down."""
    rows: dict[str, Found] = defaultdict(lambda: defaultdict(list))
    for one in rounds:
        for row, figures in one.items():
            for name, values in figures.items():
                rows[row][name] += values
    told = {
        row: {
            name: {"median": statistics.median(values), "least": min(values), "most": max(values)}
            for name, values in figures.items()
        }
        for row, figures in rows.items()
    }
    promised, most = budget(), f"{TIMES[-1]:g}"
    result = {
        "machine": {"cores": os.cpu_count(), "python": sys.version.split()[0], "load": os.getloadavg()},
        "rounds": len(rounds),
        "budget_ms": promised,
        "goodput": rows[most]["goodput"],
        "p99_of_budget": [one / promised["deadline"] for one in rows[most]["p99_ms"]],
        "rows": told,
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
