"""Opening the SQLite file of a ledger: made if new, and refused unless a commit there means "on disk"."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from decision_service.ledger import schema
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keys import sync_directory

Connect = Callable[[Path], sqlite3.Connection]
"""How a file becomes a connection; tests put one here whose disk fails."""

SYNCHRONOUS: Final = {"OFF": 0, "NORMAL": 1, "FULL": 2, "EXTRA": 3}
"""SQLite's levels. In WAL mode, NORMAL does not sync on commit: a power cut then loses decisions already answered."""

BUSY_SECONDS: Final = 5.0
"""How long to wait for another process that writes to the same file."""


def connect(path: Path) -> sqlite3.Connection:
    """A plain connection whose transactions are ours to begin and end, usable from any one thread at a time."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def open_for_writing(path: Path, log: str, synchronous: str, connect: Connect) -> sqlite3.Connection:
    """A connection to the ledger at `path`, which is made if it isn't there.

    Raises LedgerRefusedError if commits would not be durable, the file can't be written, is another log or none,
    or its head does not follow from the records before; sqlite3.Error or OSError if the disk fails.
    """
    make_file(path)
    connection = connect(path)
    try:
        _require_writable(path, connection)
        _require_durable(path, connection, synchronous)
        _make_tables(path, connection, log)
        row = connection.execute(f"{schema.SELECT} ORDER BY position DESC LIMIT 1").fetchone()
        schema.require_sound_head(f"ledger {path}", log, row)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path, connect: Connect) -> sqlite3.Connection:
    """A connection that can't write, to a file that `open_for_writing` has made."""
    connection = connect(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def make_file(path: Path) -> None:
    """An empty file that only its owner reads, as it will hold personal data; SQLite gives its -wal the same mode."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    sync_directory(path.parent)


def _require_durable(path: Path, connection: sqlite3.Connection, synchronous: str) -> None:
    level = SYNCHRONOUS.get(synchronous.upper())
    if level is None or level < SYNCHRONOUS["FULL"]:
        raise LedgerRefusedError(
            f"ledger {path}: synchronous={synchronous!r} may lose answered decisions; set FULL or EXTRA"
        )
    journal = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if journal != "wal":
        raise LedgerRefusedError(f"ledger {path}: no write-ahead log here (journal is {journal!r}); use a local disk")
    connection.execute(f"PRAGMA synchronous = {level}")
    # The write-ahead log is moved into the file by `SqliteStore.tidy`, beside the work: no commit waits for it.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    # macOS acknowledges fsync before the drive has written, unless asked so.
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    in_force = connection.execute("PRAGMA synchronous").fetchone()[0]
    if in_force != level:
        raise LedgerRefusedError(
            f"ledger {path}: asked SQLite for synchronous={level}, it keeps {in_force}: decisions could be lost"
        )


def _require_writable(path: Path, connection: sqlite3.Connection) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        # BEGIN alone succeeds on a read-only file; writing what is there already does not.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        raise LedgerRefusedError(
            f"ledger {path}: can't be written ({error}); give the service a directory it may write"
        ) from error


def _make_tables(path: Path, connection: sqlite3.Connection, log: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        for statement in schema.TABLES:
            connection.execute(statement)
        connection.execute("INSERT INTO about (one, log) VALUES (1, ?)", (log,))
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    elif version != schema.VERSION:
        raise LedgerRefusedError(
            f"ledger {path}: not a ledger of format {schema.VERSION} (found {version}); name another file"
        )
    connection.execute("COMMIT")
    found = connection.execute("SELECT log FROM about").fetchone()
    if found != (log,):
        raise LedgerRefusedError(f"ledger {path}: holds another log than {log!r}; name the file or the log right")
