"""Every row of a population, as Spark decides it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
from ibis.backends import BaseBackend

from decision_service.policy.shape import Policy
from decision_service.readings.bulk.comparing import shown, told
from decision_service.simulating.elsewhere import simulate_on
from decision_service.simulating.making import ROW
from decision_service.simulating.running import Answer
from tests.properties.deciding import shelf


def on_spark(spark: Any, connection: BaseBackend, path: Path, policies: Sequence[Policy]) -> Answer:
    spark.read.parquet(str(path)).createOrReplaceTempView("applicants")
    return simulate_on(connection, "applicants", policies, shelf().catalogue)


def by_row(
    answer: Answer, policy: Policy, found: Iterable[Mapping[str, Any]]
) -> dict[int, tuple[bool, dict[str, object]]]:
    (verdict,) = answer.question.judged.verdicts
    return {row[ROW]: (bool(row["left out"]), told(policy, verdict, row)) for row in found}


def every_row(answer: Answer) -> ibis.Table:
    judged = answer.question.judged
    out = ibis.literal(False) if judged.left_out is False else judged.left_out
    return judged.table.select(**{ROW: judged.table[ROW], "left out": out}, **shown(judged.verdicts[0]))
