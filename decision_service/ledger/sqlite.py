"""The ledger in one SQLite file: write-ahead log, every commit on disk (synchronous=FULL), append-only.

The head is read inside each write transaction, never remembered, so a failed commit, a second process or a restart
can't make a fork. Readers have a connection of their own and see a record only when it is on disk: SQLite publishes
a commit to readers after it has synced the log.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from decision_service.ledger import schema
from decision_service.ledger.connection import Connect, connect, open_for_reading, open_for_writing
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import Signer
from decision_service.ledger.linking import Head, Linker, opened
from decision_service.ledger.queries import clause_of, first_since
from decision_service.ledger.store import READ_LIMIT, Query, Refusal, StoredCheckpoint, standing_for
from decision_service.proof.merkle import Node

TIDY_BYTES: Final = 4 * 1024 * 1024
"""Size of the write-ahead log from which it is moved into the file."""

Result = TypeVar("Result")


class SqliteStore:
    """A `Store` and `TreeStore` in the SQLite file at `path`; `log` is the name of the log, part of every signature.

    Raises LedgerRefusedError when opened on anything but a sound ledger where a commit is on disk before it returns.
    `connect` is for tests, which put a failing disk there.
    """

    def __init__(
        self,
        path: Path,
        *,
        log: str,
        signer: Signer,
        ring: KeyRing,
        synchronous: str = "FULL",
        connect: Connect = connect,
    ) -> None:
        self._path = path
        self._linker = Linker(log, signer, ring)
        self._synchronous = synchronous
        self._connect = connect
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._tidying = threading.Lock()
        self._reader: sqlite3.Connection | None = None
        self._closed = False
        try:
            self._writer: sqlite3.Connection | None = self._open()
        except (sqlite3.Error, OSError) as error:
            raise LedgerRefusedError(
                f"ledger {path}: can't be opened ({error}); name a file on a sound local disk"
            ) from error

    def append(self, entries: Sequence[Entry]) -> list[Recorded | Refusal]:
        """Write `entries` in one transaction, synced when this returns; see `Store.append`."""
        with self._transaction() as connection:
            return self._commit(connection, entries)

    def find(self, query: Query) -> tuple[Recorded, ...]:
        """The records that `query` describes, oldest first; see `Store.find`."""
        clause, parameters = clause_of(query, "?")
        return self._select(clause, parameters)

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        """At most `count` records (never more than READ_LIMIT) from index `start`; see `Store.read`."""
        return self._select("WHERE position >= ? ORDER BY position LIMIT ?", (start, max(0, min(count, READ_LIMIT))))

    def subjects_before(self, before: str, after: bytes, most: int) -> list[bytes]:
        """For retention; see `Store.subjects_before`."""

        def look(reader: sqlite3.Connection) -> list[bytes]:
            size = reader.execute(_SIZE).fetchone()[0]
            end = first_since(lambda index: str(reader.execute(_AT, (index,)).fetchone()[0]), size, before)
            if end == 0:
                return []
            return [row[0] for row in reader.execute(_OLD_SUBJECTS, (end, after, end, most))]

        return self._look(look)

    def size(self) -> int:
        """How many records there are; see `TreeStore.size`."""
        return self._look(lambda reader: int(reader.execute(_SIZE).fetchone()[0]))

    def hashes(self, nodes: Sequence[Node]) -> list[bytes]:
        """Of complete subtrees; see `TreeStore.hashes`."""
        return self._look(lambda reader: _hashes(reader, nodes))

    def keep_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """On disk when this returns; see `TreeStore.keep_checkpoint`."""
        with self._transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "SELECT size, note, cosignatures FROM checkpoint WHERE size = ?", (checkpoint.size,)
            ).fetchone()
            if row is None:
                connection.execute(
                    "INSERT INTO checkpoint VALUES (?, ?, ?)",
                    (checkpoint.size, checkpoint.note, checkpoint.cosignatures),
                )
            elif missing := checkpoint.cosignatures_beyond(StoredCheckpoint(*row)):
                connection.execute(
                    "UPDATE checkpoint SET cosignatures = cosignatures || ? WHERE size = ?", (missing, checkpoint.size)
                )
            connection.execute("COMMIT")

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """The one of the largest size; see `TreeStore.last_checkpoint`."""
        row = self._look(lambda reader: reader.execute(_LAST_CHECKPOINT).fetchone())
        return None if row is None else StoredCheckpoint(*row)

    def tidy(self) -> None:
        """Move a write-ahead log that has grown into the file; see `TreeStore.tidy`.

        First beside the writer, which takes the time that it takes; then once more between two commits, for the little
        that came meanwhile, so that the log begins anew.
        """
        log = self._path.with_name(f"{self._path.name}-wal")
        with self._tidying:
            if self._closed or not log.exists() or log.stat().st_size < TIDY_BYTES:
                return
            try:
                with contextlib.closing(self._connect(self._path)) as connection:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            except sqlite3.Error as error:
                raise LedgerFaultError(f"ledger {self._path}: can't be tidied ({error})") from error
            with self._transaction() as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the file. Later calls raise LedgerFaultError; closing twice does nothing."""
        with self._tidying, self._writing, self._reading:
            self._closed = True
            self._drop_reader()
            self._drop_writer()

    def _open(self) -> sqlite3.Connection:
        return open_for_writing(self._path, self._linker.log, self._synchronous, self._connect)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """The writing connection, for one at a time."""
        with self._writing:
            self._require_open()
            try:
                if self._writer is None:
                    self._writer = self._open()
                yield self._writer
            except BaseException as error:
                # This connection's idea of the file is not to be trusted any more: after a failed sync the kernel may
                # have dropped the pages and would call the next sync a success. The next append opens anew.
                self._drop_writer()
                if isinstance(error, sqlite3.Error | OSError | ValueError | LedgerRefusedError):
                    raise LedgerFaultError(f"ledger {self._path}: commit failed ({error})") from error
                raise

    def _commit(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> list[Recorded | Refusal]:
        connection.execute("BEGIN IMMEDIATE")
        head = connection.execute(_HEAD).fetchone()
        chain = self._linker.chain(
            None if head is None else Head(*head),
            lambda nodes: _hashes(connection, nodes),
            lambda subject: _key_id_of(connection, subject),
        )
        results: list[Recorded | Refusal] = []
        for entry in entries:
            recorded = chain.link(entry)
            try:
                connection.execute(schema.INSERT, schema.to_row(recorded))
            except sqlite3.IntegrityError:
                results.append(self._standing(connection, entry))
                continue
            chain.accept(recorded)
            results.append(recorded)
        connection.executemany(_INSERT_NODE, [(node.level, node.index, digest) for node, digest in chain.nodes])
        connection.execute("COMMIT")
        self._linker.committed(chain)
        return results

    def _standing(self, connection: sqlite3.Connection, entry: Entry) -> Recorded | Refusal:
        """What an entry gets that the tables refused. Raises the refusal again if no record stands in its way."""
        row = connection.execute(f"{schema.SELECT} WHERE caller = ? AND key = ?", (entry.caller, entry.key)).fetchone()
        if row is not None:
            return standing_for(entry, self._read_row(row))
        if connection.execute("SELECT 1 FROM record WHERE record_id = ?", (entry.record_id,)).fetchone() is None:
            raise sqlite3.IntegrityError("a record was refused that no other record stands in the way of")
        return Refusal.RECORD_TAKEN

    def _select(self, clause: str, parameters: tuple[int | str | bytes, ...]) -> tuple[Recorded, ...]:
        rows = self._look(lambda reader: reader.execute(f"{schema.SELECT} {clause}", parameters).fetchall())
        try:
            return tuple(self._read_row(row) for row in rows)
        except ValueError as error:
            raise LedgerFaultError(f"ledger {self._path}: a record can't be read ({error})") from error

    def _read_row(self, row: schema.Row) -> Recorded:
        return opened(schema.from_row(self._linker.log, row), self._linker.ring)

    def _look(self, act: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._reading:
            self._require_open()
            try:
                if self._reader is None:
                    self._reader = open_for_reading(self._path, self._connect)
                return act(self._reader)
            except (sqlite3.Error, OSError, ValueError) as error:
                self._drop_reader()
                raise LedgerFaultError(f"ledger {self._path}: a record can't be read ({error})") from error

    def _require_open(self) -> None:
        if self._closed:
            raise LedgerFaultError(f"ledger {self._path}: is closed")

    def _drop_writer(self) -> None:
        connection, self._writer = self._writer, None
        _close(connection)

    def _drop_reader(self) -> None:
        connection, self._reader = self._reader, None
        _close(connection)


_HEAD: Final = "SELECT position, leaf FROM record ORDER BY position DESC LIMIT 1"
_AT: Final = "SELECT at FROM record WHERE position = ?"
_OLD_SUBJECTS: Final = """SELECT DISTINCT subject FROM record AS old
WHERE position < ? AND subject > ? AND subject <> x'' AND NOT EXISTS (
  SELECT 1 FROM record AS new WHERE new.subject = old.subject AND new.subject <> x'' AND new.position >= ?
) ORDER BY subject LIMIT ?"""
_SIZE: Final = "SELECT coalesce(max(position) + 1, 0) FROM record"
_LAST_CHECKPOINT: Final = "SELECT size, note, cosignatures FROM checkpoint ORDER BY size DESC LIMIT 1"
_INSERT_NODE: Final = "INSERT INTO node VALUES (?, ?, ?)"


def _hashes(connection: sqlite3.Connection, nodes: Sequence[Node]) -> list[bytes]:
    found = []
    for node in nodes:
        if node.level == 0:
            row = connection.execute("SELECT leaf FROM record WHERE position = ?", (node.index,)).fetchone()
        else:
            row = connection.execute("SELECT hash FROM node WHERE level = ? AND place = ?", tuple(node)).fetchone()
        if row is None:
            raise ValueError("a part of the tree is missing; run `miaopi ledger verify`")
        found.append(row[0])
    return found


def _key_id_of(connection: sqlite3.Connection, subject: bytes) -> bytes | None:
    row = connection.execute(
        "SELECT key_id FROM record WHERE subject = ? AND subject <> x'' ORDER BY position DESC LIMIT 1", (subject,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def _close(connection: sqlite3.Connection | None) -> None:
    """Close what may be broken: an open transaction is rolled back, and a second failure tells nothing new."""
    if connection is not None:
        with contextlib.suppress(sqlite3.Error):
            connection.close()
