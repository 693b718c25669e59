"""Every matter over 200,000 made-up applicants on a Spark of two cores: seconds, and how many rows come out otherwise
than in DuckDB and, of a sample, than in the reference.
Run: python benchmarks/on_spark.py [ROWS] [SAMPLE] [MATTER ...]"""

import os
import platform
import sys
import tempfile
import warnings
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyspark
from pyspark.sql import SparkSession

sys.path.insert(0, str(Path(__file__).parents[1]))

from decision_service.readings.bulk.comparing import expected
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.making import ROW
from decision_service.simulating.report import as_json, report_of
from decision_service.simulating.running import connect, simulate
from decision_service.simulating.stagewise import arrow_of
from tests.properties.deciding import MATTERS, policy_of, shelf
from tests.simulating.test_simulation import by_reference, made
from tests.spark.rows import by_row, every_row, on_spark


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    sample = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    warnings.simplefilter("ignore", FutureWarning)
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "3g")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    versions = f"Spark {pyspark.__version__} (local[2]), DuckDB {duckdb.__version__} (2 threads)"
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load}, {versions}, {rows:,} rows")
    with tempfile.TemporaryDirectory() as folder:
        for matter in sys.argv[3:] or MATTERS:
            measure(spark, matter, Path(folder) / f"{matter}.parquet", rows, sample)
    spark.stop()


def measure(spark: Any, matter: str, path: Path, rows: int, sample: int) -> None:  # noqa: ANN401  # pyspark ships no types
    """Prints what one matter takes, and what comes out otherwise."""
    policy, connection, duck = policy_of(matter), ibis.pyspark.connect(spark), connect(2)
    made(matter, path, rows)
    one = on_spark(spark, connection, path, [policy])
    other = simulate(duck, [policy], shelf().catalogue, path)
    ours, theirs = (as_json(report_of(answer, (policy,), shelf().catalogue)) for answer in (one, other))
    started = perf_counter()
    on_spark_rows = arrow_of(connection, every_row(one)).sort_by(ROW)
    seconds = perf_counter() - started
    on_duck_rows = duck.sql(sql_of(every_row(other), "duckdb")).to_arrow_table().sort_by(ROW)
    unlike = pa.array([at for at, same in enumerate(_alike(on_spark_rows, on_duck_rows)) if not same], pa.int64())
    mine, its = (by_row(one, policy, table.take(unlike).to_pylist()) for table in (on_spark_rows, on_duck_rows))
    different = sum(mine[row] != its[row] for row in mine)  # values that are unknown may be anything
    facts = next(pq.ParquetFile(path).iter_batches(batch_size=sample)).to_pylist()
    some = by_row(one, policy, on_spark_rows.slice(0, sample).to_pylist())
    otherwise = sum(some[row[ROW]] != (False, expected(by_reference(policy, row))) for row in facts)
    equal = "equal" if ours | {"seconds": 0} == theirs | {"seconds": 0} else "NOT EQUAL"
    print(
        f"{matter}: Spark {one.seconds:.1f} s ({seconds:.1f} s with every row told), DuckDB {other.seconds:.1f} s, "
        f"reports {equal}; of {len(on_duck_rows):,} rows {different} otherwise than in DuckDB, "
        f"of {len(facts):,} {otherwise} otherwise than in the reference",
        flush=True,
    )


def _alike(one: pa.Table, other: pa.Table) -> list[bool]:
    """For each row whether every column is the same in both; lists are always looked at."""
    if one[ROW].combine_chunks() != other[ROW].combine_chunks():
        raise AssertionError("the tables hold other rows")
    found = pa.array([True] * len(one))
    for name in one.column_names:
        a, b = one[name].combine_chunks(), other[name].combine_chunks()
        if pa.types.is_nested(a.type):
            return [False] * len(one)
        both = pc.and_(pc.is_null(a), pc.is_null(b))
        same = pc.fill_null(pc.equal(a, b.cast(a.type)), False)  # its only form
        found = pc.and_(found, pc.or_(both, same))
    return list(found.to_pylist())


if __name__ == "__main__":
    main()
