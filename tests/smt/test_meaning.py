"""The formulas mean what the reference says: set to one sheet of facts they come to its verdict, in every part."""

from dataclasses import replace
from itertools import islice
from random import Random

import pytest

from decision_service.language.tree import Not
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.readings.samples import case_sheet, sample_sheets
from decision_service.readings.smt.replaying import differences
from decision_service.readings.smt.world import World
from tests.properties.applications import Maker
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, policy_of, shelf
from tests.properties.policies import written
from tests.properties.test_engines import sheet_of
from tests.sizes import size
from tests.smt.pinning import disagreements, pinned

LONG = 3
"""As many elements as the sheets drawn here have in a list."""


def world_of(policy: Policy) -> World:
    """A world of one policy whose lists hold whatever is drawn here."""
    return World([policy], shelf().catalogue, LONG)


@pytest.mark.parametrize("matter", MATTERS)
def test_formulas_agree_with_the_reference_on_worked_cases_and_samples(matter: str) -> None:
    """Every rule's state and alternative, the outcome, items, amounts, results, rows and tables."""
    policy, calendar = policy_of(matter), shelf().catalogue.calendar
    world = world_of(policy)
    assert world.encoded().left_out == ()
    sheets = [case_sheet(policy, case, calendar) for case in policy.cases]
    sheets += islice(sample_sheets(policy, calendar, 1), size("smt_samples", quick=8, full=3_000))
    compared = 0
    for sheet in sheets:
        found = disagreements(world, sheet)
        assert not found, sheet
        compared += found is not None
    assert compared >= len(policy.cases)


@pytest.mark.parametrize("seed", range(size("smt_policies", quick=6, full=500)))
def test_formulas_agree_with_the_reference_on_policies_made_at_random(seed: int) -> None:
    """Whatever the language has: all hit policies, lists, nulls, items, unknowns of every class."""
    text, policy = written(lambda: shelf().catalogue, Random(seed))
    world, constants = world_of(policy), constants_of(policy)
    assert world.encoded().left_out == (), text
    compared = 0
    for number in range(size("smt_applications", quick=9, full=60)):
        unknown = (0.0, 0.05, 0.2)[number % 3]
        maker = Maker(Random(seed * 1000 + number), policy, constants, messy=0.05, unknown=unknown)
        found = disagreements(world, sheet_of(policy, maker.application()))
        assert not found, text
        compared += found is not None
    assert compared


def test_a_difference_would_be_seen() -> None:
    """Formulas of a policy that differs in one rule do not pass for those of the policy."""
    policy = policy_of("elderly_allowance")
    rules = tuple(
        replace(rule, must=Not(rule.must, rule.must.kind)) if rule.id == "E3" else rule for rule in policy.rules
    )
    sheet = case_sheet(policy, policy.cases[0], shelf().catalogue.calendar)
    world = world_of(replace(policy, rules=rules))
    model = pinned(world, sheet)
    assert model is not None
    assert any("E3" in one for one in differences(world.terms[0], model, judge(policy, sheet)))
