"""The journal in one SQLite file: every commit on disk before it is answered, and what is due dropped for good."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, assert_never

from verifiers.journal import schema
from verifiers.journal.errors import JournalFaultError, JournalRefusedError
from verifiers.journal.files import BUSY_SECONDS, Connect, connect, open_for_writing
from verifiers.journal.reading import JournalReader
from verifiers.journal.records import Access, Ended, Note, RawAnswer, Sent
from verifiers.journal.retention import ACCESS, ANSWER, Retention

CHUNK: Final = 1000
"""Rows dropped in one transaction, so that calls noted meanwhile wait for milliseconds only."""

ERASING_MS: Final = 100
ERASING_TRIES: Final = 20
"""How long, and how often, readers are waited for whose view still needs what was dropped."""


class JournalStore:
    """Writes notes to the journal at `path`. Raises JournalRefusedError when opened on anything but a sound journal.

    Used from several threads. `connect` is for tests, which put a failing disk there.
    """

    def __init__(self, path: Path, retention: Retention, connect: Connect = connect) -> None:
        self._path = path
        self._retention = retention
        self._connect = connect
        self._writing = threading.Lock()
        self._closed = False
        try:
            self._writer: sqlite3.Connection | None = open_for_writing(path, connect)
        except (sqlite3.Error, OSError) as error:
            raise JournalRefusedError(
                f"journal {path}: can't be opened ({error}); name a file on a sound local disk"
            ) from error

    def append(self, notes: Sequence[Note]) -> None:
        """Write `notes` in one transaction, on disk when this returns; a note that stands already stays as it is.

        Raises JournalFaultError; the same notes may then be given again.
        """
        rows: dict[str, list[schema.Row]] = {}
        for note in notes:
            statement, row = self._row(note)
            rows.setdefault(statement, []).append(row)
        with self._transaction() as connection:
            for statement, found in rows.items():
                connection.executemany(statement, found)

    def accesses(self, decision_id: str) -> list[Access]:
        """Who read a decision, oldest first. Raises JournalError."""
        with JournalReader(self._path) as reader:
            return list(reader.accesses(decision_id=decision_id))

    def drop_due(self, now_ms: int) -> Mapping[str, int]:
        """Drop what is past its retention; how many rows of each kind went. Raises JournalFaultError.

        What is dropped is overwritten in the file (secure_delete), row by row; `erase` then empties the log.
        """
        return {kind: self._drop(kind, before, now_ms) for kind, before in self._retention.horizons(now_ms).items()}

    def forget_answers(self, applications: Collection[tuple[str, str]], now_ms: int) -> None:
        """Drop the raw answers to calls made for these applications, whose persons are erased; see
        `Journal.forget_answers`. Raises JournalFaultError also where somebody reads the journal all the while, so that
        the bytes are not gone yet."""
        with self._transaction() as connection:
            for caller, application_id in applications:
                # First: the table lets go only of what is said to be erased.
                connection.execute(schema.INSERT_ERASED, (application_id, now_ms))
                connection.execute(schema.DELETE_ERASED, (application_id, caller))
        for _ in range(ERASING_TRIES):
            if self.erase():
                return
            time.sleep(ERASING_MS / 1000)
        raise JournalFaultError(f"journal {self._path}: a reader keeps what was dropped in its files; try again")

    def erase(self) -> bool:
        """Move everything from the write-ahead log into the file and cut the log to nothing: dropped bytes may stand in
        it still. False where a reader is in the way; then try again. Raises JournalFaultError."""
        with self._writing:
            try:
                connection = self._opened()
                # No decision waits for whoever reads the journal, such as a backup.
                connection.execute(f"PRAGMA busy_timeout = {ERASING_MS}")
                busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            except (sqlite3.Error, OSError, JournalRefusedError) as error:
                self._drop_writer()
                raise JournalFaultError(f"journal {self._path}: can't be put in order ({error})") from error
        return not busy

    def close(self) -> None:
        """Close the file. Later calls raise JournalFaultError; closing twice does nothing."""
        with self._writing:
            self._closed = True
            self._drop_writer()

    def _row(self, note: Note) -> tuple[str, schema.Row]:
        match note:
            case Sent():
                return schema.INSERT_SENT, schema.sent_row(note, self._retention.kept_as(note.register))
            case Ended():
                return schema.INSERT_ENDED, schema.ended_row(note)
            case RawAnswer():
                return schema.INSERT_ANSWER, schema.answer_row(note)
            case Access():
                return schema.INSERT_ACCESS, schema.access_row(note)
            case _:
                assert_never(note)

    def _drop(self, kind: str, before: int, now_ms: int) -> int:
        dropped = 0
        due, deletes = _drop_of(kind)
        while True:
            with self._transaction() as connection:
                ids = connection.execute(due, (kind, before, CHUNK)).fetchall()
                if ids:
                    # First: the tables let go only of what is said to be dropped.
                    connection.execute(schema.INSERT_DROPPED, (kind, before, now_ms, len(ids)))
                    for statement in deletes:
                        connection.executemany(statement, ids)
            dropped += len(ids)
            if len(ids) < CHUNK:
                return dropped

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing:
            try:
                connection = self._opened()
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException as error:
                # After a failed sync the kernel may have dropped the pages and would call the next sync a success: the
                # next transaction opens the file anew.
                self._drop_writer()
                if isinstance(error, sqlite3.Error | OSError | JournalRefusedError):
                    raise JournalFaultError(f"journal {self._path}: a commit failed ({error})") from error
                raise

    def _opened(self) -> sqlite3.Connection:
        if self._closed:
            raise JournalFaultError(f"journal {self._path}: is closed")
        if self._writer is None:
            self._writer = open_for_writing(self._path, self._connect)
        return self._writer

    def _drop_writer(self) -> None:
        connection, self._writer = self._writer, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _drop_of(kind: str) -> tuple[str, tuple[str, ...]]:
    """What finds the numbers of that kind that are due (given kind, horizon, limit), and what deletes one."""
    if kind == ANSWER:
        due = "SELECT call_id FROM answer WHERE ?1 = 'answer' AND ended_at < ?2 ORDER BY ended_at LIMIT ?3"
        return due, ("DELETE FROM answer WHERE call_id = ?",)
    if kind == ACCESS:
        due = "SELECT access_id FROM access WHERE ?1 = 'access' AND at < ?2 ORDER BY at LIMIT ?3"
        return due, ("DELETE FROM access WHERE access_id = ?",)
    due = "SELECT call_id FROM sent WHERE kept_as = ?1 AND asked_at < ?2 ORDER BY asked_at LIMIT ?3"
    return due, ("DELETE FROM sent WHERE call_id = ?", "DELETE FROM ended WHERE call_id = ?")
