"""`miaopi reconcile`: the decisions of a day against the calls that they rest on (办件与数据共享对账)."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from decision_service.cli.accesses import LEDGER, day_between
from decision_service.cli.output import FINDINGS, Json, Rules, console, misuse, print_json, progress, shelf_or_exit
from decision_service.ledger.errors import LedgerError
from decision_service.policy.shelf import Shelf
from decision_service.reconciling import DIFFERENCES, EXPLAINED, Report, Sources, reconcile
from decision_service.reconciling.day import Catalogued
from decision_service.reconciling.exchange_log import ExchangeLogError
from decision_service.settings import journal_beside
from verifiers.freshness import CHINA
from verifiers.journal.errors import JournalError

_SHOWN = 50
"""Differences listed for people; --json lists up to 10,000."""


def reconcile_command(
    day: Annotated[str | None, typer.Option("--day", help="日期 such as 2026-03-16; today if left out")] = None,
    ledger: Annotated[Path, typer.Option("--ledger", help="账本文件 file of the record")] = LEDGER,
    journal: Annotated[Path | None, typer.Option("--journal", help="调用日志 beside the ledger if left out")] = None,
    register_log: Annotated[
        Path | None, typer.Option("--register-log", help="交换平台日志 the exchange's own log, JSON lines")
    ] = None,
    rules: Rules = Path("rules"),
    json: Json = False,
) -> None:
    """对账。 Match the decisions of a day with the calls to registers; exit 1 if anything can't be explained."""
    now = datetime.now(UTC)
    text = day or str(now.astimezone(CHINA).date())
    day_between(text, json=json)
    asked = date.fromisoformat(text)
    rules_of_day = catalogued(shelf_or_exit(rules, json=json), asked)
    sources = Sources(ledger, journal or journal_beside(ledger), register_log)
    try:
        with progress() as bar:
            task = bar.add_task("办件 applications", total=None)
            report = reconcile(
                sources, asked, rules_of_day, now, lambda done, total: bar.update(task, completed=done, total=total)
            )
    except LedgerError as error:
        misuse(str(error), "账本读不出", json=json)
    except JournalError as error:
        misuse(str(error), "调用日志读不出", json=json)
    except ExchangeLogError as error:
        misuse(str(error), "交换平台日志读不出", json=json)
    except OSError as error:
        why = error.strerror
        misuse(f"{register_log}: {why}; name a file that can be read", f"{register_log}：读不出（{why}）", json=json)
    if json:
        print_json(_as_json(report))
    else:
        _show(report)
    if not report.is_clean:
        raise typer.Exit(FINDINGS)


def catalogued(shelf: Shelf, day: date) -> Catalogued:
    """What the rules in force on `day` list and ask once."""
    policies = [shelf.in_force(matter, day) for matter in shelf.versions]
    listed = {policy.matter: frozenset(policy.asks) for policy in policies if policy is not None}
    registers = shelf.catalogue.registers
    once = frozenset(name for name, register in registers.items() if register.asked_once)
    return Catalogued(lambda matter: listed.get(matter, frozenset()), once)


def _as_json(report: Report) -> dict[str, object]:
    return {
        "day": str(report.day),
        "clean": report.is_clean,
        "decisions": report.decisions,
        "answers": report.answers,
        "calls": report.calls,
        "due": report.due,
        "explained": dict(report.explained),
        "counts": dict(report.counts),
        "differences": [one.as_json() for one in report.differences],
    }


def _show(report: Report) -> None:
    out = console()
    out.print(
        f"{report.day}: 决定 decisions {report.decisions}, 答复 answers {report.answers}, 调用 calls {report.calls}",
        markup=False,
    )
    explained = Table("已说明 explained", "数量 count")
    for rule, (zh, en) in EXPLAINED.items():
        if report.explained.get(rule):
            explained.add_row(f"{zh}\n{en}", str(report.explained[rule]))
    if report.due:
        explained.add_row("待补做的信用查询（未满24小时）\ncredit checks still due within 24 hours", str(report.due))
    out.print(explained)
    if report.is_clean:
        empty = not (report.decisions or report.calls)
        nothing = "该日没有办件和调用，请核对日期 nothing happened that day; is it the day you meant?"
        out.print(nothing if empty else "账实相符 clean: nothing unexplained", markup=False)
        return
    table = Table("差异 difference", "位置 where")
    for one in report.differences[:_SHOWN]:
        zh, en = DIFFERENCES[one.kind]
        places = {"application": one.application_id, "decision": one.decision_id, "call": one.call_id}
        where = [one.register or "", *(f"{name} {number}" for name, number in places.items() if number)]
        table.add_row(f"{zh}\n{en}", "\n".join(line for line in where if line), end_section=True)
    out.print(table)
    out.print(f"共{sum(report.counts.values())}处差异 {sum(report.counts.values())} difference(s)", markup=False)
