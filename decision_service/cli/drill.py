"""`miaopi drill`: every fault of registers, at every register of every matter, through the real service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from decision_service.cli.output import FINDINGS, Json, Rules, console, misuse, print_json, progress, shelf_or_exit

if TYPE_CHECKING:
    from decision_service.drill.report import Report
    from decision_service.drill.run import Orders

Names = list[str] | None
_MOST_SHOWN = 40


def drill(
    matter: Annotated[Names, typer.Option("--matter", help="只演练该事项 only this matter; repeatable")] = None,
    register: Annotated[Names, typer.Option("--register", help="只演练该数据源 only this register; repeatable")] = None,
    fault: Annotated[Names, typer.Option("--fault", help="只演练该故障 FAULT or FAULT:VARIANT; repeatable")] = None,
    cases: Annotated[Path, typer.Option("--cases", help="案例文件夹 folder of cases")] = Path("fixtures/cases"),
    log: Annotated[Path | None, typer.Option("--log", help="代理日志 write what the proxy saw, as JSON lines")] = None,
    shared_guard: Annotated[
        bool, typer.Option("--shared-guard", help="共用熔断 one guard for all, breakers open; judge safety alone")
    ] = False,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """数据源故障演练。 Play every fault of registers on the wire; exit 0 only if nothing is granted by any of them."""
    from decision_service.drill.cells import Wanted
    from decision_service.drill.run import Orders

    shelf = shelf_or_exit(rules, json=json)
    wanted = Wanted(frozenset(matter or ()), frozenset(register or ()), frozenset(fault or ()))
    unknown = wanted.unknown(shelf)
    if unknown:
        misuse(
            f"there is no {', '.join(unknown)}; docs/quality.md lists the faults, rules/ the matters and registers",
            f"没有 {'、'.join(unknown)}；故障见 docs/quality.md，事项和数据源见 rules/",
            json=json,
        )
    if not cases.is_dir():
        misuse(f"--cases: there is no folder {cases}", f"--cases：没有文件夹 {cases}", json=json)
    report = _played(Orders(rules, shelf, cases, wanted, log, shared_guard), json=json)
    if not report.tried and not report.missing:
        misuse("nothing is left to drill: no matter lists these registers", "没有可演练的组合", json=json)
    if json:
        print_json(report.as_json())
    else:
        _show(report)
    if not report.passed:
        raise typer.Exit(FINDINGS)


def _played(orders: "Orders", *, json: bool) -> "Report":
    """The drill; leaves with exit code 2 where it can't be played."""
    from decision_service.source import PolicyProblems
    from decision_service.trials import CaseFileError

    try:
        return _drilled(orders)
    except CaseFileError as error:
        misuse(error.en, error.zh, json=json)
    except PolicyProblems as problems:
        misuse(str(problems), "规则文件有误，服务不能启动", json=json)
    except OSError as error:
        misuse(f"the drill can't be played here ({error.strerror or error})", "演练不能启动", json=json)


def _drilled(orders: "Orders") -> "Report":
    from decision_service.drill.run import Watching
    from decision_service.drill.run import drill as play

    console().print("启动模拟数据源、故障代理与服务 starting registers, fault proxy and service …", markup=False)
    with progress() as bar:
        task = bar.add_task("演练 drill", total=None)
        watching = Watching(lambda total: bar.update(task, total=total), lambda _: bar.advance(task, 1))
        return play(orders, watching)


def _show(report: "Report") -> None:
    matters, rows = report.table()
    out = Console(emoji=False, highlight=False, width=max(160, Console().width))
    table = Table("故障 fault", *(matter.replace("_", "\n") for matter in matters))
    for name, zh, held in rows:
        table.add_row(f"{name} {zh}", *held)
    out.print(table)
    for one in report.failed[:_MOST_SHOWN]:
        cell = one.cell
        what = ", ".join(report.troubles(one))
        place = f"{cell.fault.name}:{cell.variant.name} at {cell.register} of {cell.ground.policy.matter}"
        out.print(f"{place}: {what}; it came to {one.told.outcome}", markup=False)
    if len(report.failed) > _MOST_SHOWN:
        more = len(report.failed) - _MOST_SHOWN
        out.print(f"另有{more}处，--json 全部列出 … and {more} more; --json lists them all", markup=False)
    for matter, register in report.missing:
        out.print(f"{matter}: 没有案例需要 {register}，未演练 not drilled: no case needs it", markup=False)
    out.print(_totals(report), markup=False)


def _totals(report: "Report") -> str:
    counts = report.counts
    granted = f"数据源不影响结果而批准 granted because the register could not matter {report.granted}"
    lines = [
        f"通过 cells held {len(report.tried) - len(report.failed)} of {len(report.tried)}",
        f"因故障而批准 approvals by fault {counts.get('approved', 0)}; {granted}",
        f"没有答复或者回执 without an answer and its receipt {counts.get('no_answer', 0)}",
        f"机器繁忙而重试 tried a second time {sum(one.again for one in report.tried)}",
    ]
    if report.strict:
        lines += [
            f"未说明原因 cause not named {counts.get('cause', 0)}",
            f"波及其他数据源 other registers disturbed {counts.get('others', 0)}",
            f"代理未见 not seen by the proxy {counts.get('unseen', 0)}; 代理日志行数 lines in its log {report.lines}",
        ]
    return "\n".join(lines)
