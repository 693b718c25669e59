"""What a witness must never forget: the newest checkpoint of each log that it cosigned, in one SQLite file."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from decision_service.proof.note import Checkpoint, NoteError

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS seen (
  origin TEXT PRIMARY KEY,
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32)
) STRICT""",
    """CREATE TRIGGER IF NOT EXISTS seen_update BEFORE UPDATE ON seen
WHEN NEW.origin <> OLD.origin OR NEW.size <= OLD.size
BEGIN SELECT RAISE(ABORT, 'a log only grows'); END""",
    """CREATE TRIGGER IF NOT EXISTS seen_delete BEFORE DELETE ON seen
BEGIN SELECT RAISE(ABORT, 'a log is never forgotten'); END""",
)

_KEEP: Final = """INSERT INTO seen (origin, size, root) VALUES (?, ?, ?)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root"""

BUSY_SECONDS: Final = 5.0
"""How long to wait for another process with the same file."""


class MemoryFaultError(Exception):
    """The file can't be read or written: nothing may be cosigned until it can."""


class Memory:
    """The checkpoints last cosigned, in the file at `path`, which is made if it isn't there. Used from several threads.

    Raises MemoryFaultError where the file is none that can be kept on disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        with self._open():
            pass

    @contextmanager
    def turn(self, origin: str) -> Iterator["Turn"]:
        """Look and keep in one transaction, which is on disk when the block ends; nobody else's turn falls between.

        Nothing is kept if the block raises. Raises MemoryFaultError.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield Turn(connection, origin)
            connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._drop()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = _connect(self._path)
                yield self._connection
            except BaseException as error:
                # Also after a failed sync, of which the kernel tells only once: the next turn reads the file anew.
                self._drop()
                if isinstance(error, sqlite3.Error | OSError):
                    raise MemoryFaultError(f"witness state {self._path}: {error}") from error
                raise

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


class Turn:
    """What a witness remembers of one log, while nobody else can change it."""

    def __init__(self, connection: sqlite3.Connection, origin: str) -> None:
        self._connection = connection
        row = connection.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
        try:
            self.last: Checkpoint | None = None if row is None else Checkpoint(origin, *row)
        except NoteError as error:
            raise MemoryFaultError(f"witness state: what is kept of a log is no checkpoint ({error})") from error

    def keep(self, checkpoint: Checkpoint) -> None:
        """Remember `checkpoint`, which is larger than the last one."""
        self._connection.execute(_KEEP, (checkpoint.origin, checkpoint.size, checkpoint.root))


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        # With a rollback journal EXTRA also syncs the directory after the journal is gone: without, a power cut could
        # bring the journal back and with it the checkpoint before.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("PRAGMA fullfsync = ON")
        for statement in _TABLES:
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection
