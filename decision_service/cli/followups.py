"""`miaopi followups …`: credit checks that are owed, and the tickets on register data in doubt."""

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.accesses import note_reading
from decision_service.cli.output import FINDINGS, Json, console, folding, misuse, print_json
from decision_service.clock import ServiceClock
from decision_service.followups.checks import Checks, Done, Owed
from decision_service.followups.file import FollowupFile
from decision_service.followups.schedule import DUE_WITHIN
from decision_service.followups.ticketbox import OnFile, TicketBox, TicketError
from decision_service.ledger.errors import LedgerError
from verifiers.freshness import CHINA
from verifiers.journal.errors import JournalError

Ledger = Annotated[Path, typer.Option("--ledger", help="账本文件 file of the record")]
AsOf = Annotated[str, typer.Option("--as-of", help="服务固定的日期 the day that the service is pinned to")]
Last = Annotated[int, typer.Option("--last", help="列出最近补查的件数 how many of the checks that were made", min=0)]
Of = Annotated[str | None, typer.Option("--register", help="只列一个数据源 of one register only")]
Open = Annotated[bool, typer.Option("--open", help="只列未答复的 only those that wait for an answer")]
LEDGER = Path("var/ledger.sqlite3")


def build() -> typer.Typer:
    """The commands of `miaopi followups`."""
    app = typer.Typer(help="补查与校核。 What is to be done after decisions.", no_args_is_help=True)
    app.command("checks")(checks)
    app.command("tickets")(tickets)
    app.command("close")(close)
    return app


def checks(ledger: Ledger = LEDGER, as_of: AsOf = "", last: Last = 20, json: Json = False) -> None:
    """信用补查。 List the credit checks that are owed and those made since; exit 1 if one is overdue."""
    try:
        clock = ServiceClock(date.fromisoformat(as_of) if as_of else None)
    except ValueError:
        misuse("--as-of: a day such as 2026-03-16 is expected", "--as-of 应为日期，如 2026-03-16", json=json)
    now_ms = int(clock.now().timestamp() * 1000)
    with _file(ledger, json=json) as file:
        store = Checks(file)
        owed, done = store.owed(), store.done(last)
    try:
        note_reading(ledger, None, "miaopi followups checks")  # what checks found is told here and nowhere else
    except JournalError as error:
        misuse(str(error), "调阅没有记下，故不显示", json=json)
    overdue = [one for one in owed if one.is_overdue(now_ms)]
    if json:
        told = {"owed": [_owed(one, now_ms) for one in owed], "done": [_done(one) for one in done]}
        print_json({**told, "overdue": len(overdue)})
    else:
        _show_checks(owed, done, now_ms)
    if overdue:
        raise typer.Exit(FINDINGS)


def tickets(ledger: Ledger = LEDGER, register: Of = None, only_open: Open = False, json: Json = False) -> None:
    """数据校核单。 List the data-quality tickets, with --json for the owner of a register."""
    with _file(ledger, json=json) as file:
        found = TicketBox(file).tickets(register, only_open=only_open)
    if json:
        print_json({"tickets": [one.as_json() for one in found]})
    else:
        _show_tickets(found)


def close(
    ticket: Annotated[str, typer.Argument(help="校核单号 number of the ticket")],
    note: Annotated[str, typer.Option("--note", help="核对结果 what the owner found")],
    by: Annotated[str | None, typer.Option("--by", help="答复人 who answers, else who is logged in")] = None,
    ledger: Ledger = LEDGER,
    json: Json = False,
) -> None:
    """答复校核单。 Close a ticket with what the owner of the data found."""
    at = ServiceClock().now().isoformat(timespec="seconds")
    by = by or getpass.getuser()
    with _file(ledger, json=json) as file:
        try:
            TicketBox(file).answer(ticket, at, by, note)
        except TicketError as error:
            misuse(str(error), "校核单未答复", json=json)
    if json:
        print_json({"ticket_id": ticket, "state": "answered", "answered_at": at, "answered_by": by})
    else:
        console().print(f"已答复 answered  {ticket}", markup=False)


@contextmanager
def _file(ledger: Path, *, json: bool) -> Iterator[FollowupFile]:
    path = FollowupFile.beside(ledger)
    if not path.is_file():
        misuse(
            f"{path}: no such file; the service makes it beside its ledger, which --ledger names",
            f"没有文件 {path}；它由服务建在账本旁边，账本由 --ledger 指明",
            json=json,
        )
    try:
        with closing(FollowupFile(path)) as file:
            yield file
    except LedgerError as error:
        misuse(str(error), "补查与校核文件不能使用", json=json)


def _instant(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(CHINA).isoformat(timespec="seconds")


def _owed(one: Owed, now_ms: int) -> dict[str, object]:
    told = {name: value for name, value in asdict(one).items() if name not in ("caller", "since", "next_at")}
    due_by = one.since + int(DUE_WITHIN.total_seconds() * 1000)
    state = "overdue" if one.is_overdue(now_ms) else "owed"
    return {**told, "state": state, "since": _instant(one.since), "due_by": _instant(due_by)}


def _done(one: Done) -> dict[str, object]:
    return {**asdict(one), "since": _instant(one.since), "state": "done"}


def _show_checks(owed: tuple[Owed, ...], done: tuple[Done, ...], now_ms: int) -> None:
    table = folding("状态 state", "决定 decision", "事项 matter", "自 since", "次数 tries", "最近结果 last")
    for one in owed:
        state = "超时 OVERDUE" if one.is_overdue(now_ms) else "待补查 owed"
        table.add_row(state, one.decision_id, one.matter, _instant(one.since), str(one.attempts), one.status or "-")
    for made in done:
        found = f"{made.status}, 有计入的记录 counts" if made.counts else made.status
        table.add_row("已补查 done", made.decision_id, made.matter, _instant(made.since), str(made.attempts), found)
    console().print(table)


def _show_tickets(found: tuple[OnFile, ...]) -> None:
    table = folding("校核单 ticket", "状态 state", "数据责任单位 owner", "存疑字段 facts", "决定 decision", "答复 note")
    for one in found:
        told = one.as_json()
        facts = ", ".join(told["facts"]) or str(told["register"])  # type: ignore[arg-type]  # a list of names in JSON
        state = "待答复 open" if one.answered_at is None else "已答复 answered"
        owner = f"{told['owner_zh']} {told['owner_en']}"
        table.add_row(str(told["ticket_id"]), state, owner, facts, str(told["decision_id"]), one.note or "")
    console().print(table)
