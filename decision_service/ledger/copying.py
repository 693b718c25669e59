"""A ledger that lies in PostgreSQL, copied into a file that every tool of the auditor reads.

The copy is to be read only: a second place where the log goes on would be a fork of it. So it bears another number than
a ledger that is written to, and no service opens it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import psycopg
from pydantic import SecretStr

from decision_service.ledger import schema
from decision_service.ledger.connection import connect, make_file
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.keys import sync_directory
from decision_service.ledger.postgres_connection import WHERE, BoundedConnection, open_for_reading, sqlstate
from decision_service.ledger.verify import Progress

VERSION: Final = -schema.VERSION
"""`user_version` of a copy."""

STEP: Final = 500
"""Records that are fetched at once."""


def copy_ledger(address: SecretStr, path: Path, progress: Progress) -> int:
    """Copy the ledger at `address` to `path`, where nothing may lie but an earlier copy; answers the number of records.

    It is that of one moment, while the service writes on. Raises LedgerRefusedError, LedgerFaultError.
    """
    if path.exists() and not _is_copy(path):
        raise LedgerRefusedError(f"{path}: lies there already, and is no copy of a ledger; name another file")
    draft = path.with_name(f".{path.name}.copying")
    try:
        draft.unlink(missing_ok=True)
        make_file(draft)
        with closing(open_for_reading(address.get_secret_value())) as source, closing(connect(draft)) as target:
            count = _copy(source, target, progress)
        draft.replace(path)
        sync_directory(path.parent)
    except psycopg.Error as error:
        raise LedgerFaultError(f"{WHERE}: can't be read ({sqlstate(error)})") from None
    except sqlite3.Error as error:
        raise LedgerFaultError(f"{path}: can't be written ({error})") from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def _is_copy(path: Path) -> bool:
    try:
        with closing(connect(path)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone() == (VERSION,))
    except sqlite3.Error:
        return False


def _copy(source: BoundedConnection, target: sqlite3.Connection, progress: Progress) -> int:
    target.execute("PRAGMA synchronous = FULL")
    target.execute("BEGIN")
    for statement in schema.TABLES:
        target.execute(statement)
    done = 0
    with source.transaction():
        source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # one snapshot for all tables
        (log,) = source.execute("SELECT log FROM about").fetchall()
        target.execute("INSERT INTO about (one, log) VALUES (1, ?)", log)
        total = source.execute("SELECT count(*) FROM record").fetchall()[0][0]
        with source.cursor(name="records") as records:
            records.execute(f"SELECT {schema.COLUMNS} FROM record ORDER BY position")  # noqa: S608 - constants
            while rows := records.fetchmany(STEP):
                target.executemany(schema.INSERT, rows)
                done += len(rows)
                progress(done, total)
        with source.cursor(name="nodes") as nodes:
            nodes.execute("SELECT level, place, hash FROM node")
            while rows := nodes.fetchmany(STEP):
                target.executemany("INSERT INTO node VALUES (?, ?, ?)", rows)
        checkpoints = source.execute("SELECT size, note, cosignatures FROM checkpoint").fetchall()
        target.executemany("INSERT INTO checkpoint VALUES (?, ?, ?)", checkpoints)
    target.execute(f"PRAGMA user_version = {VERSION}")
    target.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    target.execute("COMMIT")
    return done
