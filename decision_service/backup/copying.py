"""Copying files so that they are whole and on disk, and folders that appear at once or not at all."""

import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from decision_service.backup.parts import BackupRefusedError
from decision_service.ledger.connection import connect
from decision_service.ledger.keys import sync_directory

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy's size in bytes and its SHA-256 (hex)."""

    bytes: int
    sha256: str


def copy_database(source: Path, target: Path) -> None:
    """One moment of a SQLite file that may be written meanwhile, as one new file. Raises sqlite3.Error, OSError."""
    _new(target)
    with closing(connect(source)) as reading, closing(sqlite3.connect(target, isolation_level=None)) as writing:
        reading.execute("PRAGMA query_only = ON")
        writing.execute("PRAGMA synchronous = OFF")  # synced once, at the end
        reading.backup(writing, pages=-1)
        writing.execute("PRAGMA journal_mode = DELETE")
    _sync(target)


def copy_file(source: Path, target: Path) -> None:
    """A file as it is. Raises OSError."""
    _new(target)
    with source.open("rb") as reading, target.open("wb") as writing:
        shutil.copyfileobj(reading, writing, _CHUNK)
    _sync(target)


def write_file(target: Path, content: bytes) -> None:
    """A new file that holds `content`. Raises OSError."""
    _new(target)
    target.write_bytes(content)
    _sync(target)


def measured(path: Path) -> Copied:
    """The size and digest of a file. Raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Copied(path.stat().st_size, digest)


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder to fill; at the end of the block it is on disk under its name. Raises BackupRefusedError where there is
    something of that name."""
    if folder.exists():
        raise BackupRefusedError(f"{folder}: is there already, and no backup is overwritten; name a new folder")
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700)
    try:
        yield draft
        sync_directory(draft)
        draft.rename(folder)
        sync_directory(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _new(path: Path) -> None:
    """An empty file that only its owner reads, who is that of its folder: an administrator restores for the service."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
