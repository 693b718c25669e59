"""Taking a backup while the service serves."""

import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from decision_service.backup.copying import appearing, copy_database, copy_file, measured, write_file
from decision_service.backup.manifest import NAME, Manifest
from decision_service.backup.parts import LEDGER, MASTER, RING, BackupRefusedError, Part
from decision_service.backup.record import PersonKeys, newest_checkpoint, verified
from decision_service.ledger.verify import Progress


def back_up(parts: Sequence[Part], to: Path, keys: Path | None, now: datetime, progress: Progress) -> Manifest:
    """Copy all parts into the new folder `to`, and those that are secret into the new folder `keys`; without one they
    are left out. Both are on disk when this returns, and the copied record was verified.

    Raises BackupRefusedError: then nothing is left behind.
    """
    if keys is not None and keys.absolute().is_relative_to(to.absolute()):
        raise BackupRefusedError(f"{keys}: keys must not lie with what they open; name a folder on another disk")
    try:
        with ExitStack() as stack:
            folder = stack.enter_context(appearing(to))
            key_folder = None if keys is None else stack.enter_context(appearing(keys))
            _copy(parts, folder, key_folder)
            return _described(folder, key_folder, now, progress)
    except (OSError, sqlite3.Error) as error:
        raise BackupRefusedError(f"the backup was not made: {error}") from None


def _copy(parts: Sequence[Part], folder: Path, keys: Path | None) -> None:
    for part in parts:
        target = keys if part.secret else folder
        if part.derived or target is None or not part.path.is_file():
            if part.name == LEDGER:
                raise BackupRefusedError(f"{part.path}: no such record; name it with --ledger")
            continue
        copy = copy_database if part.database else copy_file
        copy(part.path, target / part.name)


def _described(folder: Path, keys: Path | None, now: datetime, progress: Progress) -> Manifest:
    ledger = folder / LEDGER
    report = verified(ledger, None if keys is None else PersonKeys(keys / RING, keys / MASTER), progress)
    manifest = Manifest(
        made_at=now.isoformat(timespec="seconds"),
        log=report.log,
        records=report.records,
        head=report.head.hex(),
        root=report.root.hex(),
        checkpoint=newest_checkpoint(ledger),
        files={},
    )
    for one in (folder, keys):
        if one is not None:
            files = {path.name: measured(path) for path in sorted(one.iterdir())}
            write_file(one / NAME, replace(manifest, files=files).to_bytes())
    return manifest
