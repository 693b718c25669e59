"""An auditor's walk through a ledger: does every record follow from the one before, and was each signed?

It finds every record that was changed, moved, removed or put in between. What a chain alone can't show is that its end
was cut off, or that whoever holds the signing key wrote all of it anew: for that, give `held`, leaves from receipts.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from decision_service.ledger import schema
from decision_service.ledger.connection import connect
from decision_service.ledger.entry import DIGEST_BYTES, Recorded, genesis, leaf
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keys import key_id
from decision_service.ledger.receipt import signature_holds, signed_bytes

Progress = Callable[[int, int], None]
"""Called now and then, and at the end, with the number of records checked and the number there should be."""

STEP: Final = 200
"""Records between two calls of progress."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in words without values, and at which index; None where it is the file as a whole."""

    index: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the walk found.

    `records` were seen, `bad` of them are wrong (the one after a changed leaf counts too, since it no longer follows);
    `first` is the first finding. `head` is the last leaf, `keys` says how many records each key signed, by key id.
    """

    log: str
    records: int
    bad: int
    first: Finding | None
    head: bytes
    keys: Mapping[str, int]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.first is None


def verify_ledger(
    path: Path,
    progress: Progress | None = None,
    *,
    trusted: Collection[bytes] | None = None,
    held: Mapping[int, bytes] | None = None,
) -> Report:
    """Check every record of the ledger at `path`, which may be in use. Reads only.

    `trusted` are the public keys (32 raw bytes) that may have signed; without it any key may, and only `Report.keys`
    tells which did. `held` are leaves (32 bytes) by index, from receipts that others hold. Raises LedgerRefusedError if
    `path` is no ledger.
    """
    if not path.is_file():
        raise LedgerRefusedError(f"ledger {path}: no such file")
    try:
        with closing(connect(path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")  # one snapshot, even while the service writes on
            log = connection.execute("SELECT log FROM about").fetchone()[0]
            total = connection.execute("SELECT coalesce(max(position) + 1, 0) FROM record").fetchone()[0]
            walk = _Walk(log, trusted, held or {})
            try:
                _visit_all(connection, walk, total, progress)
            except sqlite3.DatabaseError as error:
                walk.bad += 1
                walk.note(walk.expected, f"can't be read ({error})")
            walk.note_cut_end()
            _note_changed_tables(connection, walk)
            return walk.report()
    except (sqlite3.Error, TypeError) as error:
        raise LedgerRefusedError(f"ledger {path}: not a ledger that can be read ({error})") from error


def _visit_all(connection: sqlite3.Connection, walk: "_Walk", total: int, progress: Progress | None) -> None:
    # NOT INDEXED: the rows themselves are the record, an index is only a way to them.
    for row in connection.execute(f"{schema.SELECT} NOT INDEXED ORDER BY position"):
        walk.visit(row)
        if progress is not None and walk.records % STEP == 0:
            progress(walk.records, total)
    if progress is not None:
        progress(walk.records, total)


def _note_changed_tables(connection: sqlite3.Connection, walk: "_Walk") -> None:
    """The tables must be those that make a key unique and the log append-only."""
    found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    if found != set(schema.TABLES):
        walk.note(None, "the tables, indexes or triggers are not those of a ledger: someone changed them")
    # The chain watches the rows; a damaged index would let a key be used twice from now on.
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        walk.note(None, "the file is damaged beside its records; restore it from a copy")


@dataclass(slots=True)
class _Walk:
    """Where the walk stands."""

    log: str
    trusted: Collection[bytes] | None
    held: Mapping[int, bytes]
    previous: bytes = b""
    expected: int = 0
    records: int = 0
    bad: int = 0
    first: Finding | None = None
    keys: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.previous = genesis(self.log)

    def visit(self, row: schema.Row) -> None:
        """Check the next row, then go on from its own leaf, so that one wrong record isn't told of all that follow."""
        position = row[0]
        what = self._fault(row)
        if what is not None:
            self.bad += 1
            self.note(min(position, self.expected), what)
        self.records += 1
        self.expected = position + 1
        self.previous = row[12]

    def note(self, index: int | None, what: str) -> None:
        """Keep the first finding."""
        if self.first is None:
            self.first = Finding(index, what)

    def note_cut_end(self) -> None:
        """Records that someone holds a receipt of, and that the ledger no longer reaches."""
        beyond = [index for index in self.held if index >= self.expected]
        if beyond:
            self.note(self.expected, f"missing: a receipt of record {max(beyond)} exists, the ledger ends before")

    def report(self) -> Report:
        """What was found."""
        return Report(self.log, self.records, self.bad, self.first, self.previous, self.keys)

    def _fault(self, row: schema.Row) -> str | None:
        if row[0] != self.expected:
            return f"missing: the next record found is {row[0]}"
        try:
            recorded = schema.from_row(self.log, row)
        except (ValueError, TypeError, AttributeError) as error:
            return f"not a record ({error})"
        if len(recorded.leaf) != DIGEST_BYTES:
            return "the leaf is not a digest"
        if leaf(recorded.entry.statement().to_bytes(), self.previous) != recorded.leaf:
            return "the leaf is not that of this record after the one before: changed, moved or put in between"
        return self._signature_fault(recorded)

    def _signature_fault(self, recorded: Recorded) -> str | None:
        name = key_id(recorded.public_key)
        self.keys[name] = self.keys.get(name, 0) + 1
        if self.trusted is not None and recorded.public_key not in self.trusted:
            return f"signed under key {name}, which is not trusted"
        if not signature_holds(
            recorded.public_key, recorded.signature, signed_bytes(self.log, recorded.index, recorded.leaf)
        ):
            return "the signature is not of this record"
        if self.held.get(recorded.index, recorded.leaf) != recorded.leaf:
            return "another record stands here than the receipt that someone holds"
        return None
