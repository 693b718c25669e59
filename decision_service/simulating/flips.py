"""The rows that two versions decide differently, written to a file of their own: personal data, like the population."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import ibis
from duckdb import DuckDBPyConnection
from duckdb import Error as DuckError
from ibis.expr.types import Table

from decision_service.outcome import PRECEDENCE
from decision_service.readings.bulk.cells import Cell, column, either, when
from decision_service.readings.bulk.shapes import SMALL, Number, Plain, Shape
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.files import PopulationError, whole
from decision_service.simulating.making import ROW
from decision_service.simulating.query import Question

_QUOTIENT = "exact_quotient"
_FORMATS = {".csv": "(FORMAT csv, HEADER)", ".parquet": "(FORMAT parquet)"}


@ibis.udf.scalar.builtin(name=_QUOTIENT)  # type: ignore[untyped-decorator]  # Ibis has no types for it
def _quotient(units: str, by: str) -> str:  # type: ignore[empty-body]  # the text stands for a function of the connection
    """A text of digits divided by another."""


def _divided(units: str, by: str) -> str:
    return format(Decimal(units) / Decimal(by), "f")


@contextmanager
def dividing(connection: DuckDBPyConnection) -> Iterator[None]:
    """Within it the connection divides decimals as the language does: its own division is one of floats."""
    connection.create_function(_QUOTIENT, _divided, ["VARCHAR", "VARCHAR"], "VARCHAR")
    try:
        yield
    finally:
        connection.remove_function(_QUOTIENT)


def write_flips(connection: DuckDBPyConnection, asked: Question, path: Path) -> None:
    """Row number, both outcomes and what both grant, of every row to which two versions grant something else or that
    they decide otherwise. The file is there whole or not at all. Raises PopulationError where its name ends in neither
    .csv nor .parquet, or where it can't be written."""
    options = _FORMATS.get(path.suffix.lower())
    if options is None:
        raise PopulationError(f"{path} 应以 .csv 或 .parquet 结尾", f"{path} must end in .csv or .parquet")
    try:
        with whole(path) as draft, dividing(connection):
            quoted = str(draft).replace("'", "''")
            connection.execute(f"COPY ({sql_of(_flips(asked), 'duckdb')}) TO '{quoted}' {options}")
    except (DuckError, OSError) as error:
        first = str(error).splitlines()[0]
        raise PopulationError(f"{path} 写不出：{first}", f"{path} cannot be written: {first}") from None


def _flips(asked: Question) -> Table:
    old, new = asked.judged.verdicts
    cells: dict[str, Cell] = {ROW: asked.judged.table[ROW]}
    for word, verdict, profile in zip(("old", "new"), (old, new), asked.profiles, strict=True):
        days = {one.name for one in profile.policy.results if one.value.kind.name == "date"}
        cells[f"{word}.outcome"] = column(_name(verdict.outcome), "string")
        for name, (there, term) in (*verdict.granted.items(), *verdict.amounts.items()):
            if isinstance(term.shape, Plain | Number):
                cells[f"{word}.{name}"] = column(when(there, _written(term.shape, day=name in days), None), "string")
    differ = either(asked.changed, old.outcome != new.outcome)
    judged = asked.judged.table.filter(column(differ, "boolean"))
    if asked.judged.left_out is not False:
        judged = judged.filter(~column(asked.judged.left_out, "boolean").fill_null(False))
    return judged.select(**cells).order_by(ROW)


def _name(rank: Cell) -> Cell:
    found: Cell = PRECEDENCE[-1].value
    for place, one in enumerate(PRECEDENCE[:-1]):
        found = when(rank == place, one.value, found)
    return found


def _written(shape: Shape, *, day: bool) -> Cell:
    match shape:
        case Number():
            return _exactly(shape)
        case Plain() if day:
            digits = column(shape.cell, "int64").cast("string").lpad(8, "0")
            return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2)
        case Plain():
            return column(shape.cell, "string").cast("string")
        case _:
            return None


def _exactly(number: Number) -> Cell:
    """All places of a number; only what does not divide evenly is rounded, as the reference rounds it: to 28 digits."""
    cell = column(number.cell, "int64")
    units = cell if number.bound >= SMALL else cell.cast("int64")
    if number.divisor != 1:
        return _quotient(units.cast("string"), str(10**number.scale * number.divisor))
    if not number.scale:
        return units.cast("string")
    size = units.abs()
    whole = (size - size % 10**number.scale).cast("string")
    before = ibis.ifelse(whole == "0", whole, whole.left(whole.length() - number.scale))
    after = (ibis.literal("0" * number.scale) + size.cast("string")).right(number.scale)
    return ibis.ifelse(units < 0, "-", "") + before + "." + after
