"""Walking a ledger: does every record follow from the one before, was each signed, and is the tree that of the records?

It finds every record that was changed, moved, removed or put in between. What the file alone can't show is that its end
was cut off, or that whoever holds the signing key wrote all of it anew: for that, give `held`, leaves from receipts, or
`noted`, checkpoints that someone else kept.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from decision_service.ledger import schema
from decision_service.ledger.connection import connect
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.walking import Finding, Walk
from decision_service.proof.merkle import Node
from decision_service.proof.note import Checkpoint

Progress = Callable[[int, int], None]
"""Called now and then, and at the end, with the number of records checked and the number there should be."""

STEP: Final = 200
"""Records between two calls of progress."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the walk found.

    `records` were seen, `decisions` of them decisions; `bad` of them are wrong (the one after a changed leaf counts
    too, since it no longer follows); `first` is the first finding. `head` is the last leaf, `root` that of the tree,
    `keys` says how many records each key signed, by key id. `erased` records stand but can't be read any more; `read`
    of the others were opened and are what they bind, which needs the key ring.
    """

    log: str
    records: int
    decisions: int
    bad: int
    first: Finding | None
    head: bytes
    root: bytes
    keys: Mapping[str, int]
    checkpoints: int
    read: int
    erased: int

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.first is None


@dataclass(frozen=True, slots=True)
class Known:
    """What the auditor knows from elsewhere.

    `trusted` are the public keys (32 raw bytes) that may have signed; without it any key may, and only `Report.keys`
    tells which did. `held` are leaves (32 bytes) by index, from receipts that others hold; `noted` are checkpoints that
    others kept, whose signatures were checked already. `ring` opens what is sealed.
    """

    trusted: Collection[bytes] | None = None
    held: Mapping[int, bytes] | None = None
    noted: Collection[Checkpoint] = ()
    ring: KeyRing | None = None


def verify_ledger(path: Path, progress: Progress | None = None, known: Known = Known()) -> Report:
    """Check every record of the ledger at `path`, which may be in use. Reads only. Raises LedgerRefusedError if
    `path` is no ledger."""
    if not path.is_file():
        raise LedgerRefusedError(f"ledger {path}: no such file")
    try:
        with closing(connect(path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")  # one snapshot, even while the service writes on
            log = connection.execute("SELECT log FROM about").fetchone()[0]
            total = connection.execute("SELECT coalesce(max(position) + 1, 0) FROM record").fetchone()[0]
            walk = Walk(log, known.trusted, known.held or {}, known.ring)
            walk.expect_checkpoints(_checkpoints(connection), known.noted)
            try:
                _visit_all(connection, walk, total, progress)
            except sqlite3.DatabaseError as error:
                walk.bad += 1
                walk.note(walk.expected, f"can't be read ({error})")
            walk.end()
            _note_changed_tables(connection, walk)
            return _report(walk)
    except (sqlite3.Error, TypeError) as error:
        raise LedgerRefusedError(f"ledger {path}: not a ledger that can be read ({error})") from error


def _report(walk: Walk) -> Report:
    return Report(
        log=walk.log,
        records=walk.records,
        decisions=walk.decisions,
        bad=walk.bad,
        first=walk.first,
        head=walk.previous,
        root=walk.growth.root,
        keys=walk.keys,
        checkpoints=walk.checkpoints,
        read=walk.read,
        erased=walk.erased,
    )


def _visit_all(connection: sqlite3.Connection, walk: Walk, total: int, progress: Progress | None) -> None:
    # NOT INDEXED: the rows themselves are the record, an index is only a way to them.
    for row in connection.execute(f"{schema.SELECT} NOT INDEXED ORDER BY position"):
        for node, digest in walk.visit(row):
            if _stored(connection, node) != digest:
                walk.spoil("the tree above the records is not theirs")
        if progress is not None and walk.records % STEP == 0:
            progress(walk.records, total)
    if progress is not None:
        progress(walk.records, total)


def _stored(connection: sqlite3.Connection, node: Node) -> bytes | None:
    row = connection.execute("SELECT hash FROM node WHERE level = ? AND place = ?", tuple(node)).fetchone()
    return None if row is None else row[0]


def _checkpoints(connection: sqlite3.Connection) -> dict[int, str]:
    return {
        size: note + cosignatures
        for size, note, cosignatures in connection.execute("SELECT size, note, cosignatures FROM checkpoint")
    }


def _note_changed_tables(connection: sqlite3.Connection, walk: Walk) -> None:
    """The tables must be those that make a key unique and the log append-only."""
    found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    if found != set(schema.TABLES):
        walk.note(None, "the tables, indexes or triggers are not those of a ledger: someone changed them")
    if connection.execute("SELECT count(*) FROM node").fetchone()[0] != walk.nodes:
        walk.note(None, "the tree has parts that belong to no record")
    # The chain watches the rows; a damaged index would let a key be used twice from now on.
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        walk.note(None, "the file is damaged beside its records; restore it from a copy")
