"""The tables of a journal in SQLite, and its notes as rows of them.

Calls are two tables, so that no row is ever changed: one written as the call goes out, one when it has ended. A row can
be deleted only once `dropped` says that its kind was dropped up to a later instant than its own; an answer also once
`erased` says that its application's person was.
"""

from typing import Final

import orjson

from verifiers.journal.records import Access, CallRecord, Ended, RawAnswer, Sent
from verifiers.journal.retention import ACCESS, ANSWER

VERSION: Final = 2
APPLICATION_ID: Final = 0x6D706A31
"""`application_id` of the file ("mpj1"), which tells a journal from any other SQLite file."""

_FROZEN = "BEFORE UPDATE ON {0} BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
_KEPT = "BEFORE DELETE ON {0} WHEN {1} BEGIN SELECT RAISE(ABORT, 'this is kept until its retention day'); END"
_ANSWER, _ACCESS = f"'{ANSWER}'", f"'{ACCESS}'"
_DROPPED = "(SELECT coalesce(max(before), 0) FROM dropped WHERE kind = {0})"

_IS_KEPT = (
    f"OLD.ended_at >= {_DROPPED.format(_ANSWER)} AND NOT EXISTS (SELECT 1 FROM sent JOIN erased "  # noqa: S608 - constants of this module
    "ON erased.application_id = sent.application_id WHERE sent.call_id = OLD.call_id)"
)

TABLES: Final = (
    """CREATE TABLE sent (
  call_id TEXT PRIMARY KEY, register TEXT NOT NULL, matter TEXT NOT NULL, application_id TEXT NOT NULL,
  purpose TEXT NOT NULL, params TEXT NOT NULL, subject TEXT NOT NULL, reached TEXT NOT NULL, caller TEXT NOT NULL,
  instance TEXT NOT NULL, asked_at INTEGER NOT NULL, kept_as TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX sent_application ON sent (application_id)",
    "CREATE INDEX sent_asked ON sent (kept_as, asked_at)",
    """CREATE TABLE ended (
  call_id TEXT PRIMARY KEY, ended_at INTEGER NOT NULL, status TEXT NOT NULL, fault TEXT, request_id TEXT,
  data_as_of TEXT, digest TEXT, elapsed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE answer (
  call_id TEXT NOT NULL UNIQUE, ended_at INTEGER NOT NULL, body BLOB NOT NULL
) STRICT""",
    "CREATE INDEX answer_ended ON answer (ended_at)",
    """CREATE TABLE access (
  access_id TEXT PRIMARY KEY, who TEXT NOT NULL, instance TEXT NOT NULL, decision_id TEXT, application_id TEXT,
  purpose TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX access_at ON access (at)",
    "CREATE INDEX access_application ON access (application_id)",
    "CREATE INDEX access_decision ON access (decision_id)",
    """CREATE TABLE dropped (
  kind TEXT NOT NULL, before INTEGER NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL
) STRICT""",
    "CREATE TABLE erased (application_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    *(f"CREATE TRIGGER {name}_update {_FROZEN.format(name)}" for name in ("sent", "ended", "answer", "access")),
    f"CREATE TRIGGER dropped_update {_FROZEN.format('dropped')}",
    f"CREATE TRIGGER dropped_delete {_KEPT.format('dropped', '1')}",
    f"CREATE TRIGGER sent_delete {_KEPT.format('sent', 'OLD.asked_at >= ' + _DROPPED.format('OLD.kept_as'))}",
    """CREATE TRIGGER ended_delete BEFORE DELETE ON ended
WHEN EXISTS (SELECT 1 FROM sent WHERE sent.call_id = OLD.call_id)
BEGIN SELECT RAISE(ABORT, 'this is kept until its retention day'); END""",
    f"CREATE TRIGGER answer_delete {_KEPT.format('answer', _IS_KEPT)}",
    f"CREATE TRIGGER erased_update {_FROZEN.format('erased')}",
    f"CREATE TRIGGER erased_delete {_KEPT.format('erased', '1')}",
    f"CREATE TRIGGER access_delete {_KEPT.format('access', 'OLD.at >= ' + _DROPPED.format(_ACCESS))}",
)

# Notes that were written though their commit seemed to fail come again: the first stands.
INSERT_SENT: Final = "INSERT INTO sent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
INSERT_ENDED: Final = "INSERT INTO ended VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
INSERT_ANSWER: Final = "INSERT INTO answer VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
INSERT_ACCESS: Final = "INSERT INTO access VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
INSERT_ERASED: Final = "INSERT INTO erased VALUES (?, ?) ON CONFLICT DO NOTHING"
# Numbers of applications are each platform's own: another one's answers under the same number stay.
DELETE_ERASED: Final = (
    "DELETE FROM answer WHERE call_id IN (SELECT call_id FROM sent WHERE application_id = ? AND caller = ?)"
)
INSERT_DROPPED: Final = "INSERT INTO dropped VALUES (?, ?, ?, ?)"

SELECT_CALL: Final = (
    "SELECT sent.call_id, register, matter, application_id, purpose, params, subject, reached, caller, instance, "
    "asked_at, ended.call_id, ended_at, status, fault, request_id, data_as_of, digest, elapsed_ms "
    "FROM sent LEFT JOIN ended ON ended.call_id = sent.call_id"
)
SELECT_ACCESS: Final = "SELECT access_id, who, instance, decision_id, application_id, purpose, at FROM access"

Row = tuple[object, ...]


def sent_row(sent: Sent, kept_as: str) -> Row:
    """The parameters of INSERT_SENT."""
    params = orjson.dumps(sent.params).decode()
    first = (sent.call_id, sent.register, sent.matter, sent.application_id, sent.purpose, params)
    return (*first, sent.subject, sent.reached, sent.caller, sent.instance, sent.asked_at, kept_as)


def ended_row(ended: Ended) -> Row:
    """The parameters of INSERT_ENDED."""
    first = (ended.call_id, ended.ended_at, ended.status, ended.fault, ended.request_id)
    return (*first, ended.data_as_of, ended.digest, ended.elapsed_ms)


def answer_row(answer: RawAnswer) -> Row:
    """The parameters of INSERT_ANSWER."""
    return (answer.call_id, answer.ended_at, answer.body)


def access_row(access: Access) -> Row:
    """The parameters of INSERT_ACCESS."""
    first = (access.access_id, access.who, access.instance, access.decision_id, access.application_id)
    return (*first, access.purpose, access.at)


def read_call(row: Row) -> CallRecord:
    """The call that a row of SELECT_CALL holds."""
    (call_id, register, matter, application_id, purpose, params, subject, reached, caller, instance, asked_at) = row[
        :11
    ]
    names = tuple(orjson.loads(str(params)))
    texts = (str(call_id), str(register), str(matter), str(application_id), str(purpose))
    sent = Sent(*texts, names, str(subject), str(reached), str(caller), str(instance), _whole(asked_at))
    if row[11] is None:
        return CallRecord(sent, None)
    ended_at, status, fault, request_id, data_as_of, digest, elapsed_ms = row[12:]
    ended = Ended(
        sent.call_id,
        _whole(ended_at),
        str(status),
        _maybe(fault),
        _maybe(request_id),
        _maybe(data_as_of),
        _maybe(digest),
        _whole(elapsed_ms),
    )
    return CallRecord(sent, ended)


def read_access(row: Row) -> Access:
    """The access that a row of SELECT_ACCESS holds."""
    access_id, who, instance, decision_id, application_id, purpose, at = row
    ids = (_maybe(decision_id), _maybe(application_id))
    return Access(str(access_id), str(who), str(instance), *ids, str(purpose), _whole(at))


def _maybe(value: object) -> str | None:
    return None if value is None else str(value)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a whole number is expected")
    return value
