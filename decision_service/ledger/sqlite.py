"""The ledger in one SQLite file: write-ahead log, every commit on disk (synchronous=FULL), append-only.

The head is read inside each write transaction, never remembered, so a failed commit, a second process or a restart
can't make a fork. Readers have a connection of their own and see a record only when it is on disk: SQLite publishes
a commit to readers after it has synced the log.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, assert_never

from decision_service.ledger import schema
from decision_service.ledger.connection import Connect, connect, open_for_reading, open_for_writing
from decision_service.ledger.entry import Entry, Recorded, genesis, leaf
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.keys import Signer
from decision_service.ledger.receipt import signed_bytes
from decision_service.ledger.store import ByApplication, ByDecision, ByKey, Last, Query, Refusal

READ_LIMIT: Final = 1000
"""Most records of one `read`: a reader of millions comes back, so that others get their turn."""


class SqliteStore:
    """A `Store` in the SQLite file at `path`; `log` is the name of the log, part of every signature.

    Raises LedgerRefusedError when opened on anything but a sound ledger where a commit is on disk before it returns.
    `connect` is for tests, which put a failing disk there.
    """

    def __init__(
        self, path: Path, *, log: str, signer: Signer, synchronous: str = "FULL", connect: Connect = connect
    ) -> None:
        if not log or not log.isprintable():
            raise LedgerRefusedError("ledger: the name of the log must be one line of printable text")
        self._path = path
        self._log = log
        self._signer = signer
        self._synchronous = synchronous
        self._connect = connect
        self._writing = threading.Lock()
        self._reading = threading.Lock()
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
        with self._writing:
            self._require_open()
            try:
                if self._writer is None:
                    self._writer = self._open()
                return self._commit(self._writer, entries)
            except BaseException as error:
                # This connection's idea of the file is not to be trusted any more: after a failed sync the kernel may
                # have dropped the pages and would call the next sync a success. The next append opens anew.
                self._drop_writer()
                if isinstance(error, sqlite3.Error | OSError | ValueError | LedgerRefusedError):
                    raise LedgerFaultError(f"ledger {self._path}: commit failed ({error})") from error
                raise

    def find(self, query: Query) -> tuple[Recorded, ...]:
        """The records that `query` describes, oldest first; see `Store.find`."""
        match query:
            case ByKey(caller, key):
                return self._select("WHERE caller = ? AND key = ?", (caller, key))
            case ByDecision(decision_id):
                return self._select("WHERE decision_id = ?", (decision_id,))
            case ByApplication(caller, application_id):
                return self._select(
                    "WHERE caller = ? AND application_id = ? ORDER BY position", (caller, application_id)
                )
            case Last():
                return self._select("ORDER BY position DESC LIMIT 1", ())
            case _:
                assert_never(query)

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        """At most `count` records (never more than READ_LIMIT) from index `start`; see `Store.read`."""
        return self._select("WHERE position >= ? ORDER BY position LIMIT ?", (start, max(0, min(count, READ_LIMIT))))

    def close(self) -> None:
        """Close the file. Later calls raise LedgerFaultError; closing twice does nothing."""
        with self._writing, self._reading:
            self._closed = True
            self._drop_reader()
            self._drop_writer()

    def _open(self) -> sqlite3.Connection:
        return open_for_writing(self._path, self._log, self._synchronous, self._connect)

    def _commit(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> list[Recorded | Refusal]:
        connection.execute("BEGIN IMMEDIATE")
        head = connection.execute("SELECT position, leaf FROM record ORDER BY position DESC LIMIT 1").fetchone()
        index, previous = (0, genesis(self._log)) if head is None else (head[0] + 1, head[1])
        results: list[Recorded | Refusal] = []
        for entry in entries:
            recorded = self._link(entry, index, previous)
            try:
                connection.execute(schema.INSERT, schema.to_row(recorded))
            except sqlite3.IntegrityError:
                results.append(self._standing(connection, entry))
                continue
            results.append(recorded)
            index, previous = index + 1, recorded.leaf
        connection.execute("COMMIT")
        return results

    def _link(self, entry: Entry, index: int, previous: bytes) -> Recorded:
        digest = leaf(entry.statement().to_bytes(), previous)
        return Recorded(
            log=self._log,
            index=index,
            previous=previous,
            leaf=digest,
            signature=self._signer.sign(signed_bytes(self._log, index, digest)),
            public_key=self._signer.public_key,
            entry=entry,
        )

    def _standing(self, connection: sqlite3.Connection, entry: Entry) -> Recorded | Refusal:
        """What an entry gets that the tables refused. Raises the refusal again if no record stands in its way."""
        row = connection.execute(f"{schema.SELECT} WHERE caller = ? AND key = ?", (entry.caller, entry.key)).fetchone()
        if row is not None:
            standing = schema.read_row(self._log, row)
            return standing if standing.entry.fingerprint == entry.fingerprint else Refusal.KEY_CONFLICT
        if connection.execute("SELECT 1 FROM record WHERE decision_id = ?", (entry.decision_id,)).fetchone() is None:
            raise sqlite3.IntegrityError("a record was refused that no other record stands in the way of")
        return Refusal.DECISION_TAKEN

    def _select(self, clause: str, parameters: tuple[int | str, ...]) -> tuple[Recorded, ...]:
        with self._reading:
            self._require_open()
            try:
                if self._reader is None:
                    self._reader = open_for_reading(self._path, self._connect)
                rows = self._reader.execute(f"{schema.SELECT} {clause}", parameters).fetchall()
                return tuple(schema.read_row(self._log, row) for row in rows)
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


def _close(connection: sqlite3.Connection | None) -> None:
    """Close what may be broken: an open transaction is rolled back, and a second failure tells nothing new."""
    if connection is not None:
        with contextlib.suppress(sqlite3.Error):
            connection.close()
