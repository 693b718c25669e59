"""Putting a backup back: verified first, never over a newer record unasked, and whole or not at all.

While it is under way a marker lies beside the record, and the service does not start: a record without its journal, or
no record at all where there was one, would look like a beginning.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from decision_service.backup.copying import copy_file, write_file
from decision_service.backup.manifest import Manifest
from decision_service.backup.parts import LEDGER, MASTER, RING, BackupRefusedError, Part
from decision_service.backup.record import PersonKeys, key_ids, key_ids_at_rest, leaf_at, reach_of, verified
from decision_service.ledger.errors import LedgerError
from decision_service.ledger.keys import sync_directory
from decision_service.ledger.using import alone, marker_of
from decision_service.ledger.verify import Progress, Report

_BESIDE = ("", "-wal", "-shm")
"""What SQLite keeps beside a file belongs to it."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, what the walk over it found, and where that lies now which was there before."""

    manifest: Manifest
    report: Report
    moved: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A backup: its folder, and that of its keys, or None where the keys are at their place already."""

    folder: Path
    keys: Path | None

    def given(self, part: Part) -> Path | None:
        """Where a part lies in the backup, if it has it; None where this part is not its matter."""
        folder = self.keys if part.secret else self.folder
        return None if folder is None else folder / part.name


def restore(parts: Sequence[Part], source: Source, words: str, now: datetime, progress: Progress) -> Restored:
    """Put the backup at `source` where `parts` lie; what was there is moved aside, never deleted. `words` say what may
    be lost, where the record in place is newer. Raises BackupRefusedError."""
    try:
        manifest = Manifest.read(source.folder)
        manifest.require_whole(source.folder)
        _require_keys(parts, source, manifest)
        places = {part.name: part.path for part in parts}
        place = places[LEDGER]
        with alone(place):
            _require_not_newer(place, source.folder / LEDGER, manifest, words)
            with _fresh(parts, source) as fresh:
                keys = PersonKeys(fresh.get(RING, places[RING]), fresh.get(MASTER, places[MASTER]))
                report = verified(fresh[LEDGER], keys, progress)
                if (report.log, report.records, report.root.hex()) != (manifest.log, manifest.records, manifest.root):
                    raise BackupRefusedError(f"{source.folder}: the manifest is that of another record")
                return Restored(manifest, report, _put(parts, source, fresh, now))
    except (OSError, sqlite3.Error, LedgerError) as error:
        raise BackupRefusedError(f"the backup was not put back: {error}") from None


@contextmanager
def _fresh(parts: Sequence[Part], source: Source) -> Iterator[dict[str, Path]]:
    """What is put back, copied beside the places it goes to; what still lies there at the end is taken away."""
    made: dict[str, Path] = {}
    try:
        for part in parts:
            given = source.given(part)
            if given is not None and given.is_file():
                part.path.parent.mkdir(parents=True, exist_ok=True)
                made[part.name] = part.path.with_name(f".{part.path.name}.restored")
                made[part.name].unlink(missing_ok=True)
                copy_file(given, made[part.name])
        yield made
    finally:
        for path in made.values():
            path.unlink(missing_ok=True)


def _require_keys(parts: Sequence[Part], source: Source, manifest: Manifest) -> None:
    if source.keys is None:
        missing = [str(part.path) for part in parts if part.secret and not part.path.is_file()]
        if missing:
            raise BackupRefusedError(f"no keys at {', '.join(missing)}: name the folder of the backup's keys, --keys")
        return
    own = Manifest.read(source.keys)
    own.require_whole(source.keys)
    # Keys of an earlier backup would bring back what was erased since, and lack those of whoever came since.
    if own.log != manifest.log or own.records < manifest.records:
        raise BackupRefusedError(f"{source.keys}: are the keys of another or an earlier backup; name those of this one")
    ring = next(part.path for part in parts if part.name == RING)
    if ring.is_file():
        there, given = key_ids(ring), key_ids_at_rest(source.keys / RING)
        if there & given and given - there:
            raise BackupRefusedError(
                f"{ring}: {len(given - there)} key(s) of the backup were destroyed here since: what was erased would "
                "come back. Leave --keys out: the keys in place open the backup"
            )


def _require_not_newer(place: Path, copy: Path, manifest: Manifest, words: str) -> None:
    if not place.exists():
        return
    try:
        log, records = reach_of(place)
        shared = min(records, manifest.records) - 1
        follows = shared < 0 or leaf_at(place, shared) == leaf_at(copy, shared)
    except (sqlite3.Error, TypeError):
        needed = "lose a record that cannot be read"
    else:
        if log != manifest.log:
            raise BackupRefusedError(f"{place}: holds the log {log!r}, the backup is of {manifest.log!r}")
        lost = records - manifest.records if follows else records
        if follows and lost <= 0:
            return
        needed = f"lose {lost} records"
    if words != needed:
        raise BackupRefusedError(
            f"{place}: the record here is newer than the backup, or another one. Keep it, or say what it costs: "
            f'--force-older "{needed}"'
        )


def _put(parts: Sequence[Part], source: Source, fresh: Mapping[str, Path], now: datetime) -> tuple[Path, ...]:
    place = next(part.path for part in parts if part.name == LEDGER)
    marker = marker_of(place)
    if not marker.exists():
        write_file(marker, b"")
        sync_directory(marker.parent)
    stamp, moved = now.strftime("%Y%m%dT%H%M%S"), []
    for part in parts:
        if source.given(part) is None:
            continue
        for beside in _BESIDE:
            old = part.path.with_name(part.path.name + beside)
            if old.exists():
                aside = part.path.with_name(f"{part.path.name}.before-{stamp}{beside}")
                old.rename(aside)
                moved.append(aside)
        if part.name in fresh:
            fresh[part.name].rename(part.path)
        if part.path.parent.is_dir():
            sync_directory(part.path.parent)
    marker.unlink()
    sync_directory(marker.parent)
    return tuple(moved)
