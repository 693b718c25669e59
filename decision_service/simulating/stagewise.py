"""A query given to Spark stage by stage. Whole, it is a nest of some 25 projections, whose names Spark looks up from
the inside out, going over all of them for every one; a stage over what was looked up before costs itself alone."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import ibis
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends import BaseBackend
from ibis.common.exceptions import IbisError
from ibis.expr.types import Table

from decision_service.readings.bulk.refused import NotInBulkError

SHOWN = 200
"""So much of an expression's SQL is told."""


def rows_of(connection: BaseBackend, asked: Table) -> list[dict[str, Any]]:
    """The rows of a query on the Spark, as mappings by column. Raises NotInBulkError where Spark can't do it."""
    return list(arrow_of(connection, asked).to_pylist())


def arrow_of(connection: BaseBackend, asked: Table) -> pa.Table:
    """The same as a table of Arrow."""
    from pyspark.errors import PySparkException

    views: list[str] = []
    try:
        *inner, last = _selects(connection, asked)
        for select in inner:
            name = f"miaopi_{uuid4().hex}"
            _frame(connection, _over(select, views)).createOrReplaceTempView(name)
            views.append(name)
        return _frame(connection, _over(last, views)).toArrow()
    except PySparkException as error:  # its message may hold a person's values
        raise _undone(error.getCondition() or type(error).__name__) from error
    finally:
        for name in views:
            connection.raw_sql(f"DROP VIEW IF EXISTS {name}")


def _selects(connection: BaseBackend, asked: Table) -> list[sge.Select]:
    """The query's projections, the innermost first."""
    before = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        query = connection.compiler.to_sqlglot(asked)
    except IbisError as error:
        raise _undone(str(error).splitlines()[0]) from error
    finally:
        ibis.options.sql.fuse_selects = before
    for element in query.find_all(sge.Bracket):
        element.set("safe", True)  # null where there is none, as elsewhere; without it an error
    return list(_nested(query))[::-1]


def _nested(select: sge.Select) -> Iterator[sge.Select]:
    yield select
    inner = _source(select).this
    if isinstance(inner, sge.Subquery):
        yield from _nested(inner.this)


def _source(select: sge.Select) -> sge.From:
    found = select.find(sge.From)  # breadth first: its own
    if found is None:
        raise TypeError("a query that reads no table")
    return found


def _over(select: sge.Select, views: Sequence[str]) -> sge.Select:
    """The projection over the view that the one inside of it has become."""
    if views:
        source = _source(select)
        source.set("this", sge.to_table(views[-1], alias=source.this.alias))
    return select


def _frame(connection: BaseBackend, select: sge.Select) -> Any:  # noqa: ANN401  # pyspark ships no types here
    """The projection as a data frame. Raises NotInBulkError with the first expression that Spark does not know."""
    from pyspark.errors import PySparkException

    try:
        return connection.raw_sql(select)
    except PySparkException as error:
        why = error.getCondition() or type(error).__name__
        tried = select.expressions if select.args.get("group") is None else []
        if _fails(connection, select, sge.Literal.number(1)):  # what it reads is to blame
            tried = []
        bad = next((one for one in tried if _fails(connection, select, one)), None)
        raise _undone(why, "" if bad is None else bad.sql(dialect=connection.dialect)) from error


def _fails(connection: BaseBackend, select: sge.Select, alone: sge.Expression) -> bool:
    from pyspark.errors import PySparkException

    try:
        connection.raw_sql(sge.select(alone).from_(_source(select).this))
    except PySparkException:
        return True
    return False


def _undone(why: str, expression: str = "") -> NotInBulkError:
    where = f": {expression[:SHOWN]}" if expression else ""
    return NotInBulkError(f"Spark 不能计算（{why}）{where}", f"Spark can't do this ({why}){where}")
