"""Two versions of a matter over 10,000,000 made-up applicants: seconds, rows a second, memory; and row by row against
the reference on a sample. Run: python benchmarks/population.py [ROWS] [SAMPLE]"""

import os
import platform
import resource
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter

import duckdb
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1]))

from decision_service.language.tree import Literal
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.readings.bulk.comparing import expected, shown, told
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.making import ROW, Wanted, make
from decision_service.simulating.population import opened
from decision_service.simulating.query import question
from decision_service.simulating.report import report_of
from decision_service.simulating.running import connect, simulate
from tests.simulating.test_simulation import by_reference

DAY = date(2026, 3, 16)
THREADS = 2


def versions() -> tuple[Policy, Policy]:
    """The elderly allowance as it is, and from the age of 78."""
    policy = read_shelf(Path(__file__).parents[1] / "rules").versions["elderly_allowance"][-1]
    fewer = Literal(78, policy.parameters[0].value.kind)
    rules = tuple(
        replace(rule, must=replace(rule.must, right=fewer)) if rule.id == "E2" else rule for rule in policy.rules
    )
    return policy, replace(policy, rules=rules)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    sample = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    catalogue = read_shelf(Path(__file__).parents[1] / "rules").catalogue
    pair = versions()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load}, DuckDB {duckdb.__version__}, {THREADS} threads")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(os.environ.get("POPULATION", f"{folder}/population.parquet"))
        if not path.is_file():
            started = perf_counter()
            make(Wanted(pair, catalogue, rows, 7, DAY), path)
            print(f"made {rows:,} rows in {perf_counter() - started:.1f} s, {path.stat().st_size / 2**20:.0f} MiB")
        before = resource.getrusage(resource.RUSAGE_SELF)
        answer = simulate(connect(THREADS), pair, catalogue, path)
        after = resource.getrusage(resource.RUSAGE_SELF)
        report = report_of(answer, pair, catalogue)
        cpu = after.ru_utime - before.ru_utime
        print(
            f"{report.rows:,} rows, two versions: {answer.seconds:.1f} s ({cpu:.1f} s of CPU), "
            f"{report.rows / answer.seconds:,.0f} rows/s, peak {after.ru_maxrss / 1024:,.0f} MiB, "
            f"{report.flipped:,} flip, {report.changed:,} are granted something else"
        )
        different = compare(pair, path, sample)
        print(f"row by row against the reference: {sample:,} rows, two versions, {different} different")


def compare(pair: tuple[Policy, Policy], path: Path, sample: int) -> int:
    """How many of the first rows come out otherwise than in the reference, in anything."""
    catalogue = read_shelf(Path(__file__).parents[1] / "rules").catalogue
    connection = connect(THREADS)
    population = opened(connection, path, pair)
    asked = question(pair, catalogue, population.table, population.given, ())
    rows = pq.ParquetFile(path).iter_batches(batch_size=20_000)
    different = done = 0
    while done < sample:
        facts = next(rows).to_pylist()[: sample - done]
        first, last = facts[0][ROW], facts[-1][ROW]
        table = asked.judged.table
        part = table.filter((table[ROW] >= first) & (table[ROW] <= last))
        for policy, verdict in zip(pair, asked.judged.verdicts, strict=True):
            cells = shown(verdict) | {ROW: table[ROW]}
            found = connection.sql(sql_of(part.select(**cells), "duckdb")).to_arrow_table().to_pylist()
            ours = {row[ROW]: told(policy, verdict, row) for row in found}
            different += sum(ours.get(row[ROW]) != expected(by_reference(policy, row)) for row in facts)
        done += len(facts)
    return different


if __name__ == "__main__":
    main()
