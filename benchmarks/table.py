"""Every promise of speed in one table: goal, measured, spread, met or not, when and where; a history beside it.

    python benchmarks/table.py [--only engines record] [--last] [--gate]

Runs the scripts of the rows (all, or those named by `--only`), or with `--last` reads what they wrote when they last
ran; prints the table and writes benchmarks/results/table.json. Figures that the history lacks are appended to
benchmarks/results/history.jsonl, a line a run. A row got worse where the whole of its spread lies on the wrong side of
that of the last five runs (medians) on a machine of the same kind. Such rows are told; with `--gate` they make it end
with 1.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from figures import Figure
from goals import ROWS, Row

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
RUNS_COMPARED = 5
WIDTHS = (70, 41, 18, 26, 8)


@dataclass(frozen=True, slots=True)
class Seen:
    """A row with its figure, None where there is none yet; when it was measured (UTC), and on which commit."""

    row: Row
    figure: Figure | None
    at: str
    commit: str

    def as_json(self) -> dict[str, Any]:
        """For the files."""
        row, figure = self.row, self.figure
        told: dict[str, Any] = {"measure": row.measure, "against": row.against, "goal": row.goal.shown()}
        if figure is None:
            return {**told, "measured": None, "command": f"python benchmarks/{row.command}"}
        return {
            **told,
            "measured": asdict(figure),
            "met": row.goal.is_met(figure.value) and not figure.only,
            "at": self.at,
            "commit": self.commit,
        }


def git(*arguments: str) -> str:
    """What git says, stripped; nothing where there is no repository."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.strip()


def machine() -> str:
    """What kind of machine this is: processor, cores, Python."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{next(models, platform.machine())}, {os.cpu_count()} cores, Python {platform.python_version()}"


def measured_at(path: Path) -> tuple[str, str]:
    """When a script wrote its results, and on which commit: that which brought them, unless they are newer than it."""
    if git("status", "--porcelain", "--", str(path)) or not git("ls-files", "--", str(path)):
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return at.isoformat(timespec="seconds"), git("rev-parse", "--short", "HEAD")
    at_text, _, commit = git("log", "-1", "--format=%cI %h", "--", str(path)).partition(" ")
    return datetime.fromisoformat(at_text).astimezone(UTC).isoformat(timespec="seconds"), commit


def seen(row: Row) -> Seen:
    """The row, with what its script last found."""
    path = RESULTS / f"{row.script}.json"
    if not path.exists():
        return Seen(row, None, "", "")
    try:
        figure = row.find(json.loads(path.read_text(encoding="utf-8")))
    except LookupError:
        return Seen(row, None, "", "")
    return Seen(row, figure, *measured_at(path))


def ran(scripts: Sequence[str]) -> None:
    """Runs them one after the other; one that fails is told and leaves its old results."""
    for script in scripts:
        path = ROOT / "benchmarks" / script
        print(f"-- {script}", flush=True)
        if not path.exists() or subprocess.run([sys.executable, str(path)], cwd=ROOT, check=False).returncode:
            print(f"-- {script}: 没有跑成 did not run", flush=True)


def read_history(path: Path) -> list[dict[str, Any]]:
    """The lines, oldest first."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def news(found: Sequence[Seen], history: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By name of the row, the figures that no line of the history has yet."""
    known = {(name, _drawn(one)) for line in history for name, one in line["rows"].items()}
    return {
        one.row.name: {**asdict(one.figure), "at": one.at}
        for one in found
        if one.figure is not None and (one.row.name, _drawn(asdict(one.figure))) not in known
    }


def _drawn(line: dict[str, Any]) -> tuple[float, ...]:
    """A figure of the history, by which it is known again: two runs never draw the same."""
    return line["value"], line["low"], line["high"]


def worse(found: Sequence[Seen], history: Sequence[dict[str, Any]], kind: str) -> Iterator[tuple[Seen, float]]:
    """Rows that got worse than their last runs on such a machine by more than the spread; the median before."""
    for one in found:
        if one.figure is None:
            continue
        lines = [line["rows"].get(one.row.name) for line in history if line["machine"] == kind]
        before = [line for line in lines if line is not None and _drawn(line) != _drawn(asdict(one.figure))][
            -RUNS_COMPARED:
        ]
        if not before:
            continue
        median = statistics.median(line["value"] for line in before)
        if one.row.goal.is_floor:
            is_worse = one.figure.high < statistics.median(line["low"] for line in before)
        else:
            is_worse = one.figure.low > statistics.median(line["high"] for line in before)
        if is_worse:
            yield one, median


def shown(one: Seen) -> str:
    """A line of the table."""
    row, figure = one.row, one.figure
    cells = [row.measure, row.against, row.goal.shown()]
    if figure is None:
        return _line([*cells, "未测 not measured", "-"]) + f"  python benchmarks/{row.command}"
    spread = "" if figure.low == figure.high else f" ({figure.low:.3g} to {figure.high:.3g})"
    met = "是 yes" if row.goal.is_met(figure.value) else "否 no"
    if figure.only:
        spread = f"{spread}, 仅 only {figure.only}"
        met = "-" if row.goal.is_met(figure.value) else met
    return _line([*cells, f"{figure.value:.3g}{spread}", met]) + f"  {one.at[:16]} {one.commit}"


def _line(cells: Sequence[str]) -> str:
    return "".join(f"{cell:{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], help="scripts to run, without .py")
    parser.add_argument("--last", action="store_true", help="run nothing")
    parser.add_argument("--gate", action="store_true", help="exit with 1 where a row got worse")
    options = parser.parse_args()
    if not options.last:
        scripts = dict.fromkeys(row.script for row in ROWS)
        ran([f"{script}.py" for script in scripts if script in (options.only or scripts)])
    kind, path = machine(), RESULTS / "history.jsonl"
    found, history = [seen(row) for row in ROWS], read_history(path)
    print(f"{kind}, load average {os.getloadavg()[0]:.1f}")
    print(_line(["measure", "against", "goal", "measured (spread)", "met"]) + "  when, commit")
    for one in found:
        print(shown(one))
    got_worse = list(worse(found, history, kind))
    for one, before in got_worse:
        print(f"变差 worse: {one.row.name}, {one.figure.value:.3g} after {before:.3g}" if one.figure else "")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    head = {
        "at": now,
        "commit": git("rev-parse", "--short", "HEAD"),
        "machine": kind,
        "load": round(os.getloadavg()[0], 1),
    }
    if added := news(found, history):
        with path.open("a", encoding="utf-8") as out:
            out.write(json.dumps({**head, "rows": added}, ensure_ascii=False) + "\n")
    told = {
        **head,
        "rows": {one.row.name: one.as_json() for one in found},
        "worse": [one.row.name for one, _ in got_worse],
    }
    (RESULTS / "table.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.gate and got_worse:
        sys.exit(1)


if __name__ == "__main__":
    main()
