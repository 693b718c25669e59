"""The workbench's own file: drafts and remarks. Nothing in it decides anything, and no personal value belongs there."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Store:
    """A SQLite file that one process writes. Used from any thread; statements are short."""

    def __init__(self, path: Path, schema: Iterable[str]) -> None:
        """Makes the file, and what of `schema` is missing. Raises OSError or sqlite3.Error where it can't be used."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._turn = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        for statement in schema:
            self._connection.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is done in the block, or nothing of it."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # of some failures SQLite makes an end by itself
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, statement: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self._turn:
            return self._connection.execute(statement, tuple(values)).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._connection.close()
