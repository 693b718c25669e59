"""`miaopi ledger …`: the auditor's tools on the record."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli import ledger_database, ledger_key
from decision_service.cli.output import FINDINGS, Json, console, misuse, print_json, progress
from decision_service.cli.witness import witness
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.opening import LedgerFiles
from decision_service.ledger.verify import Known, Report, verify_ledger
from decision_service.proof.note import Checkpoint, NoteError, VerifierKey, open_note
from decision_service.proof.receipt import MAX_BYTES, Proven, ReceiptError, verify_receipt
from decision_service.proof.trusted import public_key_of

LEDGER = Path("var/ledger.sqlite3")
Ledger = Annotated[Path | None, typer.Option("--ledger", help="账本文件 file of the record")]
Keys = Annotated[list[str] | None, typer.Option("--public-key", help="可信公钥 of the log, trusted, repeatable")]
Receipts = Annotated[list[Path] | None, typer.Option("--receipt", help="回执文件 file of a receipt, repeatable")]
Noted = Annotated[list[Path] | None, typer.Option("--checkpoint", help="他处保存的检查点 one that someone kept")]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", help="见证人公钥 verifier key, repeatable")]


def build() -> typer.Typer:
    """The commands of `miaopi ledger`."""
    app = typer.Typer(help="账本审计。 The auditor's tools on the record.", no_args_is_help=True)
    app.command("verify")(verify)
    app.command("key")(ledger_key.key)
    app.command("witness")(witness)
    app.command("tables")(ledger_database.tables)
    app.command("copy")(ledger_database.copy)
    app.callback()(_group)
    return app


def _group() -> None:
    """账本审计。 The auditor's tools on the record."""


def verify(
    ledger: Ledger = None,
    public_key: Keys = None,
    receipt: Receipts = None,
    checkpoint: Noted = None,
    witness: Witnesses = None,
    json: Json = False,
) -> None:
    """校验账本或回执。 Check a whole ledger, or receipts alone (without --ledger), or both against each other; exit 1
    if not sound."""
    trusted = [_key(text, json=json) for text in public_key] if public_key else None
    witnesses = [_witness(text, json=json) for text in witness or ()]
    proven = [_proven(path, trusted, witnesses, json=json) for path in receipt or ()]
    told: dict[str, object] = {}
    sound = all(not isinstance(one, str) for _, one in proven)
    if proven:
        told["receipts"] = [_receipt_json(path, one) for path, one in proven]
        if not json:
            _show_receipts(proven)
    if ledger is not None or not proven:
        noted = [_checkpoint(path, trusted, json=json) for path in checkpoint or ()]
        held = {one.index: one.leaf for _, one in proven if not isinstance(one, str)}
        report = _walk(ledger or LEDGER, trusted, held, noted, json=json)
        told |= _as_json(report)
        sound = sound and report.is_sound
        if not json:
            _show(report)
    if json:
        print_json({**told, "sound": sound})
    if not sound:
        raise typer.Exit(FINDINGS)


def _walk(
    ledger: Path, trusted: list[bytes] | None, held: dict[int, bytes], noted: list[Checkpoint], *, json: bool
) -> Report:
    files = LedgerFiles.beside(ledger)
    try:
        with ExitStack() as stack, progress() as bar:
            ring = None
            if files.ring.is_file() and files.master.is_file():
                ring = files.existing_ring()
                stack.callback(ring.close)
            task = bar.add_task("记录 records", total=None)
            return verify_ledger(
                ledger,
                lambda done, total: bar.update(task, completed=done, total=total),
                Known(trusted, held, noted, ring),
            )
    except LedgerRefusedError as error:
        misuse(str(error), "账本读不出", json=json)


def _proven(
    path: Path, trusted: list[bytes] | None, witnesses: list[VerifierKey], *, json: bool
) -> tuple[Path, Proven | str]:
    if not trusted:
        misuse(
            "--public-key: a receipt proves nothing without a key from elsewhere", "核验回执须给出可信公钥", json=json
        )
    content = _content(path, json=json)
    try:
        return path, verify_receipt(content, *trusted, witnesses=witnesses)
    except ReceiptError as error:
        return path, str(error)


def _checkpoint(path: Path, trusted: list[bytes] | None, *, json: bool) -> Checkpoint:
    if not trusted:
        misuse("--public-key: a checkpoint needs a key to be checked with", "核验检查点须给出可信公钥", json=json)
    try:
        text = _content(path, json=json).decode()
        origin = text.partition("\n")[0]
        return Checkpoint.parse(open_note(text, [VerifierKey(origin, key) for key in trusted]).body)
    except (NoteError, UnicodeDecodeError) as error:
        misuse(f"{path}: no checkpoint under this key ({error})", f"{path}：用这把公钥不能核验的检查点", json=json)


def _content(path: Path, *, json: bool) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        misuse(f"{path}: {error.strerror}", f"{path}：读不出（{error.strerror}）", json=json)


def _key(text: str, *, json: bool) -> bytes:
    try:
        return public_key_of(text)
    except NoteError as error:
        misuse(f"--public-key: {error}", "公钥格式不对", json=json)


def _witness(text: str, *, json: bool) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except NoteError as error:
        misuse(f"--witness: {error}", "见证人公钥格式不对", json=json)


def _receipt_json(path: Path, proven: Proven | str) -> dict[str, object]:
    if isinstance(proven, str):
        return {"file": str(path), "holds": False, "why": proven}
    return {
        "file": str(path),
        "holds": True,
        "log": proven.log,
        "index": proven.index,
        "decision_id": proven.statement.decision_id,
        "checkpoint": proven.checkpoint.size,
        "witnesses": list(proven.witnesses),
    }


def _show_receipts(proven: list[tuple[Path, Proven | str]]) -> None:
    out = console()
    for path, one in proven:
        if isinstance(one, str):
            out.print(f"不能证明 PROVES NOTHING {path}: {one}", markup=False)
        else:
            seen = ", ".join(one.witnesses) or "无见证人 no witness"
            out.print(
                f"属实 holds {path}: log {one.log}, record {one.index} of {one.checkpoint.size}, "
                f"decision {one.statement.decision_id}, seen by {seen}",
                markup=False,
            )


def _as_json(report: Report) -> dict[str, object]:
    first = report.first
    return {
        "sound": report.is_sound,
        "log": report.log,
        "records": report.records,
        "bad": report.bad,
        "first": None if first is None else {"index": first.index, "what": first.what},
        "head": f"sha256:{report.head.hex()}",
        "root": f"sha256:{report.root.hex()}",
        "keys": dict(report.keys),
        "checkpoints": report.checkpoints,
        "read": report.read,
        "erased": report.erased,
    }


def _show(report: Report) -> None:
    out = console()
    keys = ", ".join(f"{name} ({count})" for name, count in report.keys.items())
    out.print(f"账本 log {report.log}: {report.records} record(s), signed by {keys or 'no key'}", markup=False)
    sealed = "无密钥环，未核对内容 contents not opened, no key ring here"
    if report.read or report.erased or not report.records:
        sealed = f"已核对内容 contents opened {report.read}, 已依法删除 erased {report.erased}"
    out.print(f"检查点 checkpoint(s) {report.checkpoints}; {sealed}", markup=False)
    if report.first is None:
        out.print(f"完好 sound  head sha256:{report.head.hex()}", markup=False)
        out.print(f"树根 root sha256:{report.root.hex()}", markup=False)
        return
    where = "the file" if report.first.index is None else f"record {report.first.index}"
    out.print(f"有误 NOT SOUND: {report.bad} bad; first: {where}: {report.first.what}", markup=False)
