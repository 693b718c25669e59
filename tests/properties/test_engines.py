"""Three readings, one meaning: the reference, the generated function and the Rete network say the same of everything,
for the matters on the shelf and for policies made at random."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import orjson
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from decision_service.facts import FactSheet
from decision_service.forms import read_form
from decision_service.language.tree import Not
from decision_service.offline import Engines, engines_of, evidence_of
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.sheet import fact_sheet
from tests.properties.applications import Application, Maker, applications
from tests.properties.constants import Constants, constants_of
from tests.properties.deciding import MATTERS, answered, policy_of, shelf, thorough
from tests.properties.policies import policies, written
from tests.properties.test_answers import exact, remedies_complete, told_in_full
from tests.sizes import size

EACH = size("applications_a_policy", quick=15, full=60)


@contextmanager
def both(policy: Policy) -> Iterator[Engines]:
    """Both engines of a policy."""
    with engines_of(policy) as engines:
        yield engines


def sheet_of(policy: Policy, application: Application) -> FactSheet:
    """What is known of an application."""
    reading = read_form(policy, application.form, application.as_of, shelf().catalogue.prefectures)
    evidence = {} if reading.stopped else evidence_of(policy, application.facts, application.as_of)
    return fact_sheet(policy, reading, evidence, application.as_of, shelf().catalogue.calendar)


def all_agree(policy: Policy, engines: Engines, application: Application) -> Outcome:
    """The one outcome; note and fail where any two verdicts differ in anything."""
    sheet = sheet_of(policy, application)
    meant = judge(policy, sheet)
    assert engines.first(sheet) == meant
    assert engines.second(sheet) == meant
    return meant.outcome


@pytest.mark.parametrize("matter", MATTERS)
def test_the_engines_say_what_the_reference_says(matter: str) -> None:
    """Outcome, every finding with its causes, items, result and notes are equal, known or unknown, right or wrong."""
    policy = policy_of(matter)
    with both(policy) as engines:

        @thorough("engines", quick=80, full=100_000)
        @given(applications(policy, messy=0.1, unknown=0.08))
        def holds(application: Application) -> None:
            note(application)
            all_agree(policy, engines, application)

        holds()


@thorough("made_up_policies", quick=15, full=2_000)
@given(made=policies(lambda: shelf().catalogue), seed=st.integers(0, 2**32))
def test_the_engines_agree_on_policies_made_at_random(made: tuple[str, Policy], seed: int) -> None:
    """A policy nobody wrote by hand means the same to all three, and every answer under it is told in full."""
    text, policy = made
    note(text)
    constants = constants_of(policy)
    with both(policy) as engines:
        for application in _some(policy, constants, seed):
            note(application)
            all_agree(policy, engines, application)
            answer = answered(policy, application, engines)
            assert answer["engines"] == {"agree": True}
            told_in_full(policy, answer)
            exact(answer)
            remedies_complete(answer)
            orjson.dumps(answer)


def _some(policy: Policy, constants: Constants, seed: int) -> Iterator[Application]:
    for number in range(EACH):
        unknown = (0.0, 0.05, 0.2)[number % 3]
        yield Maker(Random(seed + number), policy, constants, messy=0.05, unknown=unknown).application()


def test_policies_made_at_random_come_to_every_outcome() -> None:
    """The comparison above would say little if made-up policies only ever turned people away."""
    outcomes = set()
    random = Random(7)
    for _ in range(60):
        _, policy = written(lambda: shelf().catalogue, random)
        constants = constants_of(policy)
        for number in range(40):
            application = Maker(Random(number), policy, constants, unknown=0.02).application()
            outcomes.add(judge(policy, sheet_of(policy, application)).outcome)
        if outcomes == set(Outcome):
            return
    assert outcomes == set(Outcome)


def test_a_difference_would_be_seen() -> None:
    """Engines whose policy differs in one rule do not pass for those of the policy."""
    policy = policy_of("elderly_allowance")
    case = policy.cases[0]
    sheet = sheet_of(policy, Application(case.form, case.facts, case.as_of))
    rules = tuple(
        replace(rule, must=Not(rule.must, rule.must.kind)) if rule.id == "E3" else rule for rule in policy.rules
    )
    with both(replace(policy, rules=rules)) as wrong:
        meant = judge(policy, sheet)
        assert meant.outcome is Outcome.APPROVED
        assert wrong.first(sheet) != meant
        assert wrong.second(sheet) != meant
