"""The ledger in a PostgreSQL database: the same records, chain and tree as in a file, for those who run such a server.

The head is read inside each write transaction, under a lock that every writer takes, so a failed commit, a second
process or a restart can't make a fork. Where a connection breaks nobody knows what became of a commit: the entries are
not answered, and the same key asked again tells.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeVar

import psycopg
from psycopg.rows import TupleRow
from pydantic import SecretStr

from decision_service.ledger import postgres_schema, schema
from decision_service.ledger.entry import Entry, Recorded
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import Signer
from decision_service.ledger.linking import Head, Linker, opened
from decision_service.ledger.postgres_connection import (
    LOCK,
    WHERE,
    BoundedConnection,
    one,
    open_for_reading,
    open_for_writing,
    sqlstate,
)
from decision_service.ledger.queries import clause_of, first_since
from decision_service.ledger.store import READ_LIMIT, Query, Refusal, StoredCheckpoint, standing_for
from decision_service.proof.merkle import Node

Result = TypeVar("Result")

_BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
"""Each statement sees what was committed before it: also the head, read after the lock was waited for."""

_LOCK: Final = "SELECT pg_advisory_xact_lock(%s)"
_HEAD: Final = "SELECT position, leaf FROM record ORDER BY position DESC LIMIT 1"
_STANDING: Final = f"{schema.SELECT} WHERE (caller, key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"  # noqa: S608 - constants
_TAKEN: Final = "SELECT record_id FROM record WHERE record_id = ANY(%s::text[])"
_KEY_IDS: Final = (
    "SELECT DISTINCT ON (subject) subject, key_id FROM record WHERE subject = ANY(%s::bytea[]) AND subject <> '' "
    "ORDER BY subject, position DESC"
)
_INSERT_NODE: Final = "INSERT INTO node VALUES (%s, %s, %s)"
_LEAVES: Final = "SELECT 0, position, leaf FROM record WHERE position = ANY(%s::bigint[])"
_NODES: Final = (
    "SELECT level, place, hash FROM node WHERE (level, place) IN (SELECT * FROM unnest(%s::integer[], %s::bigint[]))"
)
_AT: Final = "SELECT at FROM record WHERE position = %s"
_OLD_SUBJECTS: Final = """SELECT DISTINCT subject FROM record AS old
WHERE position < %s AND subject > %s AND subject <> '' AND NOT EXISTS (
  SELECT 1 FROM record AS new WHERE new.subject = old.subject AND new.subject <> '' AND new.position >= %s
) ORDER BY subject LIMIT %s"""
_SIZE: Final = "SELECT coalesce(max(position) + 1, 0) FROM record"
_LAST_CHECKPOINT: Final = "SELECT size, note, cosignatures FROM checkpoint ORDER BY size DESC LIMIT 1"


class PostgresStore:
    """A `Store` and `TreeStore` in the database at `address`; `log` is the name of the log, part of every signature.

    Raises LedgerRefusedError when opened on anything but a sound ledger where a commit is on disk before it returns.
    """

    def __init__(self, address: SecretStr, *, log: str, signer: Signer, ring: KeyRing) -> None:
        self._address = address
        self._linker = Linker(log, signer, ring)
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._reader: BoundedConnection | None = None
        self._closed = False
        try:
            self._writer: BoundedConnection | None = self._open()
        except (psycopg.Error, OSError) as error:
            raise LedgerRefusedError(f"{WHERE}: can't be opened ({sqlstate(error)}); does the server run?") from None

    def append(self, entries: Sequence[Entry]) -> list[Recorded | Refusal]:
        """Write `entries` in one transaction, on disk when this returns; see `Store.append`."""
        with self._transaction() as connection:
            return self._commit(connection, entries)

    def find(self, query: Query) -> tuple[Recorded, ...]:
        """The records that `query` describes, oldest first; see `Store.find`."""
        return self._select(*clause_of(query, "%s"))

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        """At most `count` records (never more than READ_LIMIT) from index `start`; see `Store.read`."""
        return self._select("WHERE position >= %s ORDER BY position LIMIT %s", (start, max(0, min(count, READ_LIMIT))))

    def subjects_before(self, before: str, after: bytes, most: int) -> list[bytes]:
        """For retention; see `Store.subjects_before`."""

        def look(reader: BoundedConnection) -> list[bytes]:
            size = int(one(reader, _SIZE))
            end = first_since(lambda index: str(one(reader, _AT, (index,))), size, before)
            if end == 0:
                return []
            return [bytes(row[0]) for row in reader.execute(_OLD_SUBJECTS, (end, after, end, most))]

        return self._look(look)

    def size(self) -> int:
        """How many records there are; see `TreeStore.size`."""
        return self._look(lambda reader: int(one(reader, _SIZE)))

    def hashes(self, nodes: Sequence[Node]) -> list[bytes]:
        """Of complete subtrees; see `TreeStore.hashes`."""
        return self._look(lambda reader: _hashes(reader, nodes))

    def keep_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """On disk when this returns; see `TreeStore.keep_checkpoint`."""
        with self._transaction() as connection:
            connection.execute(_BEGIN)
            connection.execute(_LOCK, (LOCK,))
            row = connection.execute(
                "SELECT size, note, cosignatures FROM checkpoint WHERE size = %s", (checkpoint.size,)
            ).fetchone()
            if row is None:
                connection.execute(
                    "INSERT INTO checkpoint VALUES (%s, %s, %s)",
                    (checkpoint.size, checkpoint.note, checkpoint.cosignatures),
                )
            elif missing := checkpoint.cosignatures_beyond(StoredCheckpoint(*row)):
                connection.execute(
                    "UPDATE checkpoint SET cosignatures = cosignatures || %s WHERE size = %s",
                    (missing, checkpoint.size),
                )
            require_committed(connection.execute("COMMIT"))

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """The one of the largest size; see `TreeStore.last_checkpoint`."""
        row = self._look(lambda reader: reader.execute(_LAST_CHECKPOINT).fetchone())
        return None if row is None else StoredCheckpoint(*row)

    def tidy(self) -> None:
        """Nothing to do: the server tidies itself."""

    def close(self) -> None:
        """Hang up. Later calls raise LedgerFaultError; closing twice does nothing."""
        with self._writing, self._reading:
            self._closed = True
            self._drop_reader()
            self._drop_writer()

    def _open(self) -> BoundedConnection:
        return open_for_writing(self._address.get_secret_value(), self._linker.log)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[BoundedConnection]:
        """The writing connection, for one at a time."""
        with self._writing:
            self._require_open()
            try:
                if self._writer is None:
                    self._writer = self._open()
                yield self._writer
            except BaseException as error:
                # What was begun is rolled back with the connection; whether a commit on its way was carried out is not
                # known. The next append opens anew and reads the head.
                self._drop_writer()
                if isinstance(error, psycopg.Error | OSError | ValueError | LedgerRefusedError):
                    raise LedgerFaultError(f"{WHERE}: commit failed ({_told(error)})") from None
                raise

    def _commit(self, connection: BoundedConnection, entries: Sequence[Entry]) -> list[Recorded | Refusal]:
        found = _Found.of(connection, entries)
        chain = self._linker.chain(found.head, lambda nodes: _hashes(connection, nodes), found.key_ids.get)
        standing = {(one.entry.caller, one.entry.key): one for one in map(self._read_row, found.standing)}
        taken = found.taken
        results: list[Recorded | Refusal] = []
        written: list[Recorded] = []
        for entry in entries:
            before = standing.get((entry.caller, entry.key))
            if before is not None:
                results.append(standing_for(entry, before))
            elif entry.record_id in taken:
                results.append(Refusal.RECORD_TAKEN)
            else:
                recorded = chain.link(entry)
                chain.accept(recorded)
                standing[entry.caller, entry.key] = recorded
                taken.add(entry.record_id)
                written.append(recorded)
                results.append(recorded)
        with connection.pipeline(), connection.cursor() as cursor:
            if written:
                cursor.executemany(postgres_schema.INSERT, [schema.to_row(one) for one in written])
            if chain.nodes:
                cursor.executemany(_INSERT_NODE, [(node.level, node.index, digest) for node, digest in chain.nodes])
            end = connection.execute("COMMIT")
        require_committed(end)
        self._linker.committed(chain)
        return results

    def _select(self, clause: str, parameters: Sequence[object]) -> tuple[Recorded, ...]:
        rows = self._look(lambda reader: reader.execute(f"{schema.SELECT} {clause}", parameters).fetchall())
        try:
            return tuple(self._read_row(row) for row in rows)
        except ValueError as error:
            raise LedgerFaultError(f"{WHERE}: a record can't be read ({error})") from error

    def _read_row(self, row: schema.Row) -> Recorded:
        return opened(schema.from_row(self._linker.log, row), self._linker.ring)

    def _look(self, act: Callable[[BoundedConnection], Result]) -> Result:
        with self._reading:
            self._require_open()
            try:
                if self._reader is None:
                    self._reader = open_for_reading(self._address.get_secret_value())
                return act(self._reader)
            except (psycopg.Error, OSError, ValueError, LedgerRefusedError) as error:
                self._drop_reader()
                raise LedgerFaultError(f"{WHERE}: a record can't be read ({_told(error)})") from None

    def _require_open(self) -> None:
        if self._closed:
            raise LedgerFaultError(f"{WHERE}: is closed")

    def _drop_writer(self) -> None:
        connection, self._writer = self._writer, None
        _close(connection)

    def _drop_reader(self) -> None:
        connection, self._reader = self._reader, None
        _close(connection)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a write transaction looks up first, under the lock of whoever writes."""

    head: Head | None
    standing: list[schema.Row]
    taken: set[str]
    key_ids: dict[bytes, bytes]

    @classmethod
    def of(cls, connection: BoundedConnection, entries: Sequence[Entry]) -> Self:
        """Begin a transaction for `entries`."""
        with connection.pipeline():  # one way there and back for all of it
            connection.execute(_BEGIN)
            connection.execute(_LOCK, (LOCK,))
            head = connection.execute(_HEAD)
            standing = connection.execute(_STANDING, ([one.caller for one in entries], [one.key for one in entries]))
            taken = connection.execute(_TAKEN, ([one.record_id for one in entries],))
            key_ids = connection.execute(_KEY_IDS, ([one.subject for one in entries],))
        row = head.fetchone()
        return cls(
            None if row is None else Head(*row),
            standing.fetchall(),
            {record_id for (record_id,) in taken},
            dict(key_ids.fetchall()),
        )


def _hashes(connection: BoundedConnection, nodes: Sequence[Node]) -> list[bytes]:
    if not nodes:
        return []
    rows = connection.execute(_LEAVES, ([node.index for node in nodes if node.level == 0],)).fetchall()
    above = [node for node in nodes if node.level > 0]
    rows += connection.execute(_NODES, ([one.level for one in above], [one.index for one in above])).fetchall()
    found = {(level, index): digest for level, index, digest in rows}
    if missing := set(nodes) - found.keys():
        raise ValueError(f"{len(missing)} parts of the tree are missing")
    return [found[node] for node in nodes]


def require_committed(end: psycopg.Cursor[TupleRow]) -> None:
    """A commit of a transaction that had failed answers without an error, and with another word: ValueError."""
    if end.statusmessage != "COMMIT":
        raise ValueError("the server rolled back")


def _told(error: BaseException) -> str:
    return sqlstate(error) if isinstance(error, psycopg.Error) else str(error)


def _close(connection: BoundedConnection | None) -> None:
    """Hang up on what may be broken: an open transaction is rolled back, and a second failure tells nothing new."""
    if connection is not None:
        with contextlib.suppress(psycopg.Error, OSError):
            connection.close()
