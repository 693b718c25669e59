"""Every row means what the reference says: the matters on the shelf, two versions at once, policies made at random."""

from dataclasses import replace
from random import Random

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from decision_service.language.tree import Not
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.judging import Given
from tests.properties.applications import Application, Maker
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, policy_of, shelf
from tests.properties.policies import written
from tests.readings.bulk.rows import differences
from tests.sizes import size

EACH = size("bulk_rows_a_policy", quick=40, full=20_000)
MADE_UP = size("bulk_policies", quick=1, full=400)
UNKNOWN = (0.0, 0.05, 0.2)


@pytest.fixture(scope="module")
def connection() -> DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def some(policy: Policy, count: int, seed: int = 0) -> list[Application]:
    constants = constants_of(policy)
    return [
        Maker(Random(seed + number), policy, constants, messy=0.1, unknown=UNKNOWN[number % 3]).application()
        for number in range(count)
    ]


@pytest.mark.parametrize("matter", MATTERS)
def test_every_row_is_decided_as_the_reference_decides_it(matter: str, connection: DuckDBPyConnection) -> None:
    policy = policy_of(matter)
    cases = [Application(case.form, case.facts, case.as_of) for case in policy.cases]
    assert differences([policy], shelf().catalogue, [*cases, *some(policy, EACH)], connection) == []


def test_two_versions_share_a_table_and_each_means_its_own(connection: DuckDBPyConnection) -> None:
    policy = policy_of("elderly_allowance")
    rules = tuple(
        replace(rule, must=Not(rule.must, rule.must.kind)) if rule.id == "E3" else rule for rule in policy.rules
    )
    pair = [policy, replace(policy, rules=rules)]
    assert differences(pair, shelf().catalogue, some(policy, EACH), connection) == []


def test_a_day_that_all_rows_share_may_be_a_constant(connection: DuckDBPyConnection) -> None:
    policy = policy_of("hygiene_permit")
    made = [one for one in some(policy, 4 * EACH) if one.as_of == policy.cases[0].as_of]
    assert len(made) > 20
    assert differences([policy], shelf().catalogue, made, connection, Given(as_of=made[0].as_of)) == []


@pytest.mark.parametrize("seed", range(MADE_UP))
def test_policies_nobody_wrote_mean_the_same(seed: int, connection: DuckDBPyConnection) -> None:
    text, policy = written(lambda: shelf().catalogue, Random(seed))
    found = differences([policy], shelf().catalogue, some(policy, EACH, seed), connection)
    assert found == [], text


def test_a_difference_would_be_seen(connection: DuckDBPyConnection) -> None:
    """A reading of another policy does not pass for this one's."""
    policy = policy_of("elderly_allowance")
    rules = tuple(
        replace(rule, must=Not(rule.must, rule.must.kind)) if rule.id == "E3" else rule for rule in policy.rules
    )
    made = [Application(case.form, case.facts, case.as_of) for case in policy.cases]
    assert differences([policy], shelf().catalogue, made, connection, judged_as=[replace(policy, rules=rules)])
