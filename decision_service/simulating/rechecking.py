"""Decisions on record beside what comes out of them now, row by row, under the version that decided them then."""

from collections.abc import Sequence
from dataclasses import replace

from duckdb import DuckDBPyConnection

from decision_service.outcome import PRECEDENCE
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import Cell, column
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.making import ROW
from decision_service.simulating.query import Dimension, Question
from decision_service.simulating.recorded import Difference, FromLedger
from verifiers.kinds import Kind

_BANDED = ("boolean", "whole", "money", "decimal", "date", "month", "region")


def rechecked(
    connection: DuckDBPyConnection, asked: Question, policies: Sequence[Policy], recorded: FromLedger
) -> FromLedger:
    """The same with its differences. Rows that are not judged in bulk are not compared."""
    table = asked.judged.table
    cells: dict[str, Cell] = {ROW: table[ROW]}
    cells |= {f"o{at}": column(one.outcome, "int64") for at, one in enumerate(asked.judged.verdicts)}
    if asked.judged.left_out is not False:
        table = table.filter(~column(asked.judged.left_out, "boolean").fill_null(False))
    reader = connection.sql(sql_of(table.select(**cells).order_by(ROW), "duckdb")).to_arrow_table()
    at_of = {policy.digest: f"o{at}" for at, policy in enumerate(policies)}
    checked, differences = 0, []
    for row in reader.to_pylist():
        one = recorded.decided[row[ROW]]
        if one.digest not in at_of:
            continue
        checked += 1
        now = PRECEDENCE[row[at_of[one.digest]]]
        if now is not one.outcome:
            differences.append(Difference(row[ROW], one.decision_id, one.outcome, now))
    return replace(recorded, checked=checked, differences=tuple(differences))


def revealing(dimensions: Sequence[Dimension]) -> str | None:
    """The first name by which grouping would print what single persons wrote: a number of theirs, or free text."""
    return next((one.name for one in dimensions if not _coarse(one.kind)), None)


def _coarse(kind: Kind) -> bool:
    return kind.name in _BANDED or (kind.name == "text" and bool(kind.values))
