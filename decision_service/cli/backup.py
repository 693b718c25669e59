"""`miaopi backup` and `miaopi restore`: all that a service has on disk, copied while it serves, and put back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import Json, console, misuse, print_json, progress

Ledger = Annotated[Path | None, typer.Option("--ledger", help="账本文件 file of the record, else MIAOPI_LEDGER")]
Keys = Annotated[Path | None, typer.Option("--keys", help="密钥另存的文件夹 another folder, for the keys")]


def backup(
    to: Annotated[Path, typer.Argument(help="新文件夹 a new folder")],
    keys: Keys = None,
    ledger: Ledger = None,
    json: Json = False,
) -> None:
    """备份。 Copy the record and the files beside it, also while the service serves."""
    from decision_service.backup.parts import BackupRefusedError, parts_of
    from decision_service.backup.taking import back_up
    from decision_service.settings import SettingsRefusedError, read_settings

    try:
        parts = parts_of(read_settings({"ledger": ledger}))
        with progress() as bar:
            task = bar.add_task("记录 records", total=None)
            made = back_up(
                parts, to, keys, datetime.now(UTC), lambda done, total: bar.update(task, completed=done, total=total)
            )
    except SettingsRefusedError as error:
        misuse(str(error), "设置有误", json=json)
    except BackupRefusedError as error:
        misuse(str(error), "没有备份", json=json)
    if keys is None:
        console().print(
            "未备份密钥：没有密钥则无法读取，请另存密钥（--keys 文件夹）\n"
            "  WITHOUT KEYS: nobody can read this copy without them; keep them too, elsewhere (--keys FOLDER)",
            markup=False,
        )
    if json:
        print_json({"folder": str(to), "log": made.log, "records": made.records, "root": f"sha256:{made.root}"})
        return
    console().print(f"{to}: 备份完好 sound, log {made.log}, {made.records} record(s), root {made.root}", markup=False)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="备份文件夹 a backup")],
    keys: Keys = None,
    ledger: Ledger = None,
    force_older: Annotated[str, typer.Option("--force-older", help="可丢弃的内容 what may be lost, in words")] = "",
    json: Json = False,
) -> None:
    """恢复。 Verify a backup and put it back; the service must be stopped."""
    from decision_service.backup.parts import BackupRefusedError, parts_of
    from decision_service.backup.restoring import Source, restore
    from decision_service.settings import SettingsRefusedError, read_settings

    try:
        parts = parts_of(read_settings({"ledger": ledger}))
        with progress() as bar:
            task = bar.add_task("记录 records", total=None)
            done = restore(
                parts,
                Source(source, keys),
                force_older,
                datetime.now(UTC),
                lambda done, total: bar.update(task, completed=done, total=total),
            )
    except SettingsRefusedError as error:
        misuse(str(error), "设置有误", json=json)
    except BackupRefusedError as error:
        misuse(str(error), "没有恢复", json=json)
    moved = [str(path) for path in done.moved]
    if json:
        told = {"log": done.manifest.log, "records": done.report.records, "erased": done.report.erased, "moved": moved}
        print_json(told)
        return
    made = done.manifest
    console().print(
        f"已恢复{made.records}条记录 {made.records} record(s) put back, log {made.log} of {made.made_at}", markup=False
    )
    for path in moved:
        console().print(f"  原有文件移至 what was there: {path}", markup=False)
