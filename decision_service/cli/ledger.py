"""`miaopi ledger …`: the auditor's tools on the record."""

import base64
import binascii
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import FINDINGS, Json, console, misuse, print_json, progress
from decision_service.cli.witness import witness
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.verify import Report, verify_ledger

Ledger = Annotated[Path, typer.Option("--ledger", help="file of the record 账本文件")]
Keys = Annotated[list[str] | None, typer.Option("--public-key", help="in base64, may be given several times 可信公钥")]


def build() -> typer.Typer:
    """The commands of `miaopi ledger`."""
    app = typer.Typer(help="The auditor's tools on the record. 账本审计。", no_args_is_help=True)
    app.command("verify")(verify)
    app.command("witness")(witness)
    app.callback()(_group)
    return app


def _group() -> None:
    """The auditor's tools on the record. 账本审计。"""


def verify(ledger: Ledger = Path("var/ledger.sqlite3"), public_key: Keys = None, json: Json = False) -> None:
    """Check that every record follows from the one before and was signed; exit 1 if not. 校验账本。"""
    trusted = [_key(text, json=json) for text in public_key] if public_key else None
    try:
        with progress() as bar:
            task = bar.add_task("records 记录", total=None)
            report = verify_ledger(
                ledger, lambda done, total: bar.update(task, completed=done, total=total), trusted=trusted
            )
    except LedgerRefusedError as error:
        misuse(str(error), "账本读不出", json=json)
    if json:
        print_json(_as_json(report))
    else:
        _show(report)
    if not report.is_sound:
        raise typer.Exit(FINDINGS)


def _key(text: str, *, json: bool) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        misuse("--public-key: 32 bytes in base64 are expected, as receipts write them", "公钥格式不对", json=json)
    return key


def _as_json(report: Report) -> dict[str, object]:
    first = report.first
    return {
        "sound": report.is_sound,
        "log": report.log,
        "records": report.records,
        "bad": report.bad,
        "first": None if first is None else {"index": first.index, "what": first.what},
        "head": f"sha256:{report.head.hex()}",
        "keys": dict(report.keys),
    }


def _show(report: Report) -> None:
    out = console()
    keys = ", ".join(f"{name} ({count})" for name, count in report.keys.items())
    out.print(f"log {report.log}: {report.records} record(s), signed by {keys or 'no key'}", markup=False)
    if report.first is None:
        out.print(f"sound 完好  head sha256:{report.head.hex()}", markup=False)
        return
    where = "the file" if report.first.index is None else f"record {report.first.index}"
    out.print(f"NOT SOUND 有误: {report.bad} bad; first: {where}: {report.first.what}", markup=False)
