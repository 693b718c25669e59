"""A disk that loses its unsynced writes when the power goes: a VFS of SQLite that remembers how to undo them.

The model is crude and hard: at the cut, of each file, any of the writes since its last sync may be missing, whatever
their order (a drive's cache), and a write that is missing leaves what was there before.
"""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import apsw


@dataclass
class Unsynced:
    """What was written to a file since its last sync: offset, what stood there before, and how long the file was."""

    writes: list[tuple[int, bytes, int]] = field(default_factory=list)


@dataclass
class Disk:
    """Files whose unsynced writes are known. `cut` is asked at each write and sync whether the power goes now."""

    files: dict[str, Unsynced] = field(default_factory=dict)
    happened: Callable[[], None] = lambda: None
    syncs: int = 0

    def copy_after_cut(self, path: Path, folder: Path, dice: random.Random) -> Path:
        """The ledger at `path` as it is found when the power is back."""
        folder.mkdir()
        for name in (path.name, f"{path.name}-wal"):
            source = path.with_name(name)
            if not source.exists():
                continue
            copy = Path(shutil.copyfile(source, folder / name))
            lost = self.files.get(str(source), Unsynced()).writes
            share = dice.choice([0.0, 0.3, 0.7, 1.0])
            with copy.open("r+b") as file:
                for offset, before, length in reversed(lost):
                    if dice.random() < share:
                        file.seek(offset)
                        file.write(before)
                        if length < offset + len(before) or not before:
                            file.truncate(max(length, 0))
        return folder / path.name


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, base: str, name: object, flags: list[int]) -> None:
        super().__init__(base, name, flags)
        self._disk = disk
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._lost = disk.files.setdefault(path, Unsynced())

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        size = self.xFileSize()
        there = max(0, min(len(data), size - offset))
        before = bytes(self.xRead(there, offset)) if there else b""
        self._lost.writes.append((offset, before, size))
        super().xWrite(data, offset)
        self._disk.happened()

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's name
        was = self.xFileSize()
        if was > size:
            self._lost.writes.append((size, bytes(self.xRead(was - size, size)), was))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.happened()
        super().xSync(flags)
        self._disk.syncs += 1
        self._lost.writes.clear()


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self.name = f"power-{uuid4().hex}"
        self._disk = disk
        super().__init__(self.name, "")

    def xOpen(self, name: object, flags: list[int]) -> _File:  # noqa: N802 - SQLite's name
        return _File(self._disk, "", name, flags)


class _Found:
    def __init__(self, rows: list[tuple]) -> None:
        self._rows = rows

    def fetchone(self) -> tuple | None:
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[tuple]:
        return self._rows

    def __iter__(self) -> Iterator[tuple]:
        return iter(self._rows)


class _Connection:
    """As much of `sqlite3.Connection` as the ledger uses, over APSW. `weaker`: every commit is NORMAL, whatever is
    asked, and says that it is FULL."""

    def __init__(self, path: Path, vfs: str, *, weaker: bool) -> None:
        self._apsw = apsw.Connection(str(path), vfs=vfs)
        self._apsw.set_busy_timeout(5000)
        self._weaker = weaker

    def execute(self, sql: str, parameters: tuple = ()) -> _Found:
        if self._weaker and sql == "PRAGMA synchronous":
            return _Found([(2,)])
        if self._weaker and sql.startswith("PRAGMA synchronous ="):
            sql = "PRAGMA synchronous = NORMAL"
        with _as_sqlite3():
            return _Found(self._apsw.execute(sql, parameters).fetchall())

    def executemany(self, sql: str, rows: list[tuple]) -> None:
        with _as_sqlite3():
            self._apsw.executemany(sql, rows)

    def close(self) -> None:
        self._apsw.close()


@contextmanager
def _as_sqlite3() -> Iterator[None]:
    try:
        yield
    except apsw.ConstraintError as error:
        raise sqlite3.IntegrityError(str(error)) from error
    except apsw.Error as error:
        raise sqlite3.OperationalError(str(error)) from error


@contextmanager
def powered(*, weaker: bool = False) -> Iterator[tuple[Disk, Callable[[Path], sqlite3.Connection]]]:
    """A disk, and what opens ledgers on it."""
    disk = Disk()
    vfs = _Vfs(disk)
    try:
        yield disk, lambda path: _Connection(path, vfs.name, weaker=weaker)  # type: ignore[misc]  # as much as is used
    finally:
        vfs.unregister()
