"""Reading a ledger file beside the service that writes it: no key, no lock, nothing changed."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from decision_service.ledger import schema
from decision_service.ledger.connection import connect
from decision_service.ledger.entry import Recorded
from decision_service.ledger.errors import LedgerFaultError, LedgerRefusedError


class LedgerReader:
    """The records of the ledger at `path`, as they stood when it was opened."""

    def __init__(self, path: Path) -> None:
        """Raises LedgerRefusedError if `path` is no ledger."""
        if not path.is_file():
            raise LedgerRefusedError(f"ledger {path}: no such file")
        self._path = path
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

    def count(self) -> int:
        """How many records there are."""
        return int(self._connection.execute("SELECT count(*) FROM record").fetchone()[0])

    def records(self, decision_id: str | None = None) -> Iterator[Recorded]:
        """Every record in order, or that of one decision. Raises LedgerFaultError at a record that was changed."""
        clause, parameters = (
            ("ORDER BY position", ()) if decision_id is None else ("WHERE decision_id = ?", (decision_id,))
        )
        yield from self._records(clause, parameters)

    def callers(self) -> Iterator[str]:
        """Everybody whose applications are on record. Each step is one look into the index."""
        found = next(self._texts("SELECT min(caller) FROM record", ()))
        while found is not None:
            yield found
            found = next(self._texts("SELECT min(caller) FROM record WHERE caller > ?", (found,)))

    def applications_decided_on(self, day: str) -> Iterator[str]:
        """The applications with a decision of that day (2026-03-16), as often as they have one."""
        for one in self._texts("SELECT application_id FROM record WHERE substr(decided_at, 1, 10) = ?", (day,)):
            yield one or ""

    def of_application(self, caller: str, application_id: str) -> Iterator[Recorded]:
        """The decisions on an application, oldest first. Raises LedgerFaultError at a record that was changed."""
        yield from self._records("WHERE caller = ? AND application_id = ? ORDER BY position", (caller, application_id))

    def _records(self, clause: str, parameters: tuple[str, ...]) -> Iterator[Recorded]:
        try:
            for row in self._connection.execute(f"{schema.SELECT} {clause}", parameters):
                yield schema.read_row(self._log, row)
        except (sqlite3.Error, ValueError) as error:
            raise LedgerFaultError(f"ledger {self._path}: a record can't be read ({error})") from error

    def _texts(self, statement: str, parameters: tuple[str, ...]) -> Iterator[str | None]:
        try:
            for (text,) in self._connection.execute(statement, parameters):
                yield text
        except sqlite3.Error as error:
            raise LedgerFaultError(f"ledger {self._path}: can't be read ({error})") from error
