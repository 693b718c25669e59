"""`miaopi accesses`: who asked registers about an application, and who read its decisions."""

import os
import pwd
import socket
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from decision_service.cli.output import Json, console, misuse, print_json
from decision_service.ledger.entry import Entry
from decision_service.settings import journal_beside
from verifiers.freshness import CHINA
from verifiers.journal.errors import JournalError
from verifiers.journal.reading import JournalReader
from verifiers.journal.records import Access, CallRecord, new_number
from verifiers.journal.retention import Retention
from verifiers.journal.store import JournalStore

LEDGER = Path("var/ledger.sqlite3")

Row = dict[str, object]


def accesses(
    application: Annotated[str | None, typer.Option("--application", help="办件编号 number of the application")] = None,
    decision: Annotated[str | None, typer.Option("--decision", help="决定编号 number of the decision")] = None,
    day: Annotated[str | None, typer.Option("--day", help="日期 such as 2026-03-16")] = None,
    ledger: Annotated[Path, typer.Option("--ledger", help="账本文件 file of the record")] = LEDGER,
    journal: Annotated[Path | None, typer.Option("--journal", help="调用日志 beside the ledger if left out")] = None,
    json: Json = False,
) -> None:
    """谁为何查询、调阅。 Who asked what about an application, and who read its decisions."""
    if application is None and decision is None and day is None:
        misuse("name --application, --decision or --day", "请写 --application、--decision 或 --day", json=json)
    between = None if day is None else day_between(day, json=json)
    try:
        with JournalReader(journal or journal_beside(ledger)) as reader:
            calls = [_call(one) for one in _calls(reader, application, between, decision=decision)]
            calls.sort(key=lambda one: str(one["at"]))  # all in China's time, of one width
            read = reader.accesses(application_id=application, decision_id=decision, between=between)
            found = [_access(one) for one in read]
    except JournalError as error:
        misuse(str(error), "调用日志读不出", json=json)
    if json:
        print_json({"calls": calls, "accesses": found})
        return
    _show_calls(calls)
    _show_accesses(found)


def day_between(text: str, *, json: bool) -> tuple[int, int]:
    """The beginning and the end of a day in China, in ms since 1970; leaves with exit code 2 where it is none."""
    try:
        start = datetime.combine(date.fromisoformat(text), datetime.min.time(), CHINA)
        return int(start.timestamp() * 1000), int((start + timedelta(days=1)).timestamp() * 1000)
    except (ValueError, OverflowError):
        misuse("--day: a day such as 2026-03-16 is expected", "--day 应是日期，如 2026-03-16", json=json)


def note_reading(ledger: Path, entry: Entry | None, purpose: str) -> bool:
    """Take down that the user of this machine reads a decision, or all where `entry` is None; False where no journal
    lies beside the ledger, as with a copy. Raises JournalError."""
    path = journal_beside(ledger)
    if not path.exists():
        return False
    who = f"local:{pwd.getpwuid(os.getuid()).pw_name}"
    instance = f"{socket.gethostname()}:{os.getpid()}"
    decision_id = None if entry is None else entry.decision_id
    application_id = None if entry is None else entry.application_id
    at = time.time_ns() // 1_000_000
    store = JournalStore(path, Retention())
    try:
        store.append([Access(new_number(), who, instance, decision_id, application_id, purpose, at)])
    finally:
        store.close()
    return True


def _calls(
    reader: JournalReader, application: str | None, between: tuple[int, int] | None, *, decision: str | None
) -> Iterator[CallRecord]:
    """A decision's number stands in no call: its calls are found by its application."""
    if application is not None:
        yield from (
            one
            for one in reader.calls_of(application)
            if between is None or between[0] <= one.sent.asked_at < between[1]
        )
    elif decision is None and between is not None:
        yield from reader.calls_between(*between)


def _call(one: CallRecord) -> Row:
    sent, ended = one.sent, one.ended
    return {
        "at": _instant(sent.asked_at),
        "who": sent.caller,
        "register": sent.register,
        "application_id": sent.application_id,
        "purpose": sent.purpose,
        "params": list(sent.params),
        "reached": sent.reached,
        "instance": sent.instance,
        "status": one.status,
        "fault": None if ended is None else ended.fault,
        "request_id": None if ended is None else ended.request_id,
        "digest": None if ended is None else ended.digest,
        "call_id": sent.call_id,
    }


def _access(one: Access) -> Row:
    return {
        "at": _instant(one.at),
        "who": one.who,
        "decision_id": one.decision_id,
        "application_id": one.application_id,
        "purpose": one.purpose,
        "instance": one.instance,
    }


def _instant(milliseconds: int) -> str:
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(CHINA)
    return instant.isoformat(timespec="milliseconds")


def _show_calls(rows: list[Row]) -> None:
    table = Table(title=f"数据源调用 register calls ({len(rows)})", title_justify="left")
    for name in ("时间 when", "办件 application", "数据源 register", "用途 why, for whom"):
        table.add_column(name, overflow="fold", no_wrap=name.startswith("when"))
    for row in rows:
        came = f"{row['register']}: {row['fault'] or row['status'] or 'no end'}"
        table.add_row(_short(row["at"]), str(row["application_id"]), came, f"{row['purpose']}, {row['who']}")
    console().print(table)


def _show_accesses(rows: list[Row]) -> None:
    table = Table(title=f"调阅 decisions read ({len(rows)})", title_justify="left")
    for name in ("时间 when", "决定 decision", "谁 who", "途径 by"):
        table.add_column(name, overflow="fold", no_wrap=name.startswith("when"))
    for row in rows:
        table.add_row(_short(row["at"]), _decision(row["decision_id"]), str(row["who"]), str(row["purpose"]))
    console().print(table)


def _decision(number: object) -> str:
    """None stands for all that are on record, nothing for what concerns none."""
    return "全部 all" if number is None else str(number)


def _short(at: object) -> str:
    return str(at)[:19].replace("T", " ")
