"""The decision endpoint beside a FastAPI route that answers a constant: decisions a second, latency, CPU, ratios.

    python benchmarks/endpoint.py [--rounds 7] [--seconds 3]

Rows: (a) the constant, the baseline; (b) a decision with the generated engine alone, registers answering at once in
process; (c) with both engines, the second in its process; (d) as (c) with live registers over signed HTTP, in a process
of their own; (e) as (c), each request with a key, its limits counted; (f) as (d), with keys and limits, and each record
sent on to a subscriber; (g) the whole service as `miaopi serve` starts it, with guard and journal, registers answering
in its process; (h) as (g) with a keeper and two workers; (w) as (h) with live registers. In all but (a) the record is
on disk with fsync before the answer. Each row is a server process with the same uvicorn settings and
an answer of the same size; load comes from another process over 32 keep-alive connections, each application under an id
and key of its own. Rounds are interleaved (a b c e d f g h w a b c …); medians, and ratios to (a) by round, go to
benchmarks/results/endpoint.json. Every answer must have the expected outcome, or nothing is reported. CPU of (h) and
(w) is the keeper's; that of workers and second engines stands in the last column.
"""

import argparse
import base64
import json
import os
import platform
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RIG = ROOT / "benchmarks" / "endpoint_rig"
RESULTS = ROOT / "benchmarks" / "results" / "endpoint.json"
DAY = "2026-03-16"
CONNECTIONS = 32
TICK = os.sysconf("SC_CLK_TCK")
ROWS = {
    "constant": "(a) FastAPI, constant answer (baseline)",
    "one": "(b) decision, generated engine alone, recorded",
    "both": "(c) decision, both engines, recorded",
    "keyed": "(e) as (c), each request with a key, limits counted",
    "live": "(d) decision, both engines, live registers, recorded",
    "full": "(f) as (d), with keys, limits, a subscriber of events",
    "inside_one": "(g) the whole service, both engines, one process",
    "inside_workers": "(h) as (g), a keeper and two workers",
    "workers": "(w) as (h), live registers",
}
MIAOPI = [sys.executable, "-m", "decision_service"]
INSIDE = [sys.executable, str(RIG / "whole.py")]
"""The same with registers that answer in its own processes."""


@dataclass(slots=True)
class Row:
    """One server and its rounds."""

    kind: str
    process: "subprocess.Popen[str]"
    port: int
    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)


def chosen_case() -> dict[str, object]:
    """An elderly person who is approved on what the registers' own data say."""
    cases = json.loads((ROOT / "fixtures" / "cases" / "elderly_allowance.json").read_text(encoding="utf-8"))
    case = next(one for one in cases if one["expect"]["outcome"] == "APPROVED")
    return {**{name: case[name] for name in ("id", "matter", "form", "facts")}, "outcome": "APPROVED"}


@contextmanager
def started(command: list[str], environment: dict[str, str]) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process and the first line that it prints; ended with the block."""
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        line = child.stdout.readline().strip() if child.stdout is not None else ""
        if not line:
            raise SystemExit(f"{' '.join(command[1:])}: did not start")
        yield child, line
    finally:
        child.terminate()
        child.wait(30)


def servers(folder: Path, case: dict[str, object], stack: ExitStack) -> list[Row]:
    """All of them, and the registers' sandbox, as processes."""
    secret = {"MIAOPI_REGISTERS_SECRET": secrets.token_hex(16)}
    sandbox = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--latency", "0", "--as-of", DAY]
    _, line = stack.enter_context(started(sandbox, secret))
    environment = {**secret, "MIAOPI_REGISTERS_URL": line.rsplit(" ", 1)[1]}
    rows = []
    for kind in ("one", "both", "keyed", "live", "full", "constant"):
        own = folder / kind
        own.mkdir()
        shown = {"key": listed(own / "access.toml")} if kind in ("keyed", "full") else {}
        if kind == "full":
            subscribed(own, stack)
        (own / "case.json").write_text(json.dumps({**case, **shown}), encoding="utf-8")
        if kind == "constant":
            (own / "answer.json").write_bytes(_one_answer(rows[0].port, case))
        command = [sys.executable, str(RIG / "server.py"), kind, str(own)]
        process, port = stack.enter_context(started(command, environment))
        rows.append(Row(kind, process, int(port)))
    whole = [
        whole_service("inside_one", 1, folder, environment, stack, INSIDE),
        whole_service("inside_workers", 2, folder, environment, stack, INSIDE),
        whole_service("workers", 2, folder, environment, stack),
    ]
    return [rows[-1], *rows[:-1], *whole]


def whole_service(
    kind: str, workers: int, folder: Path, environment: dict[str, str], stack: ExitStack, miaopi: list[str] = MIAOPI
) -> Row:
    """`miaopi serve` as a process, with what it writes in a folder of its own."""
    own = folder / kind
    own.mkdir()
    (own / "case.json").write_text(json.dumps(chosen_case()), encoding="utf-8")
    files = {"MIAOPI_LEDGER": str(own / "l.sqlite3"), "MIAOPI_CERTIFICATES": str(folder / "gate")}
    command = [*miaopi, "serve", "--port", "0", "--as-of", DAY]
    given = {**environment, **files, "MIAOPI_WORKERS": str(workers), "MIAOPI_GATE_CASES": "5", "BENCH_FOLDER": str(own)}
    process, line = stack.enter_context(started(command, given))
    return Row(kind, process, int(line.rsplit(":", 1)[1]))


def subscribed(folder: Path, stack: ExitStack) -> None:
    """A receiver of events as a process, and the file that subscribes it."""
    _, port = stack.enter_context(started([sys.executable, str(RIG / "receiver.py")], {}))
    keys = folder / "webhook.keys"
    keys.write_text(f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}\n", encoding="ascii")
    keys.chmod(0o600)
    lines = ['[[subscriber]]', 'name = "bench"', 'class = "supervision"', f'url = "http://127.0.0.1:{port}/events"',
             'allow_private = true', f'keys_file = "{keys.name}"']  # fmt: skip
    (folder / "subscribers.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def listed(path: Path) -> str:
    """The key of a platform that may ask as often as it can, in an access file at `path`."""
    command = [sys.executable, "-m", "decision_service", "access", "keys", "new", "bench", "--json"]
    told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    rates = "per_second = 10000\nat_once = 10000\nper_person_a_day = 10000\n"
    path.write_text(told["lines"].replace("[[caller.key]]", f"{rates}\n[[caller.key]]"), encoding="utf-8")
    return str(told["key"])


def _one_answer(port: int, case: dict[str, object]) -> bytes:
    body = {"application_id": "A1", "matter": case["matter"], "channel": "mobile", "form": case["form"]}
    headers = {"Content-Type": "application/json", "Idempotency-Key": "K1"}
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/v1/decisions", json.dumps(body), headers)
    answer = connection.getresponse().read()
    connection.close()
    return answer


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def children(pid: int) -> list[int]:
    """The processes that `pid` started, and those that they did."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text(encoding="ascii").split()):
            found += [child, *children(child)]
    return found


def load(
    row: Row, folder: Path, seconds: float, connections: int, rate: float = 0, *, strict: bool = True
) -> dict[str, float]:
    """One run of the client. Where it is `strict`, stops everything if any answer was not the expected one, or was
    turned away."""
    options = [str(row.port), str(folder / row.kind / "case.json"), str(seconds), str(connections), str(rate)]
    done = subprocess.run(
        [sys.executable, str(RIG / "client.py"), *options], check=True, capture_output=True, text=True
    )
    told: dict[str, float] = json.loads(done.stdout)
    if strict and (told["wrong"] or told["shed"]):
        raise SystemExit(
            f"{row.kind}: {told['wrong']:.0f} answers were not the expected ones, {told['shed']:.0f} were turned away; "
            "there is nothing to time"
        )
    return told


def measure(row: Row, folder: Path, seconds: float) -> None:
    """One round of one row."""
    besides = children(row.process.pid)
    before, other = cpu_seconds(row.process.pid), sum(map(cpu_seconds, besides))
    told = load(row, folder, seconds, CONNECTIONS)
    row.rates.append(told["decisions"] / told["seconds"])
    row.p50.append(told["p50"])
    row.p99.append(told["p99"])
    row.cpu.append((cpu_seconds(row.process.pid) - before) / told["decisions"] * 1e6)
    row.beside.append((sum(map(cpu_seconds, besides)) - other) / told["decisions"] * 1e6)


def second_engine(row: Row, folder: Path, seconds: float) -> list[dict[str, object]]:
    """How long decisions waited for the second engine: alone, and at a quarter and a half of the row's capacity."""
    found: list[dict[str, object]] = []
    capacity = statistics.median(row.rates)
    for name, connections, rate in (
        ("one at a time", 1, 0.0), ("a quarter of capacity", CONNECTIONS, capacity / 4),
        ("half of capacity", CONNECTIONS, capacity / 2),
    ):  # fmt: skip
        _waits(row)
        load(row, folder, seconds, connections, rate)
        found.append({"load": name, **_waits(row)})
    return found


def _waits(row: Row) -> dict[str, float]:
    connection = HTTPConnection("127.0.0.1", row.port, timeout=10)
    connection.request("GET", "/second")
    told: dict[str, float] = json.load(connection.getresponse())
    connection.close()
    return told


def summary(row: Row, baseline: Row) -> dict[str, object]:
    """Medians of a row."""
    ratios = [one / other for one, other in zip(row.rates, baseline.rates, strict=True)]
    return {
        "row": ROWS[row.kind],
        "decisions_per_second": round(statistics.median(row.rates)),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_range": [round(min(ratios), 3), round(max(ratios), 3)],
        "p50_ms": round(statistics.median(row.p50), 2),
        "p99_ms": round(statistics.median(row.p99), 2),
        "server_cpu_us": round(statistics.median(row.cpu)),
        "second_engine_cpu_us": round(statistics.median(row.beside)),
    }


def machine(rounds: int, seconds: float) -> dict[str, object]:
    """What the figures were taken on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    return {
        "processor": model, "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system(),
        "rounds": rounds, "seconds_a_round": seconds, "connections": CONNECTIONS,
    }  # fmt: skip


def main() -> None:
    """Measures, prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    case = chosen_case()
    # Not in /tmp, which may lie in memory: the record's fsync is a part of what is measured.
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        rows = servers(folder, case, stack)
        for row in rows:
            load(row, folder, 1.0, CONNECTIONS)
        for _ in range(options.rounds):
            for row in rows:
                measure(row, folder, options.seconds)
        waits = second_engine(next(row for row in rows if row.kind == "both"), folder, options.seconds)
    found = [summary(row, rows[0]) for row in rows]
    told = machine(options.rounds, options.seconds)
    print(", ".join(f"{key} {value}" for key, value in told.items()))
    print(f"{'':54} {'1/s':>7} {'x (a)':>6} {'p50 ms':>7} {'p99 ms':>7} {'CPU us':>7} {'2nd us':>7}")
    for one in found:
        figures = [one[key] for key in ("decisions_per_second", "ratio", "p50_ms", "p99_ms")]
        print(
            f"{one['row']:54}",
            *(f"{figure:>7}" for figure in [*figures, one["server_cpu_us"], one["second_engine_cpu_us"]]),
        )
    for wait in waits:
        print(
            f"waiting for the second engine, {wait['load']}: p50 {wait['p50_ms']:.2f} ms, p99 {wait['p99_ms']:.2f} ms"
        )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": told, "rows": found, "second_engine": waits}, indent=2) + "\n")


if __name__ == "__main__":
    main()
