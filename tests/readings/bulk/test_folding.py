"""Folding changes nothing: the same profiles, sums and differences as when every row is looked at by itself."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import product
from random import Random

import ibis
import pytest

from decision_service.language.tree import Not
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import Cell, column, when
from decision_service.readings.bulk.judging import Given
from decision_service.readings.bulk.staging import sql_of
from decision_service.simulating.query import Question, question
from decision_service.simulating.running import connect
from tests.properties.applications import Maker
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, policy_of, shelf
from tests.readings.bulk.rows import arrow, flat
from tests.sizes import size

ROWS = size("folded_rows", quick=40, full=5_000)
QUICK = [("disability_allowances", "all"), ("housing_fund_rent", "none")]
SOME = list(product(MATTERS, ("all", "none"))) if size("folded_matters", quick=0, full=1) else QUICK


def changed(policy: Policy) -> Policy:
    """The same policy with its first rule the other way round, and so with other sums."""
    first, *others = policy.rules
    return replace(policy, rules=(replace(first, must=Not(first.must, first.must.kind)), *others))


def every_row(asked: Question) -> ibis.Table:
    """What is counted of groups, for each row by itself."""
    cells: dict[str, Cell] = {}
    for at, profile in enumerate(asked.profiles):
        cells |= {f"k{at}_{place}": column(cell, "int64") for place, cell in enumerate(profile.columns())}
    cells |= {f"d{at}": one.cell for at, one in enumerate(asked.dimensions)}
    cells |= {"out": column(when(asked.judged.left_out, 1, 0), "int64")}
    cells |= {"changed": column(when(asked.changed, 1, 0), "int64")}
    for at, one in enumerate(asked.sums):
        cells[f"s{at}"] = column(when(one.there, one.number.cell, 0), "int64").fill_null(0)
        cells[f"c{at}"] = column(when(one.there, 1, 0), "int64")
    return asked.judged.table.select(**cells)


@pytest.mark.parametrize(("matter", "guess"), SOME)
def test_groups_are_those_of_the_rows(matter: str, guess: str) -> None:
    pair = (policy_of(matter), changed(policy_of(matter)))
    constants = constants_of(pair[0])
    made = [
        Maker(Random(at), pair[0], constants, messy=0.1, unknown=(0.0, 0.05, 0.2)[at % 3]).application()
        for at in range(ROWS)
    ]
    rows = arrow(pair, [flat(pair[0], one)[0] for one in made])
    connection = connect(1)
    connection.register("population", rows)
    table = ibis.table(ibis.Schema.from_pyarrow(rows.schema), name="population")
    texts = [name for name in table.columns if table[name].type().is_string()]
    asked = question(pair, shelf().catalogue, table, Given(), (), texts if guess == "all" else ())
    alone = connection.sql(sql_of(every_row(asked), "duckdb")).to_arrow_table().to_pylist()
    folded = connection.sql(sql_of(asked.grouped(), "duckdb")).to_arrow_table().to_pylist()
    measures = [name for name in alone[0] if name[0] in "sc"]
    keys = [name for name in alone[0] if name not in measures]
    by_row: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    for row in alone:
        by_row[tuple(row[name] for name in keys)].update({"n": 1} | {name: int(row[name]) for name in measures})
    groups = {tuple(row[name] for name in keys): {name: int(row[name]) for name in ("n", *measures)} for row in folded}
    assert groups == by_row
    assert len(groups) > 5
