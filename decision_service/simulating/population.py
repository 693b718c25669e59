"""A population file opened: its columns checked against the versions, texts read as the kinds that they stand for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
from duckdb import DuckDBPyConnection
from duckdb import Error as DuckError
from ibis.expr.types import Table

from decision_service.language.tree import FactRef, Literal
from decision_service.policy.needs import reads
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.columns import AS_OF, columns_of, fact_column, form_column, type_of
from decision_service.readings.bulk.judging import Given, everything
from decision_service.simulating.files import PopulationError, source_of, undone, wrong_line
from decision_service.simulating.making import ROW
from decision_service.source import nearest
from verifiers.kinds import Kind

ASSUMED: Mapping[str, str | bool] = {
    "applicant_name": "示例",
    "id_type": "111",
    "notice_read": True,
    "human_review": False,
}
"""What is taken to be in the form of everybody where the file has no such column, as in worked cases."""

VIEW = "population"
SAMPLE, FEW = 20_000, 40
"""A column with no more than FEW values among the first SAMPLE rows has few."""
_HELD = "held"
_TYPES = {"whole": "BIGINT", "money": "DECIMAL(15,2)", "decimal": "DECIMAL(18,6)", "date": "DATE", "boolean": "BOOLEAN"}
_WRITTEN = {
    "whole": r"-?\d{1,15}",
    "money": r"-?(0|[1-9]\d{0,12})(\.\d{1,2})?",
    "decimal": r"-?(0|[1-9]\d{0,11})(\.\d{1,6})?",
    "date": r"\d{4}-\d{2}-\d{2}",
    "boolean": "true|false",
}


@dataclass(frozen=True, slots=True)
class Population:
    """A population as a view of DuckDB and as the table that expressions are read over. `assumed` are form fields
    without a column; `not_asked` are registers without one; `few` are text columns that seem to hold few values."""

    table: Table
    given: Given
    rows: int
    assumed: tuple[str, ...]
    not_asked: tuple[str, ...]
    source: str
    few: tuple[str, ...] = ()


def opened(
    connection: DuckDBPyConnection, path: Path, policies: Sequence[Policy], as_of: date | None = None
) -> Population:
    """The population in a CSV or Parquet file. Raises PopulationError."""
    try:
        return _opened(connection, path, policies, as_of)
    except DuckError as error:
        raise undone(error, path) from None
    except OSError as error:
        raise PopulationError(f"{path} 读不出", f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise wrong_line(path, 1) from None


def _opened(connection: DuckDBPyConnection, path: Path, policies: Sequence[Policy], as_of: date | None) -> Population:
    source = source_of(path)
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608  # a quoted path
    found = {str(name): str(kind) for name, kind, *_ in described}
    kinds = dict(columns_of(policies))
    check_names(found, kinds, policies, as_of)
    columns = [_column(name, found[name], kind) for name, kind in kinds.items() if name in found]
    row = (
        _quoted(ROW)
        if ROW in found
        else ("file_row_number + 1" if path.suffix == ".parquet" else "row_number() OVER ()")
    )
    if as_of is not None:
        columns = [
            f"DATE '{as_of}' AS {_quoted(AS_OF)}",
            *(one for one in columns if not one.endswith(f" AS {_quoted(AS_OF)}")),
        ]
    listed = ", ".join([f"CAST({row} AS BIGINT) AS {_quoted(ROW)}", *columns])
    connection.execute(f"CREATE OR REPLACE VIEW {VIEW} AS SELECT {listed} FROM {source}")  # noqa: S608  # quoted names
    if ROW in found:
        _check_rows(connection, source)
    _check_texts(connection, source, found, kinds)
    return _population(connection, found, kinds, policies, source, as_of)


def held(connection: DuckDBPyConnection, rows: pa.Table, policies: Sequence[Policy]) -> Population:
    """The population in a table whose columns are of their kinds; it stays in this process: nothing is spilled."""
    connection.execute("SET temp_directory = ''")
    connection.register(_HELD, rows)
    connection.execute(f"CREATE OR REPLACE VIEW {VIEW} AS SELECT * FROM {_HELD}")  # noqa: S608  # constants
    kinds = dict(columns_of(policies))
    return _population(connection, rows.schema.names, kinds, policies, _HELD, None)


def _check_rows(connection: DuckDBPyConnection, source: str) -> None:
    """Raises PopulationError at the first number of a row that is none."""
    query = (
        f"SELECT place FROM (SELECT row_number() OVER () AS place, {_quoted(ROW)} AS given FROM {source}) "  # noqa: S608  # a quoted path
        "WHERE TRY_CAST(given AS BIGINT) IS NULL LIMIT 1"
    )
    wrong = connection.execute(query).fetchall()
    if wrong:
        raise wrong_value(ROW, int(wrong[0][0]), Kind("whole"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def check_names(
    found: Collection[str], kinds: Mapping[str, Kind | None], policies: Sequence[Policy], as_of: date | None
) -> None:
    """Raises PopulationError for a column that is none of these versions', and for one that they need and is not there
    (`as_of` is not needed where a day is given)."""
    for name in found:
        if "." in name and name not in kinds:
            meant = nearest(name, kinds)
            raise PopulationError(
                f"列 `{name}` 不是表单字段，也不是登记库的字段" + (f"；是否想写 `{meant}`？" if meant else ""),
                f"the column `{name}` is no field of the form or of a register"
                + (f"; did you mean `{meant}`?" if meant else ""),
            )
    needed = [] if as_of is not None else [AS_OF]
    for policy in policies:
        needed += [form_column(one.name) for one in policy.fields if one.name not in ASSUMED and _always(one.required)]
        lets = {let.name: let for let in policy.lets}
        for node in reads(everything(policy), lets, policy.tables):
            if isinstance(node, FactRef) and present(node.register, found):
                needed.append(fact_column(node.register, node.field_name))
    for name in needed:
        if name not in found:
            raise PopulationError(f"缺少列 `{name}`", f"the column `{name}` is missing")


def _always(required: object) -> bool:
    return isinstance(required, Literal) and required.value is True


def present(register: str, found: Collection[str]) -> bool:
    """Whether a population has anything of a register: its status, or one of its facts."""
    return register in found or any(name.startswith(f"{register}.") for name in found)


def _column(name: str, written: str, kind: Kind | None) -> str:
    """A column as the type that it stands for; a text that is none becomes null, and is complained of."""
    quoted, alias = _quoted(name), f" AS {_quoted(name)}"
    if kind is None or type_of(kind) == dt.string:
        return f"CAST({quoted} AS VARCHAR){alias}"
    wanted = _sql_type(kind)
    if written == wanted:
        return f"{quoted}{alias}"
    if written == "VARCHAR":
        return f"{_read(quoted, kind)}{alias}"
    if not _may_become(written, kind):
        raise PopulationError(
            f"列 `{name}` 的类型是 {written}，应是 {wanted}",
            f"the column `{name}` is of type {written}; {wanted} is needed",
        )
    return f"CAST({quoted} AS {wanted}){alias}"


def _may_become(written: str, kind: Kind) -> bool:
    match kind.name:
        case "whole":
            return written in ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
        case "money" | "decimal":
            return (written.startswith("DECIMAL") and written.endswith((",2)", ",1)", ",0)"))) or "INT" in written
        case "list" | "record":
            return written.startswith("STRUCT") or written.endswith("[]")
        case _:
            return False


def _sql_type(kind: Kind) -> str:
    if kind.name == "list" and kind.item is not None:
        return f"{_sql_type(kind.item)}[]"
    if kind.name == "record":
        return "STRUCT(" + ", ".join(f"{_quoted(name)} {_sql_type(part)}" for name, part in kind.fields) + ")"
    return _TYPES.get(kind.name, "VARCHAR")


def _read(quoted: str, kind: Kind) -> str:
    wanted = _sql_type(kind)
    if kind.name in ("list", "record"):
        return f"TRY_CAST(TRY_CAST(nullif(trim({quoted}), '') AS JSON) AS {wanted})"
    right = f"regexp_full_match(trim({quoted}), '{_WRITTEN[kind.name]}')"
    return f"CASE WHEN {right} THEN TRY_CAST(trim({quoted}) AS {wanted}) END"


def _check_texts(
    connection: DuckDBPyConnection, source: str, found: Mapping[str, str], kinds: Mapping[str, Kind | None]
) -> None:
    """Raises PopulationError at the first text that is not of the kind of its column."""
    for name, kind in kinds.items():
        if kind is None or found.get(name) != "VARCHAR" or type_of(kind) == dt.string:
            continue
        quoted = _quoted(name)
        query = (
            f"SELECT place FROM (SELECT row_number() OVER () AS place, {quoted} FROM {source}) "  # noqa: S608  # names are quoted, and no value is in it
            f"WHERE trim({quoted}) <> '' AND {_read(quoted, kind)} IS NULL LIMIT 1"
        )
        wrong = connection.execute(query).fetchall()
        if wrong:
            raise wrong_value(name, int(wrong[0][0]), kind)


def wrong_value(column: str, row: int, kind: Kind | None) -> PopulationError:
    """A value that is not of its column's kind. The value itself is never told: it may be a person's."""
    wanted = "ok, no_record, timeout, error, stale, not_asked" if kind is None else _wanted(kind)
    return PopulationError(
        f"列 `{column}` 第{row}行的值不对，应是 {wanted}",
        f"the value in column `{column}`, row {row} is wrong; expected {wanted}",
    )


def _wanted(kind: Kind) -> str:
    if kind.values:
        return " | ".join(kind.values)
    bounds = "" if kind.minimum is None and kind.maximum is None else f" {kind.minimum or ''}..{kind.maximum or ''}"
    return kind.name + bounds + (" or empty" if kind.nullable or kind.optional else "")


def _population(
    connection: DuckDBPyConnection,
    found: Collection[str],
    kinds: Mapping[str, Kind | None],
    policies: Sequence[Policy],
    source: str,
    as_of: date | None,
) -> Population:
    schema = {ROW: dt.int64} | ({AS_OF: dt.date} if as_of is not None else {})
    schema |= {name: dt.string if kind is None else type_of(kind) for name, kind in kinds.items() if name in found}
    registers = {name for policy in policies for name in policy.asks}
    about = f'SELECT count(*), count("{AS_OF}"), min("{AS_OF}"), max("{AS_OF}") FROM {VIEW}'  # noqa: S608  # constants
    ((rows, dated, first, last),) = connection.execute(about).fetchall()
    occurring = {name: _statuses(connection, name) for name in sorted(registers.intersection(found))}
    fields = {one.name for policy in policies for one in policy.fields}
    assumed = {name: value for name, value in ASSUMED.items() if name in fields and form_column(name) not in found}
    return Population(
        table=ibis.table(ibis.schema(schema), name=VIEW),
        given=Given(first if rows == dated and first == last else None, assumed, occurring),
        rows=int(rows),
        assumed=tuple(assumed),
        not_asked=tuple(sorted(name for name in registers if not present(name, found))),
        source=source,
        few=_few(connection, [name for name, kind in schema.items() if kind == dt.string]),
    )


def _statuses(connection: DuckDBPyConnection, register: str) -> list[str]:
    """How asking a register ended, anywhere in the population."""
    asked = f"SELECT DISTINCT coalesce({_quoted(register)}, 'not_asked') FROM {VIEW}"  # noqa: S608  # a quoted name
    return [str(one) for (one,) in connection.execute(asked).fetchall()]


def _few(connection: DuckDBPyConnection, texts: Sequence[str]) -> tuple[str, ...]:
    """The columns that have few values among the first rows: a guess, on which nothing but the pace hangs."""
    counted = ", ".join(f"count(DISTINCT {_quoted(name)})" for name in texts)
    (found,) = connection.execute(f"SELECT {counted} FROM (FROM {VIEW} LIMIT {SAMPLE})").fetchall()  # noqa: S608  # quoted names
    return tuple(name for name, count in zip(texts, found, strict=True) if count <= FEW)
