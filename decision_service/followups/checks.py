"""The credit checks that are owed and those that were made, on file."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from typing import Final

import orjson

from decision_service.followups.file import FollowupFile
from decision_service.followups.schedule import DUE_WITHIN, LONGEST_SECONDS
from decision_service.followups.turns import Key
from decision_service.resubmission import Late

_DUE_MS: Final = int(DUE_WITHIN.total_seconds() * 1000)
_LONGEST_MS: Final = int(LONGEST_SECONDS * 1000)

_SELECT_OWED: Final = "SELECT caller, application_id, decision_id, matter, since, attempts, status, next_at FROM owed"
_OWE: Final = (
    "INSERT INTO owed VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (caller, application_id) DO UPDATE SET decision_id = excluded.decision_id"
)
_SELECT_DONE: Final = (
    "SELECT decision_id, application_id, matter, since, attempts, completed_at, status, request_id, digest, "
    "data_as_of, counts FROM completed ORDER BY completed_at DESC, decision_id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Owed:
    """A credit check that is owed. `since` is the first decision without it, `next_at` when it is tried next (both ms
    since 1970); `status` is what the last of `attempts` came to."""

    caller: str
    application_id: str
    decision_id: str
    matter: str
    since: int
    attempts: int
    status: str | None
    next_at: int

    @property
    def key(self) -> Key:
        """The application."""
        return self.caller, self.application_id

    def is_overdue(self, now_ms: int) -> bool:
        """Whether it should have been made by now."""
        return now_ms - self.since > _DUE_MS


@dataclass(frozen=True, slots=True)
class Done:
    """A credit check that was made after decision `decision_id`. `completed_at` is an instant of RFC 3339; `counts`:
    the record holds an entry that the matter's credit policy names, which officers are shown and decides nothing."""

    decision_id: str
    application_id: str
    matter: str
    since: int
    attempts: int
    completed_at: str
    status: str
    request_id: str | None
    digest: str | None
    data_as_of: str | None
    counts: bool

    def __post_init__(self) -> None:
        """SQLite knows no booleans."""
        object.__setattr__(self, "counts", bool(self.counts))


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many checks are owed, how many of them are over their time, and the oldest (ms since 1970)."""

    owed: int
    overdue: int
    oldest: int | None


class Checks:
    """The checks in `file`; each method raises LedgerFaultError when the medium fails."""

    def __init__(self, file: FollowupFile) -> None:
        self._file = file

    def owe(self, connection: sqlite3.Connection, owed: Owed) -> None:
        """Within a transaction: this decision went out without its check. It stays owed since when it was first."""
        found = connection.execute("SELECT 1 FROM completed WHERE decision_id = ?", (owed.decision_id,)).fetchone()
        if found is not None:
            self.settle(connection, owed.key)
        else:
            connection.execute(_OWE, astuple(owed))

    def settle(self, connection: sqlite3.Connection, key: Key) -> None:
        """Within a transaction: the application owes nothing any more."""
        connection.execute("DELETE FROM owed WHERE caller = ? AND application_id = ?", key)

    def due(self, now_ms: int, count: int) -> tuple[Owed, ...]:
        """At most `count` checks whose time to be tried has come, the longest owed first.

        None is put off for longer than LONGEST_SECONDS: what seems so was, by a clock that has been put right since.
        """
        clause = "WHERE next_at <= ? OR next_at > ? ORDER BY since, decision_id LIMIT ?"
        return self._owed(clause, (now_ms, now_ms + _LONGEST_MS, count))

    def owed(self) -> tuple[Owed, ...]:
        """All checks that are owed, the longest owed first."""
        return self._owed("ORDER BY since, decision_id", ())

    def soonest(self) -> int | None:
        """When a check is tried next (ms since 1970); None where none is owed."""
        with self._file.reading() as connection:
            found: int | None = connection.execute("SELECT min(next_at) FROM owed").fetchone()[0]
        return found

    def put_off(self, owed: Owed, status: str, next_at: int) -> None:
        """The check came to nothing this time."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE owed SET attempts = attempts + 1, status = ?, next_at = ? "
                "WHERE caller = ? AND application_id = ?",
                (status, next_at, *owed.key),
            )

    def drop(self, owed: Owed) -> None:
        """Nothing is owed after all: a later decision has settled it."""
        with self._file.writing() as connection:
            self.settle(connection, owed.key)

    def complete(self, owed: Owed, done: Done, answer: bytes, answer_until: int) -> None:
        """The check was made. `answer` (JSON) is kept until then (ms since 1970), for a new submission to use."""
        row = (*astuple(done), answer, answer_until)
        with self._file.writing() as connection:
            connection.execute(f"INSERT INTO completed VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - question marks
            self.settle(connection, owed.key)

    def made_up(self, decision_ids: Sequence[str]) -> frozenset[str]:
        """Those of the decisions whose check was made afterwards."""
        return frozenset(name for name in decision_ids if self._completed("decision_id", name) is not None)

    def answers(self, decision_ids: Sequence[str]) -> Late:
        """The answers that came afterwards, as the archive writes them, as long as they are kept."""
        found = {name: self._completed("answer", name) for name in decision_ids}
        return {name: orjson.loads(answer) for name, answer in found.items() if answer is not None}

    def done(self, count: int) -> tuple[Done, ...]:
        """The checks that were made last, newest first."""
        with self._file.reading() as connection:
            rows = connection.execute(_SELECT_DONE, (count,)).fetchall()
        return tuple(Done(*row) for row in rows)

    def forget(self, now_ms: int) -> None:
        """Let go of answers that are too old to be used: that a check was made stays, what it said does not."""
        with self._file.writing() as connection:
            forgotten = connection.execute(
                "UPDATE completed SET answer = NULL WHERE answer IS NOT NULL AND answer_until < ?", (now_ms,)
            ).rowcount
        if forgotten:
            self._file.settle()

    def forget_of(self, decision_ids: Collection[str]) -> None:
        """Let go of the answers that came after these decisions, for good: that a check was made stays."""
        with self._file.writing() as connection:
            connection.executemany(
                "UPDATE completed SET answer = NULL WHERE decision_id = ?", [(one,) for one in decision_ids]
            )
        self._file.settle()

    def backlog(self, now_ms: int) -> Backlog:
        """How much is owed at `now_ms`, the service's own time."""
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT count(*), coalesce(sum(since < ?), 0), min(since) FROM owed", (now_ms - _DUE_MS,)
            ).fetchone()
        return Backlog(*row)

    def _owed(self, clause: str, parameters: tuple[int, ...]) -> tuple[Owed, ...]:
        with self._file.reading() as connection:
            rows = connection.execute(f"{_SELECT_OWED} {clause}", parameters).fetchall()
        return tuple(Owed(*row) for row in rows)

    def _completed(self, column: str, decision_id: str) -> str | bytes | None:
        with self._file.reading() as connection:
            row: tuple[str | bytes | None] | None = connection.execute(
                f"SELECT {column} FROM completed WHERE decision_id = ?",  # noqa: S608 - a column that this class names
                (decision_id,),
            ).fetchone()
        return None if row is None else row[0]
