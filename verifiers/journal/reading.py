"""Reading a journal beside the service that writes it: nothing is locked, nothing changed."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from verifiers.journal import schema
from verifiers.journal.errors import JournalFaultError
from verifiers.journal.files import open_for_reading
from verifiers.journal.records import Access, CallRecord
from verifiers.journal.retention import CALL, CREDIT_CALL

_OF_DAY = f"kept_as IN ('{CALL}', '{CREDIT_CALL}') AND asked_at >= ? AND asked_at < ?"


class JournalReader:
    """The notes in the journal at `path` as they stood when it was opened. Each method raises JournalFaultError."""

    def __init__(self, path: Path) -> None:
        """Raises JournalRefusedError if `path` is no journal."""
        self._path = path
        self._connection = open_for_reading(path)
        self._connection.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def calls_of(self, application_id: str) -> list[CallRecord]:
        """The calls made for an application, in the order in which they went out."""
        rows = self._rows(f"{schema.SELECT_CALL} WHERE application_id = ? ORDER BY sent.call_id", (application_id,))
        return [schema.read_call(row) for row in rows]

    def calls_between(self, start: int, end: int) -> Iterator[CallRecord]:
        """The calls that went out from `start` to before `end` (ms since 1970), in no order."""
        for row in self._rows(f"{schema.SELECT_CALL} WHERE {_OF_DAY}", (start, end)):
            yield schema.read_call(row)

    def applications_between(self, start: int, end: int) -> Iterator[str]:
        """The applications for which calls went out from `start` to before `end` (ms since 1970)."""
        statement = f"SELECT DISTINCT application_id FROM sent WHERE {_OF_DAY}"  # noqa: S608 - a constant of this module
        for row in self._rows(statement, (start, end)):
            yield str(row[0])

    def numbers_between(self, start: int, end: int) -> Iterator[schema.Row]:
        """Of the answered calls in that time: register, request id, digest, application, call id, asked at."""
        columns = "register, request_id, digest, application_id, sent.call_id, asked_at"
        joined = "sent JOIN ended ON ended.call_id = sent.call_id"
        yield from self._rows(
            f"SELECT {columns} FROM {joined} WHERE request_id IS NOT NULL AND {_OF_DAY}",  # noqa: S608 - constants of this module
            (start, end),
        )

    def answer(self, call_id: str) -> bytes | None:
        """The raw answer of a call, None where there was none or its retention day has passed."""
        for row in self._rows("SELECT body FROM answer WHERE call_id = ?", (call_id,)):
            return bytes(row[0]) if isinstance(row[0], bytes) else None
        return None

    def accesses(
        self,
        *,
        application_id: str | None = None,
        decision_id: str | None = None,
        between: tuple[int, int] | None = None,
    ) -> Iterator[Access]:
        """Who read decisions, oldest first: of an application, of a decision, within a time (ms since 1970).

        Readings of all decisions at once are among those of each.
        """
        clauses, parameters = ["1"], list[object]()
        for name, value in (("application_id", application_id), ("decision_id", decision_id)):
            if value is not None:
                clauses.append(f"({name} = ? OR decision_id IS NULL)")
                parameters.append(value)
        if between is not None:
            clauses.append("at >= ? AND at < ?")
            parameters += between
        where = " AND ".join(clauses)
        for row in self._rows(f"{schema.SELECT_ACCESS} WHERE {where} ORDER BY at, access_id", tuple(parameters)):
            yield schema.read_access(row)

    def dropped_before(self, kind: str) -> int:
        """The instant (ms since 1970) up to which notes of `kind` are dropped, 0 where none are."""
        rows = self._rows("SELECT coalesce(max(before), 0) FROM dropped WHERE kind = ?", (kind,))
        return int(str(next(rows)[0]))

    def _rows(self, statement: str, parameters: tuple[object, ...]) -> Iterator[schema.Row]:
        try:
            yield from self._connection.execute(statement, parameters)
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise JournalFaultError(f"journal {self._path}: can't be read ({error})") from error
