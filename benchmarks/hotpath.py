"""What a decision costs in CPU, without sockets, and where it goes; two trees beside each other.

    python benchmarks/hotpath.py [--rows one both live] [--rounds 20] [--count 200] [--against TREE] [--where ROW]

Rows are those of endpoint.py: `one` (b), `both` (c), `keyed` (e), `live` (d). Each is a process that calls the
service's application as a server would, 32 at a time, with the record on disk before the answer. `--against` names
another checkout of this project: both are asked in turn, round by round, and the ratios are of the same round, so that
a step's gain shows on a busy machine. `--where` prints for one row where the event loop's thread was: shares of its CPU
by place in the code.
"""

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from endpoint import DAY, ROOT, chosen_case, listed, machine, started

RIG = Path(__file__).resolve().parent / "endpoint_rig"
RESULTS = ROOT / "benchmarks" / "results" / "hotpath.json"
FIGURES = ("process", "loop", "second", "wall")


class Inside:
    """One row of one tree, in its process."""

    def __init__(self, tree: Path, kind: str, folder: Path, environment: dict[str, str]) -> None:
        path = os.pathsep.join(map(str, (tree, tree / "benchmarks" / "endpoint_rig")))
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(RIG / "inside.py"), kind, str(folder)],
            cwd=tree, env={**os.environ, **environment, "PYTHONPATH": path}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        if self._line().strip() != "ready":
            raise SystemExit(f"{kind} of {tree}: did not start")
        self.found: dict[str, list[float]] = {name: [] for name in FIGURES}

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def ask(self, words: str) -> dict[str, Any]:
        """What it says to a line."""
        if self._process.stdin is None:
            raise SystemExit("no input")
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._line())
        return told

    def round(self, count: int) -> None:
        """So many decisions more."""
        for name, figure in self.ask(str(count)).items():
            self.found[name].append(figure)

    def close(self) -> None:
        """Ends the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(30)

    def _line(self) -> str:
        return self._process.stdout.readline() if self._process.stdout is not None else ""


def opened(trees: list[Path], rows: list[str], folder: Path, stack: ExitStack) -> dict[str, list[Inside]]:
    """The processes of each row, one for each tree."""
    environment = {}
    if "live" in rows:
        environment = {"MIAOPI_REGISTERS_SECRET": secrets.token_hex(16)}
        sandbox = [sys.executable, "-m", "decision_service", "sandbox", "--port", "0", "--latency", "0", "--as-of", DAY]
        _, line = stack.enter_context(started(sandbox, environment))
        environment["MIAOPI_REGISTERS_URL"] = line.rsplit(" ", 1)[1]
    found: dict[str, list[Inside]] = {}
    for kind in rows:
        found[kind] = []
        for number, tree in enumerate(trees):
            own = folder / f"{kind}{number}"
            own.mkdir()
            shown = {"key": listed(own / "access.toml")} if kind == "keyed" else {}
            (own / "case.json").write_text(json.dumps({**chosen_case(), **shown}), encoding="utf-8")
            one = Inside(tree, kind, own, environment)
            stack.callback(one.close)
            found[kind].append(one)
    return found


def summaries(rows: dict[str, list[Inside]]) -> list[dict[str, Any]]:
    """Medians of each row and tree, and by round the ratios of this tree to the other: their median, least and most."""
    found = []
    for kind, pair in rows.items():
        for number, one in enumerate(pair):
            told: dict[str, Any] = {"row": kind, "tree": "other" if number else "this"}
            told |= {name: round(statistics.median(one.found[name])) for name in FIGURES}
            if number == 0 and len(pair) > 1:
                for name in ("process", "loop", "wall"):
                    ratios = [mine / other for mine, other in zip(one.found[name], pair[1].found[name], strict=True)]
                    told[f"{name}_ratio"] = [
                        round(one, 3) for one in (statistics.median(ratios), min(ratios), max(ratios))
                    ]
            found.append(told)
    return found


def print_table(rows: list[dict[str, Any]]) -> None:
    """Each row and tree on a line."""
    print(f"{'CPU us a decision':20}", *(f"{name:>8}" for name in FIGURES), " this / other: process, loop, wall")
    for one in rows:
        name = one["row"] if one["tree"] == "this" else f"{one['row']}, other tree"
        ratios = [one.get(f"{figure}_ratio") for figure in ("process", "loop", "wall")]
        shown = "  ".join(f"{middle:.3f} ({low:.2f}-{high:.2f})" for middle, low, high in filter(None, ratios))
        print(f"{name:20}", *(f"{one[figure]:8}" for figure in FIGURES), f" {shown}")


def print_places(told: dict[str, list[tuple[str, float]]]) -> None:
    """Where the event loop's thread was."""
    for name, title in (("own", "in the place itself"), ("all", "with what it called")):
        print(f"\n{title}")
        for place, share in told[name]:
            print(f"{share:7.1%}  {place}")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", default=["one", "both", "live"])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--where")
    options = parser.parse_args()
    trees = [ROOT] if options.against is None else [ROOT, options.against.resolve()]
    rows = [options.where] if options.where else options.rows
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="bench-") as name, ExitStack() as stack:
        found = opened(trees[:1] if options.where else trees, rows, Path(name), stack)
        if options.where:
            print_places(found[options.where][0].ask(f"sample {options.count}"))
            return
        for number in range(options.rounds):
            for pair in found.values():
                # Who goes first takes turns too: the first finds the processor as other work has left it.
                for one in pair if number % 2 else reversed(pair):
                    one.round(options.count)
    rows = summaries(found)
    print_table(rows)
    where = {name: value for name, value in machine(options.rounds, 0).items() if name != "seconds_a_round"}
    told = {"machine": {**where, "decisions_a_round": options.count}, "rows": rows}
    RESULTS.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
