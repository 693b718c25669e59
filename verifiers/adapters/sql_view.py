"""A read-only view of a database as a register: one row a subject, a column a field.

For owners that have a database and no service. It is asked behind the same guard as any register; only the view named
by the operator is read, with bound parameters, in a transaction that can't write.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import orjson

from verifiers.adapters.databases import ReadFailedError, Rows, Statement, is_identifier
from verifiers.adapters.sql_databases import read_database
from verifiers.adapters.sql_values import as_json, as_text, is_same
from verifiers.adapters.workers import Workers
from verifiers.answers import read_answer
from verifiers.connections.connection import Clocks
from verifiers.connections.entries import Entries, TableRefusedError
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.freshness import Moment, age, live_moment
from verifiers.kinds import Kind
from verifiers.nonces import fresh_nonce
from verifiers.registers import Register
from verifiers.signing import content_digest
from verifiers.transport import MAX_ANSWER_BYTES
from verifiers.verifier import Question, Verifier

_MOST_ROWS: Final = 200
_MOST_VALUES: Final = 50


class SqlConnection:
    """One database."""

    signs = False

    def __init__(self, entries: Entries, clocks: Clocks) -> None:
        """From driver, what its driver needs (sql_databases.py), most_in_flight. Raises TableRefusedError."""
        database = read_database(entries)
        most = entries.whole("most_in_flight", 4, 1, 64)
        entries.done()
        if database is None:
            raise TableRefusedError
        self._workers, self._clocks = Workers(database, most), clocks

    def verifier(self, register: Register, entries: Entries) -> Verifier:
        """Who reads `register` from the view of its table. Raises TableRefusedError."""
        view = read_view(register, entries)
        entries.done()
        return ViewVerifier(view, self)

    async def rows(self, statement: Statement, limit: Deadline) -> Rows:
        """The rows by `limit`. Raises ReadFailedError."""
        return await self._workers.rows(statement, limit)

    def judged_at(self) -> datetime:
        """The time by which answers are fresh or stale."""
        return self._clocks.judged_at()

    async def close(self) -> None:
        """Hang up."""
        await self._workers.close()


@dataclass(frozen=True, slots=True)
class View:
    """Where a register's answer lies: its view, the column of each parameter (its own name unless `where` says
    otherwise) and of each field, the column of its date. `rows` is the list field that many rows make up."""

    name: tuple[str, ...]
    where: Mapping[str, str]
    columns: Mapping[str, str]
    data_as_of: str
    rows: str | None

    def fields(self, register: Register) -> dict[str, Kind]:
        """The fields that one row gives: those of the answer, or of one record of the list."""
        item = register.answers[self.rows].item if self.rows is not None else None
        return dict(register.answers) if item is None else dict(item.fields)


def read_view(register: Register, entries: Entries) -> View:
    """From view, where, columns, data_as_of, rows."""
    name = tuple(entries.text("view").split("."))
    if len(name) > 2 or not all(map(is_identifier, name)):
        entries.complain("view", "应为视图名，如 exchange.v_deaths", "must name a view, such as exchange.v_deaths")
    rows = entries.text("rows", "") or None
    if rows is not None and not _is_list_of_records(register, rows):
        entries.complain(
            "rows",
            "须是该登记库唯一的回答字段，且为记录列表；否则用一行一人、JSON 列",
            "must be the register's only field, and a list of records; else give one row with a JSON column",
        )
        rows = None
    where, columns = entries.texts("where"), entries.texts("columns")
    view = View(name, where, columns, entries.text("data_as_of", "data_as_of"), rows)
    parameters = {*register.asked_with, *register.optional_parameters, *(n for s in register.alternatives for n in s)}
    _check_names(entries, "where", where, parameters)
    _check_names(entries, "columns", columns, view.fields(register).keys())
    if not is_identifier(view.data_as_of):
        entries.complain("data_as_of", "应为列名", "must name a column")
    return view


class ViewVerifier:
    """Reads one register's view."""

    def __init__(self, view: View, connection: SqlConnection) -> None:
        self._view = view
        self._connection = connection

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What the view holds, by `deadline` or the register's own limit, whichever is earlier."""
        started = deadline.clock()
        limit = deadline.at_most(question.register.timeout_ms / 1000)
        try:
            evidence = await self._ask(question, limit)
        except ReadFailedError as error:
            name = question.register.name
            late = error.fault == "late"
            evidence = Evidence(name, "timeout") if late else Evidence(name, "error", fault=error.fault)
        return replace(evidence, elapsed_ms=round((deadline.clock() - started) * 1000))

    async def _ask(self, question: Question, limit: Deadline) -> Evidence:
        view, register = self._view, question.register
        where = tuple((view.where.get(name, name), _values(value)) for name, value in question.params.items())
        if not where or not all(values and is_identifier(column) for column, values in where):
            raise ReadFailedError("unspeakable")
        fields = tuple(view.fields(register))
        columns = (*(view.columns.get(name, name) for name in fields), view.data_as_of, *(name for name, _ in where))
        most = 2 if view.rows is None else _MOST_ROWS + 1
        rows = await self._connection.rows(Statement(view.name, columns, where, most), limit)
        if len(rows) >= most:
            raise ReadFailedError("rows")
        held = tuple(zip(*rows, strict=True))[len(fields) + 1 :]
        if rows and not all(_is_all_of(wanted, found) for (_, wanted), found in zip(where, held, strict=True)):
            raise ReadFailedError("subject")
        return self._judge(question, rows, live_moment(self._connection.judged_at()))

    def _judge(self, question: Question, rows: Rows, moment: Moment) -> Evidence:
        register, fields = question.register, self._view.fields(question.register)
        records = [
            {name: as_json(kind, value) for (name, kind), value in zip(fields.items(), row, strict=False)}
            for row in rows
        ]
        dates = [as_text(row[len(fields)]) for row in rows]
        number = fresh_nonce()
        wire = _canonical(question, number, dates, records)
        if len(wire) > MAX_ANSWER_BYTES:
            raise ReadFailedError("too_large")
        if not rows:
            answer: dict[str, object] = {"status": "no_record"}
        else:
            data = records[0] if self._view.rows is None else {self._view.rows: _present(records, fields)}
            answer = {**data, "status": "ok", "data_as_of": _oldest(dates, moment)}
        evidence = read_answer(register, question.asked_with, answer, moment)
        return replace(evidence, request_id=number, digest=content_digest(wire), wire=wire)


def _is_list_of_records(register: Register, name: str) -> bool:
    kind = register.answers.get(name)
    return len(register.answers) == 1 and kind is not None and kind.item is not None and bool(kind.item.fields)


def _check_names(entries: Entries, key: str, names: Mapping[str, str], known: Collection[str]) -> None:
    for name, column in names.items():
        if name not in known:
            these = "、".join(sorted(known)), ", ".join(sorted(known))
            entries.complain(f"{key}.{name}", f"登记库没有它；有：{these[0]}", f"is none of the register's: {these[1]}")
        if not is_identifier(column):
            entries.complain(f"{key}.{name}", "应为列名", "must name a column: letters, digits, underscores")


def _values(value: object) -> tuple[object, ...]:
    """The values of a parameter; () for what no column can be compared with."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    return values if len(values) <= _MOST_VALUES and all(isinstance(one, str | int) for one in values) else ()


def _is_all_of(wanted: tuple[object, ...], found: tuple[object, ...]) -> bool:
    """Whether a column holds all that was asked for and nothing else: a row of one spouse says nothing of both."""
    return all(any(is_same(one, other) for one in wanted) for other in found) and all(
        any(is_same(one, other) for other in found) for one in wanted
    )


def _present(records: list[dict[str, object]], fields: Mapping[str, Kind]) -> list[dict[str, object]]:
    """Records without the optional fields that are null: so a register says that it leaves them out."""
    return [{name: one for name, one in r.items() if one is not None or not fields[name].optional} for r in records]


def _oldest(dates: list[object], moment: Moment) -> object:
    """The date that counts for several rows; one that is missing, malformed or in the future before all."""
    ages = [(one, age(one, moment)) for one in dates]
    bad = [one for one, old in ages if not isinstance(old, timedelta)]
    return bad[0] if bad else max((old, one) for one, old in ages if isinstance(old, timedelta))[1]


def _canonical(question: Question, number: str, dates: list[object], records: list[dict[str, object]]) -> bytes:
    """The rows as bytes, for digest and journal; the same rows give the same bytes but for their number."""
    wire = {
        "request_id": number,
        "purpose": question.purpose,
        "subject": question.subject,
        "data_as_of": dates,
        "rows": records,
    }
    try:
        return orjson.dumps(wire, option=orjson.OPT_SORT_KEYS, default=str)
    except orjson.JSONEncodeError:
        raise ReadFailedError("value") from None
