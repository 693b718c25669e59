"""`miaopi load`: applications at a steady rate, judged by the budgets of the rule files."""

import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.table import Table

from decision_service.cli.output import FINDINGS, Json, Rules, console, misuse, print_json, progress, shelf_or_exit
from decision_service.load.plan import Plan, make_plan
from decision_service.load.report import MatterLoad, by_matter
from verifiers.freshness import CHINA


def load(
    url: Annotated[str, typer.Option("--url", help="the service 服务地址")] = "http://127.0.0.1:8080",
    rate: Annotated[float, typer.Option("--rate", min=0.1, max=5000, help="applications a second 每秒申请数")] = 20,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=86400, help="how long 时长（秒）")] = 30,
    cases: Annotated[Path, typer.Option("--cases", help="folder of applications 申请样例")] = Path("fixtures/cases"),
    seed: Annotated[int, typer.Option("--seed", help="the same seed sends the same stream 随机种子")] = 1,
    as_of: Annotated[str, typer.Option("--as-of", help="day of the service, if pinned 服务所处日期")] = "",
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """Load a running service; exit 1 when a budget is missed or an outcome is wrong. 按规则文件的时限做负载测试。"""
    day = date.fromisoformat(as_of) if as_of else datetime.now(CHINA).date()
    plan = make_plan(shelf_or_exit(rules, json=json), cases, url, rate, seconds, seed, day)
    if not plan.applications:
        misuse(f"no applications in {cases} for the matters in force on {day}", "没有可发送的申请", json=json)
    found = by_matter(run(plan), plan.budgets)
    missed = {one.matter: one.missed for one in found if one.missed}
    if json:
        print_json({"rate": rate, "seconds": seconds, "matters": [_row(one) for one in found], "passed": not missed})
    else:
        _show(found)
    if missed or not any(one.requests for one in found):
        raise typer.Exit(FINDINGS)


def run(plan: Plan) -> list[list[object]]:
    """Sends the plan from a child process, with a progress bar; the samples."""
    with tempfile.TemporaryDirectory() as folder:
        plan_path, result_path = Path(folder) / "plan.json", Path(folder) / "samples.json"
        plan_path.write_bytes(plan.as_json())
        command = [sys.executable, "-m", "decision_service.load.sender", str(plan_path), str(result_path)]
        # The command is this interpreter and our own module.
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603 - see above
        with progress() as bar:
            task = bar.add_task("load 负载", total=int(plan.seconds))
            while True:
                try:
                    _, errors = child.communicate(timeout=1)
                    break
                except subprocess.TimeoutExpired:
                    bar.advance(task, 1)
        if not result_path.exists():
            tail = errors.decode(errors="replace").strip().splitlines()[-3:]
            misuse("the load generator failed: " + " / ".join(tail), "负载发生器失败")
        samples: list[list[object]] = orjson.loads(result_path.read_bytes())
        return samples


def _row(one: MatterLoad) -> dict[str, object]:
    return {
        "matter": one.matter,
        "requests": one.requests,
        "right": one.right,
        "late_register": one.late,
        "wrong": one.wrong,
        "failed": one.failed,
        "p50_ms": round(one.p50, 1),
        "p95_ms": round(one.p95, 1),
        "p99_ms": round(one.p99, 1),
        "budget_ms": {"p50": one.budget[0], "p95": one.budget[1], "deadline": one.budget[2]},
        "missed": list(one.missed),
    }


def _show(found: tuple[MatterLoad, ...]) -> None:
    heads = ("matter", "sent", "right", "late*", "wrong", "failed", "p50 ms", "p95 ms", "p99 ms", "budget p50/p95", "")
    table = Table(*heads)
    for one in found:
        budget = f"{one.budget[0]}/{one.budget[1]}"
        figures = [one.requests, one.right, one.late, one.wrong, one.failed]
        times = [f"{value:.0f}" for value in (one.p50, one.p95, one.p99)]
        verdict = "; ".join(one.missed) or "in budget"
        table.add_row(one.matter, *(str(figure) for figure in figures), *times, budget, verdict)
    out = console()
    out.print(table)
    out.print("* referred because a register did not answer in time, as it must be 因数据源超时而转人工", markup=False)
