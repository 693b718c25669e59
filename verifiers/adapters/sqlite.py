"""Read-only views in a SQLite file, such as one that a register's owner delivers each night."""

import sqlite3
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from verifiers.adapters.databases import ReadFailedError, Rows, Statement

_STEPS: Final = 10_000
"""Instructions of SQLite between two looks at the clock: well under a millisecond."""


class SqliteFile:
    """The file. Opened read-only, and told to refuse writes besides."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def opened(self, seconds: float) -> "SqliteSession":
        """A new session. Raises ReadFailedError."""
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(self._path))}?mode=ro",
                uri=True,
                timeout=seconds,
                isolation_level=None,
                check_same_thread=False,
            )
            connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise ReadFailedError(_fault(error)) from None
        return SqliteSession(connection)


class SqliteSession:
    """One connection to the file. Never kept: the owner may put a new file in its place at any time."""

    kept = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._stopped = False

    def read(self, statement: Statement, seconds: float) -> Rows:
        """The rows. Raises ReadFailedError."""
        ends_at = time.monotonic() + seconds
        self._connection.set_progress_handler(lambda: self._stopped or time.monotonic() > ends_at, _STEPS)
        try:
            self._connection.execute(f"PRAGMA busy_timeout = {max(1, int(seconds * 1000))}")
            rows = self._connection.execute(_text(statement), _values(statement)).fetchall()
        except sqlite3.Error as error:
            raise ReadFailedError(_fault(error)) from None
        except (ValueError, OverflowError):  # a text with half a character, a number of more than 64 bits
            raise ReadFailedError("value") from None
        return rows

    def stop(self) -> None:
        """Ends at the next look at the clock."""
        self._stopped = True

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _text(statement: Statement) -> str:
    # In brackets: within double quotes SQLite takes a column that is not there for a text.
    columns = ", ".join(f"[{name}]" for name in statement.columns)
    view = ".".join(f"[{name}]" for name in statement.view)
    where = " AND ".join(f"[{name}] IN ({', '.join('?' * len(values))})" for name, values in statement.where)
    return f"SELECT {columns} FROM {view} WHERE {where} LIMIT {statement.most}"  # noqa: S608 - identifiers were checked, values are bound


def _values(statement: Statement) -> list[object]:
    return [value for _, values in statement.where for value in values]


def _fault(error: sqlite3.Error) -> str:
    name: str = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    return "late" if name in ("SQLITE_INTERRUPT", "SQLITE_BUSY") else name.lower()
