"""The rows that two versions decide differently, written to a file of their own: personal data, like the population."""

from pathlib import Path

from duckdb import DuckDBPyConnection
from ibis.expr.types import Table

from decision_service.outcome import PRECEDENCE
from decision_service.readings.bulk.cells import Cell, column, either, when
from decision_service.readings.bulk.shapes import Number, Plain, Shape
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.making import ROW
from decision_service.simulating.population import PopulationError
from decision_service.simulating.query import Question

_FORMATS = {".csv": "(FORMAT csv, HEADER)", ".parquet": "(FORMAT parquet)"}


def write_flips(connection: DuckDBPyConnection, asked: Question, path: Path) -> None:
    """Row number, both outcomes and what both grant, of every row to which two versions grant something else or that
    they decide otherwise. Raises PopulationError where the file's name ends in neither .csv nor .parquet."""
    options = _FORMATS.get(path.suffix.lower())
    if options is None:
        raise PopulationError(f"{path} 应以 .csv 或 .parquet 结尾", f"{path} must end in .csv or .parquet")
    quoted = str(path).replace("'", "''")
    connection.execute(f"COPY ({sql_of(_flips(asked), 'duckdb')}) TO '{quoted}' {options}")


def _flips(asked: Question) -> Table:
    old, new = asked.judged.verdicts
    cells: dict[str, Cell] = {ROW: asked.judged.table[ROW]}
    for word, verdict in (("old", old), ("new", new)):
        cells[f"{word}.outcome"] = column(_name(verdict.outcome), "string")
        for name, (there, term) in (*verdict.granted.items(), *verdict.amounts.items()):
            if isinstance(term.shape, Plain | Number):
                cells[f"{word}.{name}"] = column(when(there, _written(term.shape), None), "string")
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


def _written(shape: Shape) -> Cell:
    if isinstance(shape, Number):
        unit = 10**shape.scale * shape.divisor
        return (
            column(shape.cell, "int64").cast("string")
            if unit == 1
            else (column(shape.cell, "int64") / unit).cast("string")
        )
    return column(shape.cell, "string").cast("string") if isinstance(shape, Plain) else None
