"""The Rete engine says what the reference says: on worked cases, samples, generated policies; whatever comes first."""

import random
from itertools import combinations, islice

import pytest
from hypothesis import HealthCheck, given, settings

from decision_service.facts import FactSheet
from decision_service.outcome import PRECEDENCE, RANK, Outcome, settle, settle_items
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.readings.rete import fence as fencing
from decision_service.readings.rete.engine import ReteEngine
from decision_service.readings.rete.fence import Fence
from decision_service.readings.rete.network import compile_networks
from decision_service.readings.rete.settling import Settlement
from decision_service.readings.samples import sample_sheets
from decision_service.verdict import RESULT, State
from tests.readings.rete_policies import POLICIES, case_sheets, policies, sheets, shelf
from tests.sizes import size

SAMPLES = size("agreement", quick=200, full=20_000)
GENERATED = size("agreement_policies", quick=150, full=20_000)

everywhere = pytest.mark.parametrize("policy", POLICIES, ids=[policy.matter for policy in POLICIES])
SETS = [set(some) for number in range(len(Outcome) + 1) for some in combinations(Outcome, number)]


@everywhere
def test_every_worked_case_comes_out_as_in_the_reference(policy: Policy) -> None:
    engine, cases = ReteEngine(policy), case_sheets(policy)
    assert len(cases) >= 8
    for sheet in cases:
        assert engine.judge(sheet) == judge(policy, sheet)
    engine.close()


@everywhere
def test_every_sample_comes_out_as_in_the_reference(policy: Policy) -> None:
    engine = ReteEngine(policy)
    for sheet in islice(sample_sheets(policy, shelf().catalogue.calendar, 1), SAMPLES):
        assert engine.judge(sheet) == judge(policy, sheet)
    engine.close()


def test_the_samples_reach_every_outcome_and_state() -> None:
    outcomes, states, results = set(), set(), 0
    for policy in POLICIES:
        for sheet in islice(sample_sheets(policy, shelf().catalogue.calendar, 1), 250):
            verdict = judge(policy, sheet)
            outcomes.add(verdict.outcome)
            states |= {finding.state for finding in verdict.findings}
            results += verdict.findings[-1].rule == RESULT
    assert (outcomes, states) == (set(Outcome), set(State))
    assert results > 0


def test_samples_depend_on_nothing_but_policy_and_seed() -> None:
    calendar = shelf().catalogue.calendar
    first, again, other = (list(islice(sample_sheets(POLICIES[0], calendar, seed), 20)) for seed in (7, 7, 8))
    assert first == again != other


@settings(max_examples=GENERATED, deadline=None, suppress_health_check=list(HealthCheck))
@given(policies(), sheets(), sheets(), sheets())
def test_generated_policies_come_out_as_in_the_reference(
    policy: Policy, first: FactSheet, second: FactSheet, third: FactSheet
) -> None:
    engine = ReteEngine(policy)
    try:
        for sheet in (first, second, third):
            assert engine.judge(sheet) == judge(policy, sheet)
    finally:
        engine.close()


@everywhere
def test_the_order_of_arrival_never_matters(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any order, all in one message or each bit in a message of its own."""
    draw = random.Random(policy.matter)
    for network in compile_networks(policy, fencing.MOST_JOINS):
        joins = Fence("order", network.joins)
        names = [name for name, _ in network.atoms] + [name for name, _, _ in network.told]
        names += [name for name, _ in network.items]
        for _ in range(25):
            bits = {name: draw.randint(0, 1) for name in names if draw.random() < 0.8}
            wanted = joins.conclude(bits)
            for most in (48, 1, 3):
                monkeypatch.setattr(fencing, "MOST_BITS", most)
                shuffled = dict(draw.sample(sorted(bits.items()), len(bits)))
                assert joins.conclude(shuffled) == wanted
            monkeypatch.undo()
        joins.close()


@everywhere
def test_rules_in_several_networks_say_the_same(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("decision_service.readings.rete.engine.MOST_JOINS", 12)
    assert len(compile_networks(policy, 12)) > 1
    engine = ReteEngine(policy)
    for sheet in case_sheets(policy):
        assert engine.judge(sheet) == judge(policy, sheet)
    engine.close()


@pytest.mark.parametrize("policy", POLICIES, ids=[policy.matter for policy in POLICIES])
def test_a_matter_is_far_from_what_the_engine_cannot_bear(policy: Policy) -> None:
    (network,) = compile_networks(policy, fencing.MOST_JOINS)
    assert len(network.joins) <= 60


@pytest.fixture(scope="module")
def settlement() -> Settlement:
    return Settlement(tuple(Outcome))


def test_the_networks_settle_every_set_of_outcomes_as_the_table_does(settlement: Settlement) -> None:
    for some in SETS:
        assert settlement.settle({None: some}, ()).together == settle(some)


def test_the_networks_combine_every_set_of_items_as_the_table_does(settlement: Settlement) -> None:
    for some in SETS[1:]:
        items = {f"item{place}": {outcome} for place, outcome in enumerate(sorted(some))}
        settled = settlement.settle({None: set(), **items}, items)
        assert settled.items == {name: next(iter(one)) for name, one in items.items()}
        assert settled.together == settle_items(some)


def test_what_may_follow_matters_unless_something_stronger_stands(settlement: Settlement) -> None:
    for standing in Outcome:
        for possible in SETS[:: size("relevance", quick=7, full=1)]:
            wanted = {outcome for outcome in possible if RANK[outcome] <= RANK[standing]}
            assert settlement.relevant(possible, standing) == wanted


def test_a_policy_that_names_few_outcomes_settles_them_alike() -> None:
    few = (Outcome.REFERRED, Outcome.REJECTED)
    settlement = Settlement(few)
    assert settlement.outcomes == {*few, PRECEDENCE[-1]}
    for some in ((), few[:1], few[1:], few):
        assert settlement.settle({None: some}, ()).together == settle(some)
    settlement.close()
