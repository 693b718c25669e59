"""Taking one record out of a ledger to show it, with the reading taken down."""

from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.accesses import note_reading
from decision_service.cli.output import console, misuse
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.opening import LedgerFiles, reading
from verifiers.journal.errors import JournalError

Ledger = Annotated[Path, typer.Option("--ledger", help="账本文件 file of the record")]


def one_record(ledger: Path, decision_id: str, purpose: str, *, json: bool = False) -> Recorded:
    """The record of a decision; leaves with exit code 2 where there is none, or its reading can't be taken down."""
    try:
        with reading(LedgerFiles.beside(ledger)) as reader:
            found = next(reader.decisions(decision_id), None)
    except LedgerError as error:
        misuse(str(error), "账本读不出", json=json)
    if found is None:
        misuse("there is no such decision in this ledger", "账本中没有这个决定", json=json)
    if found.entry.is_erased:
        misuse("the facts of this decision were erased", "该决定的内容已依法删除", json=json)
    take_down(ledger, found.entry, purpose, json=json)
    return found


def take_down(ledger: Path, entry: Entry | None, purpose: str, *, json: bool = False) -> None:
    """Takes down who reads a decision, or all where `entry` is None (RQ-H2); a copy alone has no journal for it."""
    try:
        if not note_reading(ledger, entry, purpose):
            console().print(
                "无调用日志，未登记调阅 no journal beside this ledger: this reading is not taken down", markup=False
            )
    except JournalError as error:
        misuse(f"this reading can't be taken down: {error}", "调阅不能登记，未予显示", json=json)
