"""The question put to DuckDB, out of memory and on every core, and what came of it."""

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Event, Thread
from time import perf_counter
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import column
from decision_service.readings.bulk.columns import columns_of
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.files import PopulationError, undone
from decision_service.simulating.making import ROW
from decision_service.simulating.population import Population, opened, wrong_value
from decision_service.simulating.query import Question, question

UNSTAGING = frozenset(
    {"partial_aggregate_pushdown", "projection_placement", "projection_pullup", "scalar_fn_pushdown", "type_pushdown"}
)
"""Optimizers of DuckDB that move expressions between projections: a column that is used ten times would be written out
ten times, at every stage again, until no memory holds the plan."""

MEMORY = "4GiB"
"""What DuckDB may take before it uses a folder for temporary files."""

MOST_GROUPS = 500_000
"""Rows that are decided alike are one group; of more groups than these no report can be made."""

Progress = Callable[[float], None]
"""Told how much is done, from 0 to 100."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Groups of rows that are decided alike, as mappings by the names of Question.grouped; seconds that it took."""

    question: Question
    population: Population
    groups: Sequence[Mapping[str, Any]]
    seconds: float


def connect(threads: int | None = None, memory: str = MEMORY) -> DuckDBPyConnection:
    """A DuckDB of its own in memory; populations stay in their files. What does not fit goes to a folder that only its
    owner can read and that goes with the connection."""
    spill = mkdtemp(prefix="miaopi-")
    settings: dict[str, str | bool | int | float | list[str]] = {
        "preserve_insertion_order": "true",
        "memory_limit": memory,
        "temp_directory": spill,
    }
    if threads is not None:
        settings["threads"] = threads
    connection = duckdb.connect(config=settings)
    weakref.finalize(connection, rmtree, spill, ignore_errors=True)
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
    asked = question(policies, catalogue, population.table, population.given, by, population.few)
    try:
        groups = _watched(connection, sql_of(asked.grouped().limit(MOST_GROUPS + 1), "duckdb"), progress)
        _complain(connection, asked, groups, policies)
    except duckdb.Error as error:
        raise undone(error, "人口 population") from error
    if len(groups) > MOST_GROUPS:
        raise PopulationError(
            f"分组太多（超过{MOST_GROUPS}组）；请用取值较少的 --by",
            f"too many groups (more than {MOST_GROUPS}); use --by with names that have fewer values",
        )
    return Answer(asked, population, groups, perf_counter() - started)


def _watched(connection: DuckDBPyConnection, sql: str, progress: Progress) -> list[dict[str, Any]]:
    """The rows of a query; meanwhile its progress is told. Whatever ends the waiting ends the query."""
    found: list[list[dict[str, Any]]] = []
    failed: list[duckdb.Error] = []
    done = Event()  # a Thread whose join was interrupted calls itself stopped while it runs

    def run() -> None:
        try:
            found.append(connection.sql(sql).to_arrow_table().to_pylist())
        except duckdb.Error as error:
            failed.append(error)
        finally:
            done.set()

    thread = Thread(target=run)
    thread.start()
    try:
        while not done.wait(0.2):
            progress(max(0.0, min(100.0, float(connection.query_progress()))))
    finally:
        while not done.is_set():
            connection.interrupt()
            done.wait(0.1)
        thread.join()
    if failed:
        raise failed[0]
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
        ((row,),) = connection.execute(sql_of(first, "duckdb")).fetchall()
        if row is not None:
            raise wrong_value(name, int(row), kinds[name])
