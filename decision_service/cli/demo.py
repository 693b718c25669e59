"""`miaopi demo`: registers and service as processes on loopback, real applications of every matter over HTTP."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from decision_service.cli.output import FINDINGS, Json, Rules, console, misuse, print_json, progress, shelf_or_exit
from decision_service.cli.reconcile import catalogued
from decision_service.clock import ServiceClock
from decision_service.demo.cases import DemoCase, read_demo_cases, registers_fail
from decision_service.demo.processes import ProcessFailedError, Stage, staged
from decision_service.demo.submit import Submitted, is_locked, submit_all
from decision_service.ledger.verify import verify_ledger
from decision_service.load.report import percentile
from decision_service.policy.shelf import Shelf
from decision_service.reconciling import Report, Sources, reconcile
from decision_service.settings import journal_beside

DAY = "2026-03-16"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run showed. `meaning`: every case once, registers without latency. `timing`: cases whose registers answer,
    several times, registers at their usual latency. `records`, `sound`: of both ledgers. `days`: decisions against the
    calls that they rest on. `locked`: who shows no key is refused."""

    meaning: list[Submitted]
    timing: list[Submitted]
    records: int
    sound: bool
    days: list[Report]
    seconds: float
    locked: bool

    @property
    def reconciled(self) -> bool:
        """Whether every answer has its call and every call is accounted for."""
        return all(day.is_clean for day in self.days)

    @property
    def wrong(self) -> list[Submitted]:
        """Decisions that are not as expected; a register that was late of itself is no excuse without latency."""
        return [one for one in self.meaning if one.difference or one.late] + [
            one for one in self.timing if one.difference
        ]


def demo(
    cases: Annotated[Path, typer.Option("--cases", help="案例文件夹 folder of cases")] = Path("fixtures/cases"),
    data: Annotated[Path | None, typer.Option("--data", help="自备数据 folder with people of your own")] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=200, help="计时轮数 rounds of the timing")] = 6,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """演示全过程。 Show the whole service at work; exit 0 only if every outcome is the expected one."""
    shelf = shelf_or_exit(rules, json=json)
    found = read_demo_cases(cases)
    if not found:
        misuse(f"no cases in {cases}", f"{cases} 中没有案例", json=json)
    try:
        with tempfile.TemporaryDirectory(prefix="miaopi-demo-") as folder:
            shown = _play(found, shelf, Stages(rules, data, Path(folder)), rounds)
    except ProcessFailedError as error:
        misuse(str(error), "服务或模拟数据源没有启动", json=json)
    if json:
        print_json(_summary(shown, shelf))
    else:
        _show(shown, shelf)
    if shown.wrong or not (shown.sound and shown.reconciled and shown.locked):
        raise typer.Exit(FINDINGS)


@dataclass(frozen=True, slots=True)
class Stages:
    """Where both runs find rules and people, and put what they leave."""

    rules: Path
    data: Path | None
    folder: Path

    def stage(self, latency: float) -> Stage:
        """The one whose registers are so slow (times their usual latency)."""
        return Stage(rules=self.rules, data=self.data, folder=self.folder, day=DAY, latency=latency)


def _play(cases: Sequence[DemoCase], shelf: Shelf, stages: Stages, rounds: int) -> Shown:
    started = time.perf_counter()
    timed = [case for case in cases if not registers_fail(case.facts)]
    at_once, usual = stages.stage(0), stages.stage(1)
    say = console()
    say.print("启动模拟数据源与服务（首次先让两个引擎相互核对） starting registers and service …", markup=False)
    with staged(at_once) as running, progress() as bar:
        task = bar.add_task("全部案例 every case", total=len(cases))
        locked = is_locked(running)
        meaning = submit_all(running, cases, 1, lambda: bar.advance(task, 1), results=True)
    say.print("再以常见延迟计时 again with registers at their usual latency …", markup=False)
    with staged(usual) as running, progress() as bar:
        task = bar.add_task("计时 timing", total=len(timed) * rounds)
        timing = submit_all(running, timed, rounds, lambda: bar.advance(task, 1), results=False)
    reports = [verify_ledger(stage.ledger) for stage in (at_once, usual)]
    records = sum(report.records for report in reports)
    # Beside them lie draws of blind samples, and cases that were decided again once a late register answered.
    decisions = sum(report.decisions for report in reports)
    sound = all(report.is_sound for report in reports) and decisions >= len(meaning) + len(timing)
    days = [_reconciled(stage, shelf) for stage in (at_once, usual)]
    return Shown(meaning, timing, records, sound, days, time.perf_counter() - started, locked)


def _reconciled(stage: Stage, shelf: Shelf) -> Report:
    day, sources = date.fromisoformat(DAY), Sources(stage.ledger, journal_beside(stage.ledger))
    return reconcile(sources, day, catalogued(shelf, day), ServiceClock(day).now(), lambda _, __: None)


def _show(shown: Shown, shelf: Shelf) -> None:
    out = Console(emoji=False, highlight=False, width=max(120, Console().width))
    table = Table("case", "事项 matter", "结果 outcome", "理由 reasons", "result", "", show_lines=False)
    for one in shown.meaning:
        codes = " ".join(code.split("_")[0] for code in one.reasons)
        mark = "✗ " + (one.difference or "late register") if one.difference or one.late else "✓"
        table.add_row(one.case, one.matter, one.outcome, codes, one.result, mark)
    for column, width in zip(table.columns[:4], (6, 25, 22, 12), strict=True):
        column.min_width = width
    out.print(table)
    times = Table("事项 matter", "decisions", "p50 ms", "p95 ms", "p99 ms", "时限 budget p50/p95/deadline")
    for matter, figures in _times(shown, shelf).items():
        budget = "/".join(str(limit) for limit in figures.budget)
        row = [f"{value:.0f}" for value in (figures.p50, figures.p95, figures.p99)]
        times.add_row(matter, str(figures.decisions), *row, budget)
    out.print(times)
    calls, answers = (sum(getattr(day, name) for day in shown.days) for name in ("calls", "answers"))
    matched = "账实相符 all accounted for" if shown.reconciled else "对账不符 NOT ALL ACCOUNTED FOR"
    every = [*shown.meaning, *shown.timing]
    right = len(every) - len(shown.wrong)
    late = sum(one.late for one in shown.timing)
    lines = [
        f"共{len(every)}件，{right}件与预期一致 {right} of {len(every)} decisions as expected",
        f"  计时的有{late}件因数据源超时转人工 {late} timed ones were referred since a register was late, rightly",
        f"账本 ledger: {shown.records} records, {'完好 sound' if shown.sound else '有误 NOT SOUND'}",
        f"数据源调用 register calls: {calls} for {answers} answers, {matched}",
        ("均凭密钥调用，无密钥被拒绝" if shown.locked else "无密钥未被拒绝")
        + f" each request shows a key; without one it is {'refused' if shown.locked else 'NOT REFUSED'}",
        f"用时 wall time {shown.seconds:.1f} s",
        "※ 示例政策与虚构人物。 Illustrative policies, fictitious people.",
        "打开工作台 to look at it on pages: .venv/bin/miaopi workbench --demo",
    ]
    out.print("\n".join(lines), markup=False)


@dataclass(frozen=True, slots=True)
class Times:
    """The timed decisions of one matter, in milliseconds, and its budget."""

    decisions: int
    p50: float
    p95: float
    p99: float
    budget: tuple[int, int, int]


def _times(shown: Shown, shelf: Shelf) -> dict[str, Times]:
    found = {}
    for matter, versions in shelf.versions.items():
        own = [one.elapsed_ms for one in shown.timing if one.matter == matter]
        budget = versions[-1].budget
        p50, p95, p99 = (percentile(own, share) for share in (0.5, 0.95, 0.99))
        found[matter] = Times(len(own), p50, p95, p99, (budget.p50, budget.p95, budget.deadline))
    return found


def _summary(shown: Shown, shelf: Shelf) -> dict[str, object]:
    matters = {
        matter: {
            "decisions": one.decisions,
            "p50_ms": round(one.p50, 1),
            "p95_ms": round(one.p95, 1),
            "p99_ms": round(one.p99, 1),
            "budget_ms": {"p50": one.budget[0], "p95": one.budget[1], "deadline": one.budget[2]},
        }
        for matter, one in _times(shown, shelf).items()
    }
    return {
        "decisions": len(shown.meaning) + len(shown.timing),
        "different": [{"case": one.case, "difference": one.difference or "late register"} for one in shown.wrong],
        "late_register": sum(one.late for one in shown.timing),
        "matters": matters,
        "ledger": {"records": shown.records, "sound": shown.sound},
        "reconciled": shown.reconciled,
        "refused_without_key": shown.locked,
        "seconds": round(shown.seconds, 1),
    }
