"""The question put to a Spark that somebody has, through Ibis: for populations that outgrow one machine."""

from collections.abc import Mapping, Sequence
from time import perf_counter

import ibis.expr.datatypes as dt
from ibis.backends import BaseBackend
from ibis.expr.types import Table

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import Cell, column
from decision_service.readings.bulk.columns import AS_OF, columns_of, form_column, type_of
from decision_service.readings.bulk.judging import Given
from decision_service.simulating.files import PopulationError
from decision_service.simulating.making import ROW
from decision_service.simulating.patterns import check_patterns
from decision_service.simulating.population import (
    ASSUMED,
    Population,
    check_names,
    present,
    wrong_value,
)
from decision_service.simulating.query import question
from decision_service.simulating.running import Answer
from decision_service.simulating.stagewise import rows_of
from verifiers.kinds import Kind

SESSION: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",  # what overflows is an error, never another number
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",  # rules and fields may differ in case alone
    "spark.sql.parser.escapedStringLiterals": "false",  # backslashes of patterns are doubled in the SQL
    "spark.sql.legacy.sizeOfNull": "false",  # no list has no length
    "spark.sql.analyzer.maxIterations": "1000",  # types are settled one level of an expression at a time
}
"""Settings of the session that the expressions are right under; set before anything is asked."""


def simulate_on(
    connection: BaseBackend, name: str, policies: Sequence[Policy], catalogue: Catalogue, by: Sequence[str] = ()
) -> Answer:
    """One version, or two, over a table or view of a Spark, whose columns are those of a population file, in their
    exact types, with `row`. Raises PopulationError (also for a connection that is no Spark's), NotInBulkError,
    NoSuchNameError."""
    started = perf_counter()
    _set(connection)
    check_patterns(connection, policies)
    population = _population(connection, name, policies)
    asked = question(policies, catalogue, population.table, population.given, by)
    groups = rows_of(connection, asked.grouped())
    if any(group["wrong"] for group in groups):
        _complain(connection, asked.judged.table, asked.judged.wrong, dict(columns_of(policies)))
    return Answer(asked, population, groups, perf_counter() - started)


def _set(connection: BaseBackend) -> None:
    if connection.name != "pyspark":
        raise PopulationError(
            f"连接是 {connection.name} 的；只支持 Spark（ibis.pyspark.connect）",
            f"the connection is one of {connection.name}; only Spark is supported (ibis.pyspark.connect)",
        )
    for setting, value in SESSION.items():
        connection.raw_sql(f"SET {setting}={value}")


def _population(connection: BaseBackend, name: str, policies: Sequence[Policy]) -> Population:
    table = connection.table(name)
    kinds = dict(columns_of(policies))
    check_names(table.columns, kinds, policies, None)
    wanted = {ROW: dt.int64} | {
        one: dt.string if kind is None else type_of(kind) for one, kind in kinds.items() if one in table.columns
    }
    _check_types(table, wanted)
    _check_collations(connection, name, wanted)
    registers = {ask for policy in policies for ask in policy.asks}
    asked = sorted(registers & set(table.columns))
    day = table[AS_OF]
    cells = {f"asked {one}": table[one].fill_null("not_asked").collect(distinct=True) for one in asked}
    (about,) = rows_of(
        connection, table.agg(n=table.count(), first=day.min(), last=day.max(), dated=day.count(), **cells)
    )
    one_day = about["first"] if about["first"] == about["last"] and about["dated"] == about["n"] else None
    fields = {one.name for policy in policies for one in policy.fields}
    assumed = {one: value for one, value in ASSUMED.items() if one in fields and form_column(one) not in table.columns}
    return Population(
        table=table.select(*wanted),
        given=Given(one_day, assumed, {one: about[f"asked {one}"] for one in asked}),
        rows=int(about["n"]),
        assumed=tuple(assumed),
        not_asked=tuple(sorted(one for one in registers if not present(one, table.columns))),
        source=name,
    )


def _check_types(table: Table, wanted: Mapping[str, dt.DataType]) -> None:
    """Raises PopulationError for a column that is missing or of another type: no cast of Spark's is trusted."""
    for name, kind in wanted.items():
        found = table.schema().get(name)
        if found is None:
            raise PopulationError(f"缺少列 `{name}`", f"the column `{name}` is missing")
        if _bare(found) != _bare(kind):
            raise PopulationError(
                f"列 `{name}` 的类型是 {found}，应是 {kind}",
                f"the column `{name}` is of type {found}; {kind} is needed",
            )


def _bare(kind: dt.DataType) -> dt.DataType:
    """The type without what says that there is no null in it."""
    match kind:
        case dt.Array(value_type=inner):
            return dt.Array(_bare(inner))
        case dt.Struct():
            return dt.Struct({name: _bare(one) for name, one in kind.fields.items()})
        case _:
            return kind.copy(nullable=True)


def _check_collations(connection: BaseBackend, name: str, wanted: Mapping[str, dt.DataType]) -> None:
    """Raises PopulationError for texts that are compared otherwise than character by character."""
    quoted = "`" + name.replace("`", "``") + "`"
    for one in connection.raw_sql(f"DESCRIBE TABLE {quoted}").collect():
        if one["col_name"] in wanted and "collate" in one["data_type"].lower():
            raise PopulationError(
                f"列 `{one['col_name']}` 有排序规则（{one['data_type']}），应是 UTF8_BINARY",
                f"the column `{one['col_name']}` has a collation ({one['data_type']}); UTF8_BINARY is needed",
            )


def _complain(
    connection: BaseBackend, table: Table, wrong: Mapping[str, Cell], kinds: Mapping[str, Kind | None]
) -> None:
    """Raises PopulationError for the first value that is not of its column's kind."""
    first = {name: table[ROW].min(where=column(cell, "boolean")) for name, cell in wrong.items()}
    (found,) = rows_of(connection, table.agg(**first))
    for name, row in found.items():
        if row is not None:
            raise wrong_value(name, int(row), kinds[name])
