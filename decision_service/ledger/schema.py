"""The tables of a ledger in SQLite, and a record as a row of them."""

from typing import Final

from decision_service.ledger.entry import Entry, Envelope, Recorded, require_unchanged
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.proof.signature import signature_holds, signed_bytes
from decision_service.proof.statement import genesis

VERSION: Final = 2
"""`user_version` of the file. A ledger is never migrated: a new layout gets a new number, the old stays readable from
the first release on (1 was a layout before it)."""

APPLICATION_ID: Final = 0x6D706C31
"""`application_id` of the file ("mpl1"), which tells a ledger from any other SQLite file."""

TABLES: Final = (
    "CREATE TABLE about (one INTEGER PRIMARY KEY CHECK (one = 1), log TEXT NOT NULL) STRICT",
    # What is sealed comes last: a row is read up to the column that is asked for.
    """CREATE TABLE record (
  position INTEGER PRIMARY KEY CHECK (position >= 0),
  leaf BLOB NOT NULL CHECK (length(leaf) = 32),
  kind TEXT NOT NULL,
  record_id TEXT NOT NULL UNIQUE,
  decision_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  matter TEXT NOT NULL,
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  at TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  subject BLOB NOT NULL,
  key_id BLOB NOT NULL,
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  shown BLOB NOT NULL CHECK (length(shown) = 32),
  withheld BLOB NOT NULL CHECK (length(withheld) = 32),
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  public_key BLOB NOT NULL CHECK (length(public_key) = 32),
  sealed BLOB NOT NULL,
  UNIQUE (caller, key)
) STRICT""",
    "CREATE INDEX record_application ON record (caller, application_id) WHERE kind = 'decision'",
    "CREATE INDEX record_subject ON record (subject) WHERE subject <> x''",
    "CREATE INDEX record_decision ON record (decision_id) WHERE kind <> 'decision'",
    "CREATE INDEX record_kind ON record (kind) WHERE kind <> 'decision'",
    # The Merkle tree above the leaves: every complete subtree, so that a proof reads a few rows (proof/merkle.py).
    """CREATE TABLE node (
  level INTEGER NOT NULL CHECK (level > 0),
  place INTEGER NOT NULL CHECK (place >= 0),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY CHECK (size > 0),
  note TEXT NOT NULL,
  cosignatures TEXT NOT NULL DEFAULT ''
) STRICT""",
    # Triggers, so that a slip of the hand in a shell fails too. The insert trigger also stops INSERT OR REPLACE, which
    # would delete the row in its way without firing the delete trigger.
    """CREATE TRIGGER record_insert BEFORE INSERT ON record
WHEN NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM record)
  OR EXISTS (SELECT 1 FROM record WHERE record_id = NEW.record_id)
  OR EXISTS (SELECT 1 FROM record WHERE caller = NEW.caller AND key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'the ledger takes the next record only, once'); END""",
    """CREATE TRIGGER record_update BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER record_delete BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER node_insert BEFORE INSERT ON node
WHEN EXISTS (SELECT 1 FROM node WHERE level = NEW.level AND place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'a subtree that is complete never changes'); END""",
    """CREATE TRIGGER node_update BEFORE UPDATE ON node
BEGIN SELECT RAISE(ABORT, 'a subtree that is complete never changes'); END""",
    """CREATE TRIGGER node_delete BEFORE DELETE ON node
BEGIN SELECT RAISE(ABORT, 'a subtree that is complete never changes'); END""",
    """CREATE TRIGGER checkpoint_update BEFORE UPDATE ON checkpoint
WHEN NEW.size <> OLD.size OR NEW.note <> OLD.note
BEGIN SELECT RAISE(ABORT, 'a checkpoint that was signed stands; only witnesses add to it'); END""",
    """CREATE TRIGGER checkpoint_insert BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'a checkpoint that was signed stands'); END""",
    """CREATE TRIGGER checkpoint_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'a checkpoint that was signed stands'); END""",
    """CREATE TRIGGER about_update BEFORE UPDATE ON about
BEGIN SELECT RAISE(ABORT, 'the name of a log never changes'); END""",
    """CREATE TRIGGER about_delete BEFORE DELETE ON about
BEGIN SELECT RAISE(ABORT, 'the name of a log never changes'); END""",
)

COLUMNS: Final = (
    "position, leaf, kind, record_id, decision_id, application_id, matter, caller, key, at, policy_digest, "
    "subject, key_id, salt, shown, withheld, signature, public_key, sealed"
)

INSERT: Final = f"INSERT INTO record ({COLUMNS}) VALUES ({', '.join('?' * 19)})"  # noqa: S608 - constants of this module

SELECT: Final = (
    f"SELECT {COLUMNS}, (SELECT before.leaf FROM record AS before WHERE before.position = record.position - 1) "  # noqa: S608 - constants of this module
    "FROM record"
)

Row = tuple[
    int, bytes, str, str, str, str, str, str, str, str, str,
    bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes | None,
]  # fmt: skip
"""What SELECT yields: COLUMNS, then the leaf of the record before, if there is one."""


def to_row(recorded: Recorded) -> tuple[int | str | bytes, ...]:
    """The parameters of INSERT."""
    entry, envelope = recorded.entry, recorded.envelope
    return (
        recorded.index,
        recorded.leaf,
        entry.kind,
        entry.record_id,
        entry.decision_id,
        entry.application_id,
        entry.matter,
        entry.caller,
        entry.key,
        entry.at,
        entry.policy_digest,
        entry.subject,
        envelope.key_id,
        envelope.origin_salt,
        envelope.shown,
        envelope.withheld,
        recorded.signature,
        recorded.public_key,
        envelope.sealed,
    )


def from_row(log: str, row: Row) -> Recorded:
    """The record that a row of SELECT holds, its contents still sealed. Only its form is checked: ValueError if no
    entry has such fields."""
    (position, digest, kind, record_id, decision_id, application_id, matter, caller, key, at, policy_digest) = row[:11]
    (subject, key_id, salt, shown, withheld, signature, public_key, sealed, before) = row[11:]
    if position > 0 and before is None:
        raise ValueError("the record before is missing")
    entry = Entry(
        kind=kind,
        record_id=record_id,
        decision_id=decision_id,
        application_id=application_id,
        matter=matter,
        caller=caller,
        key=key,
        at=at,
        policy_digest=policy_digest,
        subject=subject,
        contents=None,
    )
    return Recorded(
        log=log,
        index=position,
        previous=before if before is not None else genesis(log),
        leaf=digest,
        signature=signature,
        public_key=public_key,
        entry=entry,
        envelope=Envelope(key_id, salt, b"", shown, withheld, sealed),
    )


def require_sound_head(where: str, log: str, row: Row | None) -> None:
    """The last record (none of an empty log) must be as it was made: on a broken chain nothing more is written. Raises
    LedgerRefusedError."""
    if row is None:
        return
    try:
        head = from_row(log, row)
        require_unchanged(head)
    except ValueError as error:
        raise LedgerRefusedError(f"{where}: the chain ends in a broken record ({error}); restore it") from error
    if not signature_holds(head.public_key, head.signature, signed_bytes(log, head.index, head.leaf)):
        raise LedgerRefusedError(
            f"{where}: the signature of record {head.index}, the last, is wrong; run `miaopi ledger verify`"
        )
