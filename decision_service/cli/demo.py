"""`miaopi demo`: registers and service as processes on loopback, real applications of every matter over HTTP."""

import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from decision_service.cli.output import FINDINGS, Json, Rules, console, misuse, print_json, progress, shelf_or_exit
from decision_service.demo.cases import DemoCase, read_demo_cases
from decision_service.demo.processes import ProcessFailedError, Stage, staged
from decision_service.demo.submit import Submitted, submit_all
from decision_service.ledger.verify import verify_ledger
from decision_service.load.report import percentile
from decision_service.policy.shelf import Shelf

DAY = "2026-03-16"


def demo(
    cases: Annotated[Path, typer.Option("--cases", help="folder of cases 案例文件夹")] = Path("fixtures/cases"),
    data: Annotated[Path | None, typer.Option("--data", help="folder with people of your own 自备数据")] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=200, help="how often each case is sent 轮数")] = 3,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """Show the whole service at work; exit 0 only if every outcome is the expected one. 演示全过程。"""
    shelf = shelf_or_exit(rules, json=json)
    found = read_demo_cases(cases)
    if not found:
        misuse(f"no cases in {cases}", "没有案例", json=json)
    started = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(prefix="miaopi-demo-") as folder:
            submitted, sound, records = _play(found, rules, data, rounds, Path(folder))
    except ProcessFailedError as error:
        misuse(str(error), "服务或模拟数据源没有启动", json=json)
    seconds = time.perf_counter() - started
    wrong = [one for one in submitted if one.difference]
    if json:
        print_json(_summary(submitted, shelf, seconds, records, sound=sound))
    else:
        _show(submitted, shelf, seconds, records, sound=sound)
    if wrong or not sound:
        raise typer.Exit(FINDINGS)


def _play(
    cases: tuple[DemoCase, ...], rules: Path, data: Path | None, rounds: int, folder: Path
) -> tuple[list[Submitted], bool, int]:
    stage = Stage(rules=rules, data=data, folder=folder, day=DAY)
    say = console()
    say.print("starting registers and service … 启动模拟数据源与服务（首次先让两个引擎相互核对）", markup=False)
    with staged(stage) as running, progress() as bar:
        task = bar.add_task("applications 申请", total=len(cases) * rounds)
        submitted = submit_all(running, cases, rounds, lambda: bar.advance(task, 1))
    report = verify_ledger(stage.ledger)
    return submitted, report.is_sound and report.records >= len(submitted), report.records


def _show(submitted: list[Submitted], shelf: Shelf, seconds: float, records: int, *, sound: bool) -> None:
    out = Console(highlight=False, width=max(110, Console().width))
    table = Table("case", "matter 事项", "outcome 结果", "reasons 理由", "result", "ms", "")
    for one in submitted:
        if one.round == 0:
            codes = " ".join(code.split("_")[0] for code in one.reasons)
            mark = "✓" if not one.difference else f"✗ {one.difference}"
            table.add_row(one.case, one.matter, one.outcome, codes, one.result, f"{one.elapsed_ms:.0f}", mark)
    out.print(table)
    times = Table("matter 事项", "decisions", "p50 ms", "p95 ms", "p99 ms", "budget p50/p95/deadline")
    for matter, versions in shelf.versions.items():
        own = [one.elapsed_ms for one in submitted if one.matter == matter]
        budget = versions[-1].budget
        figures = [f"{percentile(own, share):.0f}" for share in (0.5, 0.95, 0.99)]
        times.add_row(matter, str(len(own)), *figures, f"{budget.p50}/{budget.p95}/{budget.deadline}")
    out.print(times)
    right = sum(not one.difference for one in submitted)
    late = sum(one.late for one in submitted)
    verdict = "sound" if sound else "NOT SOUND"
    out.print(f"{right} of {len(submitted)} decisions as expected 与预期一致", markup=False)
    out.print(f"  of these {late} referred since a register was late, as it must be 因数据源超时转人工", markup=False)
    out.print(f"ledger: {records} records, {verdict} 账本{'完好' if sound else '有误'}", markup=False)
    out.print(f"wall time 用时 {seconds:.1f} s", markup=False)
    out.print("※ 示例政策与虚构人物。 Illustrative policies, fictitious people.", markup=False)
    sys.stdout.flush()


def _summary(
    submitted: list[Submitted], shelf: Shelf, seconds: float, records: int, *, sound: bool
) -> dict[str, object]:
    matters = {}
    for matter, versions in shelf.versions.items():
        own = [one.elapsed_ms for one in submitted if one.matter == matter]
        budget = versions[-1].budget
        matters[matter] = {
            "decisions": len(own),
            "p50_ms": round(percentile(own, 0.5), 1),
            "p95_ms": round(percentile(own, 0.95), 1),
            "p99_ms": round(percentile(own, 0.99), 1),
            "budget_ms": {"p50": budget.p50, "p95": budget.p95, "deadline": budget.deadline},
        }
    return {
        "decisions": len(submitted),
        "as_expected": sum(not one.difference for one in submitted),
        "late_register": sum(one.late for one in submitted),
        "different": [{"case": one.case, "difference": one.difference} for one in submitted if one.difference],
        "matters": matters,
        "ledger": {"records": records, "sound": sound},
        "seconds": round(seconds, 1),
    }
