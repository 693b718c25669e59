"""Reading a ledger file beside the service that writes it: no key, no lock, nothing changed."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from decision_service.ledger import schema
from decision_service.ledger.connection import connect
from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.linking import opened
from decision_service.ledger.queries import clause_of
from decision_service.ledger.store import About, ByApplication, ByDecision

_COUNT = "SELECT count(*) FROM record WHERE kind = 'decision'"
_FIRST_CALLER = "SELECT min(caller) FROM record WHERE kind = 'decision'"
_COUNTED = "SELECT kind, matter, count(*) FROM record GROUP BY kind, matter"
_ON_DAY = "SELECT application_id FROM record WHERE kind = 'decision' AND substr(at, 1, 10) = ?"


class LedgerReader:
    """The records of the ledger at `path`, as they stood when it was opened."""

    def __init__(self, path: Path, ring: KeyRing) -> None:
        """`ring` opens what the records hold. Raises LedgerRefusedError if `path` is no ledger."""
        if not path.is_file():
            raise LedgerRefusedError(f"ledger {path}: no such file")
        self._path = path
        self._ring = ring
        self._connection = connect(path)
        try:
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.execute("BEGIN")
            self._log = str(self._connection.execute("SELECT log FROM about").fetchone()[0])
        except (sqlite3.Error, TypeError) as error:
            self._connection.close()
            raise LedgerRefusedError(f"ledger {path}: not a ledger that can be read ({error})") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def log(self) -> str:
        """The name of the log."""
        return self._log

    def count(self) -> int:
        """How many decisions there are."""
        return int(self._connection.execute(_COUNT).fetchone()[0])

    def decisions(self, decision_id: str | None = None) -> Iterator[Recorded]:
        """Every decision in order, or that one. Raises LedgerFaultError at a record that was changed."""
        if decision_id is None:
            yield from self._records("WHERE kind = 'decision' ORDER BY position", ())
        else:
            yield from self._records(*clause_of(ByDecision(decision_id), "?"))

    def counted(self) -> dict[tuple[str, str], int]:
        """How many records there are, by kind and matter (empty where a record is of none). Raises LedgerFaultError."""
        try:
            return {(kind, matter): count for kind, matter, count in self._connection.execute(_COUNTED)}
        except sqlite3.Error as error:
            raise LedgerFaultError(f"ledger {self._path}: can't be read ({error})") from error

    def on_matter(self, matter: str) -> Iterator[Recorded]:
        """The decisions on a matter in order. Raises LedgerFaultError at a record that was changed."""
        yield from self._records("WHERE kind = 'decision' AND matter = ? ORDER BY position", (matter,))

    def about(self, decision_id: str) -> Iterator[Recorded]:
        """The whole case of a decision, oldest first. Raises LedgerFaultError at a record that was changed."""
        yield from self._records(*clause_of(About(decision_id), "?"))

    def callers(self) -> Iterator[str]:
        """Everybody whose applications are on record. Each step is one look into the index."""
        found = next(self._texts(_FIRST_CALLER, ()))
        while found is not None:
            yield found
            found = next(self._texts(f"{_FIRST_CALLER} AND caller > ?", (found,)))

    def applications_decided_on(self, day: str) -> Iterator[str]:
        """The applications with a decision of that day (2026-03-16), as often as they have one."""
        for one in self._texts(_ON_DAY, (day,)):
            yield one or ""

    def of_application(self, caller: str, application_id: str) -> Iterator[Recorded]:
        """The decisions on an application, oldest first. Raises LedgerFaultError at a record that was changed."""
        yield from self._records(*clause_of(ByApplication(caller, application_id), "?"))

    def _records(self, clause: str, parameters: tuple[int | str | bytes, ...]) -> Iterator[Recorded]:
        try:
            for row in self._connection.execute(f"{schema.SELECT} {clause}", parameters):
                yield opened(schema.from_row(self._log, row), self._ring)
        except (sqlite3.Error, ValueError) as error:
            raise LedgerFaultError(f"ledger {self._path}: a record can't be read ({error})") from error

    def _texts(self, statement: str, parameters: tuple[str, ...]) -> Iterator[str | None]:
        try:
            for (text,) in self._connection.execute(statement, parameters):
                yield text
        except sqlite3.Error as error:
            raise LedgerFaultError(f"ledger {self._path}: can't be read ({error})") from error
