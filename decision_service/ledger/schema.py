"""The tables of a ledger in SQLite, and a record as a row of them."""

from typing import Final

from decision_service.ledger.entry import Entry, Recorded, genesis, leaf

VERSION: Final = 1
"""`user_version` of the file. A ledger is never migrated: a new layout gets a new number, the old stays readable."""

APPLICATION_ID: Final = 0x6D706C31
"""`application_id` of the file ("mpl1"), which tells a ledger from any other SQLite file."""

TABLES: Final = (
    "CREATE TABLE about (one INTEGER PRIMARY KEY CHECK (one = 1), log TEXT NOT NULL) STRICT",
    """CREATE TABLE record (
  position INTEGER PRIMARY KEY CHECK (position >= 0),
  application_id TEXT NOT NULL,
  matter TEXT NOT NULL,
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  decision_id TEXT NOT NULL UNIQUE,
  decided_at TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  answer BLOB NOT NULL,
  archive BLOB NOT NULL,
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  leaf BLOB NOT NULL CHECK (length(leaf) = 32),
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  public_key BLOB NOT NULL CHECK (length(public_key) = 32),
  UNIQUE (caller, key)
) STRICT""",
    "CREATE INDEX record_application ON record (caller, application_id)",
    # Triggers, so that a slip of the hand in a shell fails too. The insert trigger also stops INSERT OR REPLACE, which
    # would delete the row in its way without firing the delete trigger.
    """CREATE TRIGGER record_insert BEFORE INSERT ON record
WHEN NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM record)
  OR EXISTS (SELECT 1 FROM record WHERE decision_id = NEW.decision_id)
  OR EXISTS (SELECT 1 FROM record WHERE caller = NEW.caller AND key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'the ledger takes the next record only, once'); END""",
    """CREATE TRIGGER record_update BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER record_delete BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER about_update BEFORE UPDATE ON about
BEGIN SELECT RAISE(ABORT, 'the name of a log never changes'); END""",
    """CREATE TRIGGER about_delete BEFORE DELETE ON about
BEGIN SELECT RAISE(ABORT, 'the name of a log never changes'); END""",
)

_COLUMNS: Final = (
    "position, application_id, matter, caller, key, fingerprint, decision_id, decided_at, policy_digest, "
    "answer, archive, salt, leaf, signature, public_key"
)

INSERT: Final = f"INSERT INTO record ({_COLUMNS}) VALUES ({', '.join('?' * 15)})"  # noqa: S608 - constants of this module

SELECT: Final = (
    f"SELECT {_COLUMNS}, (SELECT before.leaf FROM record AS before WHERE before.position = record.position - 1) "  # noqa: S608 - constants of this module
    "FROM record"
)

Row = tuple[int, str, str, str, str, str, str, str, str, bytes, bytes, bytes, bytes, bytes, bytes, bytes | None]
"""What SELECT yields: the columns of `record`, then the leaf of the record before, if there is one."""


def to_row(recorded: Recorded) -> tuple[int | str | bytes, ...]:
    """The parameters of INSERT."""
    entry = recorded.entry
    return (
        recorded.index,
        entry.application_id,
        entry.matter,
        entry.caller,
        entry.key,
        entry.fingerprint,
        entry.decision_id,
        entry.decided_at,
        entry.policy_digest,
        entry.answer,
        entry.archive,
        entry.salt,
        recorded.leaf,
        recorded.signature,
        recorded.public_key,
    )


def from_row(log: str, row: Row) -> Recorded:
    """The record that a row of SELECT holds; only its form is checked: ValueError if no entry has such fields."""
    (position, application_id, matter, caller, key, fingerprint, decision_id, decided_at, policy_digest) = row[:9]
    (answer, archive, salt, digest, signature, public_key, before) = row[9:]
    if position > 0 and before is None:
        raise ValueError("the record before is missing")
    entry = Entry(
        application_id=application_id,
        matter=matter,
        caller=caller,
        key=key,
        fingerprint=fingerprint,
        decision_id=decision_id,
        decided_at=decided_at,
        policy_digest=policy_digest,
        answer=answer,
        archive=archive,
        salt=salt,
    )
    return Recorded(
        log=log,
        index=position,
        previous=before if before is not None else genesis(log),
        leaf=digest,
        signature=signature,
        public_key=public_key,
        entry=entry,
    )


def read_row(log: str, row: Row) -> Recorded:
    """As `from_row`, for records that will be answered: ValueError also if a byte was changed since it was made."""
    recorded = from_row(log, row)
    if leaf(recorded.entry.statement().to_bytes(), recorded.previous) != recorded.leaf:
        raise ValueError(f"record {recorded.index} was changed since it was made; run `miaopi ledger verify`")
    return recorded
