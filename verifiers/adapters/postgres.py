"""Read-only views in a PostgreSQL database. Needs psycopg 3 (the extra `postgres`)."""

import math
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from verifiers.adapters.databases import ConnectionLostError, ReadFailedError, Rows, Statement


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """Where the database is (a connection string of libpq without a password), and the password where one is needed."""

    dsn: str
    password: str | None = field(repr=False)

    def opened(self, seconds: float) -> "PostgresSession":
        """A new session. Raises ReadFailedError."""
        try:
            connection = psycopg.connect(
                self.dsn,
                password=self.password,
                connect_timeout=max(1, math.ceil(seconds)),
                application_name="miaopi",
                prepare_threshold=None,  # poolers in between give each transaction another server
            )
            connection.read_only = True
        except psycopg.Error as error:
            raise ReadFailedError(_fault(error, "network")) from None
        return PostgresSession(connection)


class PostgresSession:
    """One connection. Every read is a transaction READ ONLY of its own."""

    kept = True

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def read(self, statement: Statement, seconds: float) -> Rows:
        """The rows. Raises ReadFailedError; ConnectionLostError when the session can't be used any more."""
        ends_at = time.monotonic() + seconds
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                left = max(1, int((ends_at - time.monotonic()) * 1000))
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", (str(left),))
                cursor.execute(_text(statement), [value for _, values in statement.where for value in values])
                return cursor.fetchall()
        except psycopg.errors.QueryCanceled:
            raise ReadFailedError("late") from None
        except psycopg.Error as error:
            lost = self._connection.broken or self._connection.closed
            raise (ConnectionLostError if lost else ReadFailedError)(_fault(error, "network")) from None
        except (ValueError, OverflowError):  # a text with half a character, for one
            raise ReadFailedError("value") from None

    def stop(self) -> None:
        """Hangs up: a thread that waits for a server that says nothing wakes up and fails."""
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self._connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        with suppress(psycopg.Error):
            self._connection.close()


def _text(statement: Statement) -> sql.Composed:
    where = [
        sql.SQL("{} IN ({})").format(sql.Identifier(name), sql.SQL(", ").join([sql.Placeholder()] * len(values)))
        for name, values in statement.where
    ]
    return sql.SQL("SELECT {} FROM {} WHERE {} LIMIT {}").format(
        sql.SQL(", ").join([sql.Identifier(name) for name in statement.columns]),
        sql.Identifier(*statement.view),
        sql.SQL(" AND ").join(where),
        sql.Literal(statement.most),
    )


def _fault(error: psycopg.Error, otherwise: str) -> str:
    """The five characters of SQLSTATE (PostgreSQL documentation, appendix A), which hold no value."""
    return f"sqlstate_{error.sqlstate}" if error.sqlstate else otherwise
