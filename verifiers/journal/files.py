"""The journal's files: made for their owner alone, and their names on disk before anything is said to be kept."""

import os
import secrets
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from verifiers.journal import schema
from verifiers.journal.errors import JournalRefusedError

Connect = Callable[[Path], sqlite3.Connection]
"""How a file becomes a connection; tests put one here whose disk fails."""

BUSY_SECONDS: Final = 5.0
"""How long to wait for another process that writes to the same file."""

_KEY_BYTES: Final = 32
_FULL: Final = 2


def connect(path: Path) -> sqlite3.Connection:
    """A plain connection whose transactions are ours to begin and end, usable from any one thread at a time."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def open_for_writing(path: Path, connect: Connect) -> sqlite3.Connection:
    """A connection to the journal at `path`, made if it isn't there, where a commit is on disk before it returns.

    Raises JournalRefusedError where that can't be had, or the file is something else; sqlite3.Error or OSError if the
    disk fails.
    """
    _make_file(path)
    connection = connect(path)
    try:
        _require_durable(path, connection)
        _make_tables(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that can't write. Raises JournalRefusedError if `path` is no journal."""
    if not path.is_file():
        raise JournalRefusedError(f"journal {path}: no such file; name the one beside the ledger")
    connection = connect(path)
    try:
        connection.execute("PRAGMA query_only = ON")
        _require_journal(path, connection)
    except sqlite3.Error as error:
        connection.close()
        raise JournalRefusedError(f"journal {path}: can't be read ({error})") from error
    except JournalRefusedError:
        connection.close()
        raise
    return connection


def load_or_create_key(path: Path) -> bytes:
    """The 32 bytes at `path` under which subjects are marked, made with mode 0600 if nothing lies there.

    Raises JournalRefusedError if the file is no such key, can be read by others, or can't be made.
    """
    try:
        if not path.exists():
            _create_key(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise JournalRefusedError(f"journal key {path}: others may read it (mode {mode:04o}); chmod 600 it")
        key = path.read_bytes()
    except OSError as error:
        raise JournalRefusedError(
            f"journal key {path}: {error.strerror}; the service must be able to write there"
        ) from error
    if len(key) != _KEY_BYTES:
        raise JournalRefusedError(f"journal key {path}: must hold {_KEY_BYTES} bytes; put the right file back")
    return key


def _create_key(path: Path) -> None:
    """A crash leaves the whole key or none, and of two processes that start together one key wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        _sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _make_file(path: Path) -> None:
    """An empty file that only its owner reads; SQLite gives its -wal the same mode."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_durable(path: Path, connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise JournalRefusedError(f"journal {path}: no write-ahead log here ({mode!r}); use a local disk")
    for pragma in ("synchronous = FULL", "fullfsync = ON", "checkpoint_fullfsync = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA synchronous").fetchone()[0] != _FULL:
        raise JournalRefusedError(f"journal {path}: SQLite does not sync commits here; use another build of it")


def _make_tables(path: Path, connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        for statement in schema.TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    else:
        _require_journal(path, connection)
        # Writing what is there already: on a file that can't be written this fails now and not at the first call.
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
    connection.execute("COMMIT")


def _require_journal(path: Path, connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    kind = connection.execute("PRAGMA application_id").fetchone()[0]
    if (version, kind) != (schema.VERSION, schema.APPLICATION_ID):
        raise JournalRefusedError(f"journal {path}: not a journal of format {schema.VERSION}; name another file")
