"""Opening the ledger in a PostgreSQL database: made if new, and refused unless a commit there means "on disk"."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, LiteralString

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.rows import TupleRow

from decision_service.ledger import postgres_schema, schema
from decision_service.ledger.errors import LedgerRefusedError

WHERE: Final = "ledger in PostgreSQL"
"""How messages name it: its address may hold a password."""

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 10.0
"""How long to wait for the server to answer one statement, frozen or gone as it may be."""

BUSY_SECONDS: Final = 5
"""How long to wait for another process that writes to the same ledger."""

LOCK: Final = int.from_bytes(sha256(b"miaopi ledger writer").digest()[:8], signed=True)
"""The advisory lock of whoever writes; each write transaction holds it to its end."""

Parameters = Sequence[object]


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A connection that doesn't wait forever for a server that says nothing."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """As psycopg's, with a limit where none is given."""
        return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)


def sqlstate(error: BaseException) -> str:
    """What may be told of an error: never its text, which can hold values or the address."""
    state = getattr(error, "sqlstate", None)
    return f"SQLSTATE {state}" if state else type(error).__name__


def open_for_writing(address: str, log: str) -> BoundedConnection:
    """A connection to the ledger at `address`, which is made if it isn't there.

    Raises LedgerRefusedError if commits would not be durable, it can't be written, is another log or none, was tampered
    with, or its head does not follow from the records before; psycopg.Error if the server fails.
    """
    connection = _connect(address)
    try:
        _require_durable(connection)
        _make_tables(connection, log)
        _require_tables(connection, log)
        row = connection.execute(f"{schema.SELECT} ORDER BY position DESC LIMIT 1").fetchone()
        schema.require_sound_head(WHERE, log, row)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(address: str) -> BoundedConnection:
    """A connection that can't write, to a ledger that `open_for_writing` has made."""
    connection = _connect(address)
    connection.execute("SET default_transaction_read_only = on")
    return connection


def _connect(address: str) -> BoundedConnection:
    try:
        connection = BoundedConnection.connect(
            address, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name="miaopi ledger"
        )
    except psycopg.ProgrammingError:
        # Without its cause: the parser's complaint quotes the address.
        raise LedgerRefusedError(f"{WHERE}: not an address such as postgresql://user@host/database") from None
    connection.execute(f"SET search_path = {postgres_schema.SCHEMA}, pg_temp")
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.execute(f"SET statement_timeout = '{int(ANSWER_SECONDS)}s'")
    # The lock of a writer that died on another machine is let go of when the server notices, or at last now.
    connection.execute(f"SET idle_in_transaction_session_timeout = '{int(ANSWER_SECONDS)}s'")
    return connection


def _require_durable(connection: BoundedConnection) -> None:
    settings = {
        name: one(connection, "SELECT current_setting(%s)", (name,))
        for name in ("fsync", "full_page_writes", "synchronous_commit")
    }
    for name in ("fsync", "full_page_writes"):
        if settings[name] != "on":
            raise LedgerRefusedError(f"{WHERE}: {name} is {settings[name]}: a crash may lose decisions; set it on")
    level = settings["synchronous_commit"]
    if level not in {"on", "remote_apply"}:
        raise LedgerRefusedError(
            f"{WHERE}: synchronous_commit is {level}: answered decisions could be lost; set on or remote_apply"
        )
    connection.execute(f"SET synchronous_commit = {level}")  # whatever the server's file says later
    if one(connection, "SELECT pg_is_in_recovery()"):
        raise LedgerRefusedError(f"{WHERE}: the server is a standby, which can't write; name the primary")


def _make_tables(connection: BoundedConnection, log: str) -> None:
    if one(connection, "SELECT to_regnamespace(%s) IS NOT NULL", (postgres_schema.SCHEMA,)):
        return
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            if not one(connection, "SELECT to_regnamespace(%s) IS NOT NULL", (postgres_schema.SCHEMA,)):
                make_tables(connection, log)
    except psycopg.errors.InsufficientPrivilege:
        raise LedgerRefusedError(
            f"{WHERE}: there is none, and the role may not make one; `miaopi ledger tables` prints what its owner runs"
        ) from None


def make_tables(connection: psycopg.Connection[TupleRow], log: str) -> None:
    """Make an empty ledger, in the transaction that is open."""
    for statement in postgres_schema.made(log):
        connection.execute(statement)


def _require_tables(connection: BoundedConnection, log: str) -> None:
    try:
        found = connection.execute("SELECT log, version FROM about").fetchone()
        triggers = connection.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid "
            "WHERE relnamespace = to_regnamespace(%s) AND NOT tgisinternal AND tgenabled IN ('O', 'A')",
            (postgres_schema.SCHEMA,),
        ).fetchall()
        lacking = [right for right in _RIGHTS if not one(connection, "SELECT has_table_privilege(%s, %s)", right)]
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        raise LedgerRefusedError(
            f"{WHERE}: schema {postgres_schema.SCHEMA} holds no ledger that the role may read"
        ) from None
    if found is None or found[1] != postgres_schema.VERSION:
        raise LedgerRefusedError(f"{WHERE}: not a ledger of format {postgres_schema.VERSION}; name another database")
    if found[0] != log:
        raise LedgerRefusedError(f"{WHERE}: holds another log than {log!r}; name the database or the log right")
    if missing := postgres_schema.TRIGGERS - {str(name) for (name,) in triggers}:
        raise LedgerRefusedError(
            f"{WHERE}: triggers are missing or off ({', '.join(sorted(missing))}): someone changed the tables"
        )
    if lacking:
        raise LedgerRefusedError(f"{WHERE}: can't be written by this role; grant it what `miaopi ledger tables` prints")


_RIGHTS: Final = tuple((f"{postgres_schema.SCHEMA}.{table}", "INSERT") for table in ("record", "node", "checkpoint"))


def one(connection: BoundedConnection, statement: LiteralString, parameters: Parameters = ()) -> Any:  # noqa: ANN401 - a value of SQL
    """The value of the one row and column that `statement` yields."""
    (row,) = connection.execute(statement, parameters).fetchall()
    return row[0]
