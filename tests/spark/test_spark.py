"""On a real Spark every row is decided as by DuckDB and the reference; what might be decided otherwise is refused."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import ibis
import pyarrow.parquet as pq
import pytest
from ibis.backends import BaseBackend

from decision_service.policy.shape import Policy
from decision_service.readings.bulk.comparing import expected
from decision_service.readings.bulk.refused import NotInBulkError
from decision_service.readings.bulk.staging import sql_of
from decision_service.readings.reference import judge
from decision_service.simulating.elsewhere import simulate_on
from decision_service.simulating.files import PopulationError
from decision_service.simulating.making import ROW
from decision_service.simulating.report import as_json, report_of
from decision_service.simulating.running import connect, simulate
from decision_service.simulating.stagewise import rows_of
from tests.properties.applications import Application, Maker
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, RULES, policy_of, shelf
from tests.properties.policies import written
from tests.readings.bulk.rows import arrow, flat, sheet_of
from tests.simulating.test_simulation import by_reference, later, made
from tests.sizes import size
from tests.spark.rows import by_row, every_row, on_spark

ROWS = size("spark_rows", quick=2_000, full=200_000)
MESSY = size("spark_messy_rows", quick=300, full=5_000)
MADE_UP = size("spark_policies", quick=4, full=60)
PAGE = Path(__file__).parents[2] / "docs" / "simulating.md"
QUIET = "ignore:PySpark does not yet fully support pandas:FutureWarning"
pytestmark = [pytest.mark.filterwarnings(QUIET), pytest.mark.timeout(3600)]


@pytest.mark.parametrize("matter", MATTERS)
def test_made_applicants_are_decided_alike_by_spark_duckdb_and_the_reference(
    matter: str, tmp_path: Path, spark: Any, connection: BaseBackend
) -> None:
    policy = policy_of(matter)
    path = made(matter, tmp_path / "p.parquet", ROWS)
    duck = connect(2)
    one, other = on_spark(spark, connection, path, [policy]), simulate(duck, [policy], shelf().catalogue, path)
    ours, theirs = (as_json(report_of(answer, (policy,), shelf().catalogue)) for answer in (one, other))
    assert ours | {"seconds": 0} == theirs | {"seconds": 0}
    on_duck = duck.sql(sql_of(every_row(other), "duckdb")).to_arrow_table().to_pylist()
    rows = by_row(one, policy, rows_of(connection, every_row(one)))
    assert len(rows) == ROWS
    assert rows == by_row(other, policy, on_duck)
    assert not [
        row[ROW]
        for batch in pq.ParquetFile(path).iter_batches(batch_size=20_000)
        for row in batch.to_pylist()
        if rows[row[ROW]] != (False, expected(by_reference(policy, row)))
    ]


def test_two_versions_change_for_the_same_people(tmp_path: Path, spark: Any, connection: BaseBackend) -> None:
    policy = policy_of("elderly_allowance")
    pair = (policy, later(policy))
    path = made("elderly_allowance", tmp_path / "p.parquet", 300)
    answers = (on_spark(spark, connection, path, pair), simulate(connect(1), pair, shelf().catalogue, path))
    ours, theirs = (as_json(report_of(answer, pair, shelf().catalogue)) for answer in answers)
    assert ours | {"seconds": 0} == theirs | {"seconds": 0}
    assert ours["flipped"]


def differing(
    policy: Policy, some: Sequence[Application], folder: Path, spark: Any, connection: BaseBackend
) -> list[int]:
    """The places of applications that Spark decides otherwise than the reference; few may be left out."""
    pairs = [flat(policy, one) for one in some]
    pq.write_table(arrow([policy], [row for row, _ in pairs]), folder / "p.parquet")
    answer = on_spark(spark, connection, folder / "p.parquet", [policy])
    rows = by_row(answer, policy, rows_of(connection, every_row(answer)))
    assert len(rows) == len(some)
    assert sum(out for out, _ in rows.values()) * 10 <= len(rows)
    return [
        at
        for at, (one, (_, form)) in enumerate(zip(some, pairs, strict=True))
        if not rows[at][0] and rows[at][1] != expected(judge(policy, sheet_of(policy, shelf().catalogue, form, one)))
    ]


def messy(policy: Policy, seed: int = 0) -> list[Application]:
    constants, chances = constants_of(policy), (0.0, 0.05, 0.2)
    return [
        Maker(Random(seed + at), policy, constants, messy=0.1, unknown=chances[at % 3]).application()
        for at in range(MESSY)
    ]


@pytest.mark.parametrize("matter", MATTERS)
def test_messy_applications_are_decided_as_the_reference_decides_them(
    matter: str, tmp_path: Path, spark: Any, connection: BaseBackend
) -> None:
    policy = policy_of(matter)
    cases = [Application(case.form, case.facts, case.as_of) for case in policy.cases]
    assert differing(policy, messy(policy) + cases, tmp_path, spark, connection) == []


@pytest.mark.parametrize("seed", range(MADE_UP))
def test_policies_nobody_wrote_mean_the_same(seed: int, tmp_path: Path, spark: Any, connection: BaseBackend) -> None:
    text, policy = written(lambda: shelf().catalogue, Random(seed))
    assert differing(policy, messy(policy, seed), tmp_path, spark, connection) == [], text


def test_the_script_of_the_page_runs_and_says_what_duckdb_says(
    tmp_path: Path, spark: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = made("senior_card", tmp_path / "population.parquet", 200)
    for word, meant in (("rules", RULES), ("population.parquet", path)):  # Spark stays in the folder it began in
        assert f'"{word}"' in script
        script = script.replace(f'"{word}"', repr(str(meant)))
    exec(compile(script, str(PAGE), "exec"), {})  # noqa: S102  # the script of our own page
    policy = policy_of("senior_card")
    report = report_of(simulate(connect(1), [policy], shelf().catalogue, path), (policy,), shelf().catalogue)
    assert capsys.readouterr().out == f"{as_json(report)['versions']}\n"
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda frame: frame.drop("row"), "`row` is missing"),
        (lambda frame: frame.withColumnRenamed("form.city", "form.cty"), "did you mean `form.city`?"),
        (lambda frame: frame.withColumn("row", frame["row"].cast("double")), "of type float64; int64 is needed"),
        (lambda frame: frame.selectExpr("* EXCEPT (deaths)", "'late' AS deaths"), "column `deaths`, row 1 is wrong"),
        (lambda frame: frame.selectExpr("* EXCEPT (deaths)", "deaths COLLATE UTF8_LCASE AS deaths"), "has a collation"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(
    change: Any, told: str, tmp_path: Path, spark: Any, connection: BaseBackend
) -> None:
    path = made("senior_card", tmp_path / "p.parquet", 10)
    change(spark.read.parquet(str(path))).createOrReplaceTempView("unfit")
    with pytest.raises(PopulationError) as caught:
        simulate_on(connection, "unfit", [policy_of("senior_card")], shelf().catalogue)
    assert told in caught.value.en


def test_no_other_back_end_is_taken_for_a_spark() -> None:
    with pytest.raises(PopulationError, match="one of duckdb; only Spark is supported"):
        simulate_on(ibis.duckdb.connect(), "any", [policy_of("senior_card")], shelf().catalogue)


@pytest.mark.parametrize("pattern", [r"[a-z&&[aeiou]]+", r"(?P<word>[a-z]+)", r"\bA[0-9]+"])
def test_a_pattern_that_java_reads_otherwise_is_refused_by_name(pattern: str, connection: BaseBackend) -> None:
    policy = policy_of("road_freight_renewal")
    fields = tuple(
        replace(one, kind=replace(one.kind, pattern=pattern)) if one.kind.pattern is not None else one
        for one in policy.fields
    )
    with pytest.raises(NotInBulkError) as caught:
        simulate_on(connection, "any", [replace(policy, fields=fields)], shelf().catalogue)
    assert caught.value.en.startswith("the pattern of the column `form.")
    assert pattern in caught.value.en


def test_what_spark_cannot_do_is_told_with_its_expression_and_leaves_nothing(
    spark: Any, connection: BaseBackend
) -> None:
    spark.range(3).createOrReplaceTempView("numbers")
    table = connection.table("numbers")
    spark.sql("DROP VIEW numbers")
    with pytest.raises(NotInBulkError, match=r"\(TABLE_OR_VIEW_NOT_FOUND\) Spark"):
        rows_of(connection, table.mutate(twice=table.id * 2))
    spark.range(3).selectExpr("ARRAY(id) AS id").createOrReplaceTempView("numbers")
    with pytest.raises(NotInBulkError, match=r"DATATYPE_MISMATCH.*: `t1`.`id` & 1 AS `root`"):
        rows_of(connection, (first := table.mutate(one=1)).mutate(root=first.id & 1))
    assert spark.sql("SHOW VIEWS LIKE 'miaopi*'").count() == 0
