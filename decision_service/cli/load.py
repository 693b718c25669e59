"""`miaopi load`: applications at a steady rate, judged by the budgets of the rule files."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import orjson
import typer
from rich.console import Console
from rich.table import Table

from decision_service.cli.output import FINDINGS, Json, Rules, misuse, print_json, progress, shelf_or_exit
from decision_service.load.plan import Plan, make_plan
from decision_service.load.report import MatterLoad, Sample, by_matter, percentile
from verifiers.freshness import CHINA


def load(
    url: Annotated[str, typer.Option("--url", help="服务地址 the service")] = "http://127.0.0.1:8080",
    rate: Annotated[float, typer.Option("--rate", min=0.1, max=5000, help="每秒申请数 applications a second")] = 20,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=86400, help="时长（秒） how long")] = 30,
    cases: Annotated[Path, typer.Option("--cases", help="申请样例 folder of applications")] = Path("fixtures/cases"),
    seed: Annotated[int, typer.Option("--seed", help="随机种子 the same seed sends the same stream")] = 1,
    key_file: Annotated[Path | None, typer.Option("--key-file", help="密钥文件 file with a platform's key")] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="服务所处日期 day of the service, if pinned")] = "",
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """按规则文件的时限做负载测试。 Load a running service; exit 1 when a budget is missed or an outcome is wrong."""
    day = _day(as_of, json=json)
    _require_ready(url, json=json)
    plan = make_plan(shelf_or_exit(rules, json=json), cases, url, rate, seconds, seed, day)
    plan = replace(plan, key=_key(key_file, json=json))
    if not plan.applications:
        misuse(
            f"no applications in {cases} for the matters in force on {day}",
            f"{cases} 中没有 {day} 有效事项的申请",
            json=json,
        )
    samples = run(plan)
    found = by_matter(samples, plan.budgets)
    passed = bool(samples) and not any(one.missed for one in found)
    if json:
        print_json(_summary(plan, samples, found, passed=passed))
    else:
        _show(plan, samples, found)
    if not passed:
        raise typer.Exit(FINDINGS)


def _day(as_of: str, *, json: bool) -> date:
    try:
        return date.fromisoformat(as_of) if as_of else datetime.now(CHINA).date()
    except ValueError:
        misuse("--as-of: a day such as 2026-03-16 is expected", "--as-of 应为日期，例如 2026-03-16", json=json)


def _key(file: Path | None, *, json: bool) -> str:
    """From a file: what stands on a command line is seen by everybody on the machine."""
    try:
        return "" if file is None else file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        misuse("--key-file: a file with the key is expected", "--key-file 应是写有密钥的文件", json=json)


def _require_ready(url: str, *, json: bool) -> None:
    """A service that isn't there is no finding about its speed."""
    try:
        parts = urlsplit(url)
        kind = {"http": HTTPConnection, "https": HTTPSConnection}[parts.scheme]
        connection = kind(parts.hostname or "", parts.port, timeout=10)
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
        connection.close()
    except (KeyError, ValueError, OSError, HTTPException):
        misuse(
            "--url: no service answers there; start `miaopi serve` or name its address",
            "--url：该地址没有服务；请先运行 miaopi serve 或写明地址",
            json=json,
        )
    if status != 200:
        misuse(
            f"--url: the service is not ready (its /readyz answers {status})",
            f"--url：服务尚未就绪（/readyz 答复 {status}）",
            json=json,
        )


def run(plan: Plan) -> list[Sample]:
    """Sends the plan from a child process, with a progress bar; the samples."""
    with tempfile.TemporaryDirectory() as folder:
        plan_path, result_path = Path(folder) / "plan.json", Path(folder) / "samples.json"
        plan_path.write_bytes(plan.as_json())
        command = [sys.executable, "-m", "decision_service.load.sender", str(plan_path), str(result_path)]
        # The command is this interpreter and our own module.
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603 - see above
        with progress() as bar:
            task = bar.add_task("负载 load", total=int(plan.seconds))
            while True:
                try:
                    _, errors = child.communicate(timeout=1)
                    break
                except subprocess.TimeoutExpired:
                    bar.advance(task, 1)
        if not result_path.exists():
            tail = errors.decode(errors="replace").strip().splitlines()[-3:]
            misuse("the load generator failed: " + " / ".join(tail), "负载发生器失败")
        return [Sample(*one) for one in orjson.loads(result_path.read_bytes())]


def _goodput(plan: Plan, samples: Sequence[Sample]) -> float:
    """Right decisions without an officer, a second."""
    return sum(one.verdict == "right" and one.outcome != "REFERRED" for one in samples) / plan.seconds


def _lag(samples: Sequence[Sample]) -> float:
    """How late the generator itself was, in ms: where this is large, it and not the service was at its limit."""
    return percentile([one.lag_ms for one in samples], 0.99)


def _summary(plan: Plan, samples: Sequence[Sample], found: Sequence[MatterLoad], *, passed: bool) -> dict[str, object]:
    return {
        "rate": plan.rate,
        "seconds": plan.seconds,
        "requests": len(samples),
        "goodput": round(_goodput(plan, samples), 2),
        "generator_lag_p99_ms": round(_lag(samples), 1),
        "matters": [_row(one) for one in found],
        "passed": passed,
    }


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
        "over_budget": {"p50": one.over_p50, "p95": one.over_p95, "deadline": one.over_deadline},
        "missed": list(one.missed),
    }


def _show(plan: Plan, samples: Sequence[Sample], found: Sequence[MatterLoad]) -> None:
    out = Console(emoji=False, highlight=False, width=max(132, Console().width))
    heads = ("事项 matter", "sent", "right", "late*", "wrong", "failed", "p50 ms", "p95 ms", "p99 ms", "时限 budget")
    table = Table(*heads, "")
    for one in found:
        budget = "/".join(str(limit) for limit in one.budget)
        figures = [one.requests, one.right, one.late, one.wrong, one.failed]
        times = [f"{value:.0f}" for value in (one.p50, one.p95, one.p99)]
        verdict = "; ".join(one.missed) or ("样本不足 over within chance" if one.nominally_over else "达标 in budget")
        table.add_row(one.matter, *(str(figure) for figure in figures), *times, budget, verdict)
    out.print(table)
    lines = (
        "* 因数据源超时而转人工或未知 not as expected because a register did not answer in time, as it must be",
        f"秒批量 goodput: {_goodput(plan, samples):.1f} of {plan.rate:g} a second decided right without an officer",
        f"发生器自身延迟 generator: sent within {_lag(samples):.1f} ms of the due instant (p99)",
    )
    out.print("\n".join(lines), markup=False)
