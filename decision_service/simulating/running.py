"""The question put to DuckDB, out of memory and on every core, and what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import column
from decision_service.readings.bulk.columns import columns_of
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.making import ROW
from decision_service.simulating.population import Population, PopulationError, opened, wrong_value
from decision_service.simulating.query import Question, question

UNSTAGING = frozenset(
    {"partial_aggregate_pushdown", "projection_placement", "projection_pullup", "scalar_fn_pushdown", "type_pushdown"}
)
"""Optimizers of DuckDB that move expressions between projections: a column that is used ten times would be written out
ten times, at every stage again, until no memory holds the plan."""

Progress = Callable[[float], None]
"""Told how much is done, from 0 to 100."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Groups of rows that are decided alike, as mappings by the names of Question.grouped; seconds that it took."""

    question: Question
    population: Population
    groups: Sequence[Mapping[str, Any]]
    seconds: float


def connect(threads: int | None = None, memory: str | None = None) -> DuckDBPyConnection:
    """A DuckDB of its own in memory; populations stay in their files."""
    settings: dict[str, str | bool | int | float | list[str]] = {"preserve_insertion_order": "true"}
    if threads is not None:
        settings["threads"] = threads
    if memory is not None:
        settings["memory_limit"] = memory
    connection = duckdb.connect(config=settings)
    known = {str(name) for (name,) in connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
    connection.execute(f"SET disabled_optimizers = '{','.join(sorted(UNSTAGING & known))}'")
    return connection


def simulate(
    connection: DuckDBPyConnection,
    policies: Sequence[Policy],
    catalogue: Catalogue,
    path: Path,
    by: Sequence[str] = (),
    as_of: date | None = None,
    progress: Progress = lambda _: None,
) -> Answer:
    """One version, or two, over the population in a file. Raises PopulationError, NotInBulkError, NoSuchNameError."""
    started = perf_counter()
    population = opened(connection, path, policies, as_of)
    answer = simulate_over(connection, policies, catalogue, population, by, progress)
    return replace(answer, seconds=perf_counter() - started)


def simulate_over(
    connection: DuckDBPyConnection,
    policies: Sequence[Policy],
    catalogue: Catalogue,
    population: Population,
    by: Sequence[str] = (),
    progress: Progress = lambda _: None,
) -> Answer:
    """The same over a population that was opened. Raises PopulationError, NotInBulkError, NoSuchNameError."""
    started = perf_counter()
    asked = question(policies, catalogue, population.table, population.given, by)
    groups = _watched(connection, sql_of(asked.grouped(), "duckdb"), progress)
    _complain(connection, asked, groups, policies)
    return Answer(asked, population, groups, perf_counter() - started)


def _watched(connection: DuckDBPyConnection, sql: str, progress: Progress) -> list[dict[str, Any]]:
    """The rows of a query; meanwhile its progress is told."""
    found: list[list[dict[str, Any]]] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(connection.sql(sql).to_arrow_table().to_pylist())
        except duckdb.Error as error:
            failed.append(error)

    thread = Thread(target=run)
    thread.start()
    while thread.is_alive():
        thread.join(0.2)
        done = connection.query_progress()
        progress(max(0.0, min(100.0, float(done))))
    if failed:
        first = str(failed[0]).splitlines()[0]
        raise PopulationError(f"算不下去：{first}", f"the population could not be decided: {first}") from failed[0]
    progress(100.0)
    return found[0]


def _complain(
    connection: DuckDBPyConnection, asked: Question, groups: Sequence[Mapping[str, Any]], policies: Sequence[Policy]
) -> None:
    """Raises PopulationError for the first value that is not of its column's kind."""
    if not any(group["wrong"] for group in groups):
        return
    kinds, table = dict(columns_of(policies)), asked.judged.table
    for name, wrong in asked.judged.wrong.items():
        first = table.filter(column(wrong, "boolean")).agg(first=table[ROW].min())
        row = connection.execute(sql_of(first, "duckdb")).fetchone()
        if row is not None and row[0] is not None:
            raise wrong_value(name, int(row[0]), kinds[name])
