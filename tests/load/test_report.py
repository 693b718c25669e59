"""Judged requests to figures: percentiles by their definition, budgets against chance, lines against their promise."""

from dataclasses import replace
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.load.judging import Judged
from decision_service.load.plan import Plan
from decision_service.load.report import CHANCE, StageLoad, missed, percentile, stage_load, too_many
from decision_service.load.samples import Sample, Told

BUDGET = (100, 200, 300)
SHARES = (Fraction(1, 2), Fraction(19, 20), Fraction(99, 100))
STEADY, SPIKE, DOWN = 0, 2, 3


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300), st.sampled_from(SHARES))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(values: list[int], share: Fraction) -> None:
    found = percentile(values, float(share))
    enough = [value for value in values if sum(one <= value for one in values) >= share * len(values)]
    assert found == min(enough)


def test_no_values_have_no_percentile() -> None:
    assert percentile([], 0.99) == 0


@given(st.integers(1, 400), st.data())
def test_a_budget_is_missed_when_chance_does_not_explain_so_many(requests: int, data: st.DataObject) -> None:
    over = data.draw(st.integers(0, requests))
    share = data.draw(st.sampled_from([Fraction(1, 2), Fraction(1, 20)]))
    ways = (comb(requests, k) * share**k * (1 - share) ** (requests - k) for k in range(over, requests + 1))
    unlikely = sum(ways, start=Fraction(0))
    if abs(unlikely - Fraction(CHANCE)) > Fraction(1, 10**9):
        assert too_many(over, requests, float(share)) == (over > share * requests and unlikely < CHANCE)


def test_a_million_requests_can_be_judged() -> None:
    assert too_many(510_000, 1_000_000, 0.5)
    assert not too_many(500_100, 1_000_000, 0.5)


@pytest.mark.parametrize(
    ("slow", "ms", "lines"),
    [(0, 0, 0), (50, 150, 0), (80, 150, 1), (5, 250, 0), (20, 250, 1), (80, 250, 2), (1, 301, 1)],
)
def test_what_is_missed_is_named(slow: int, ms: float, lines: int) -> None:
    times = [ms] * slow + [10.0] * (100 - slow)
    assert len(missed(times, BUDGET, deadline_only=False)) == lines
    assert len(missed(times, BUDGET, deadline_only=True)) == (ms > BUDGET[2])


def judged(
    matter: str, ms: float, verdict: str = "right", lag: float = 0.0, stage: int = STEADY, number: int = 0
) -> Judged:
    told = Told("d", "APPROVED", [], [], {}, {}, [], "x") if verdict in ("right", "late", "wrong") else None
    sample = Sample(stage, matter, number, 0, "", "once", 0.0, lag, ms, 200 if told else 0, told=told)
    return Judged(sample, verdict, instant=told is not None, due_instant=True)


def met(load: StageLoad) -> dict[str, str]:
    return {line.name: line.met for line in load.lines}


verdicts = st.sampled_from(["right", "late", "wrong", "failed", "shed", "doubted"])


@given(
    st.lists(
        st.tuples(st.sampled_from(["senior_card", "elderly_allowance"]), st.floats(0, 4000), verdicts), max_size=60
    )
)
def test_figures_count_every_request_and_each_line_says_what_it_counts(plan: Plan, found: list) -> None:
    all_of_it = [judged(*one, number=at) for at, one in enumerate(found)]
    load = stage_load(STEADY, [*all_of_it, judged("senior_card", 9999, "wrong", stage=SPIKE)], plan)
    assert len(load.judged) == len(found) == sum(load.counts.values())
    for one in load.matters:
        own = [each for each in all_of_it if each.sample.matter == one.matter]
        timed = [each.sample.ms for each in own if each.verdict != "shed"]
        assert (one.requests, one.timed) == (len(own), len(timed))
        assert one.over == tuple(sum(ms > limit for ms in timed) for limit in one.budget)
    lines = met(load)
    names = [each.verdict for each in all_of_it]
    assert (lines["wrong"] == "met") == ("wrong" not in names)
    assert (lines["failed"] == "met") == ("failed" not in names)
    assert (lines["shed"] == "met") == ("shed" not in names)
    deadline = {one.matter: one.budget[2] for one in load.matters}
    good = [one for one in all_of_it if one.verdict == "right" and one.sample.ms <= deadline[one.sample.matter]]
    assert load.share == (len(good) / len(found) if found else 1.0)
    least = Fraction(plan.stages[STEADY].goodput)
    lost = len(found) - len(good)
    ways = (comb(len(found), k) * (1 - least) ** k * least ** (len(found) - k) for k in range(lost, len(found) + 1))
    assert (lines["goodput"] == "met") == (load.share >= least or sum(ways) >= CHANCE)
    assert load.met == all(one == "met" for one in lines.values())


def test_nothing_sent_is_no_pass(plan: Plan) -> None:
    assert not stage_load(STEADY, [], plan).met


def test_lateness_of_the_tool_is_not_blamed_on_the_service(plan: Plan) -> None:
    late = [judged("senior_card", 5000, lag=lag) for lag in (4900,) * 20]
    assert met(stage_load(STEADY, late, plan))["budget"] == "unclear"
    assert not stage_load(STEADY, late, plan).met
    both = [*late, judged("elderly_allowance", 5000, lag=10)]
    assert met(stage_load(STEADY, both, plan))["budget"] == "missed"


def test_where_a_register_fails_its_matters_keep_the_deadline_and_the_others_all_of_their_budget(plan: Plan) -> None:
    register = plan.stages[DOWN].register
    policies = plan.pool.policies.values()
    hit = next(one for one in policies if register in one.asks)
    spared = next(one for one in policies if register not in one.asks)

    def slow(policy, ms: float) -> list[Judged]:
        return [replace(judged(policy.matter, ms, stage=DOWN, number=at)) for at in range(20)]

    assert met(stage_load(DOWN, slow(hit, hit.budget.deadline - 1), plan))["budget"] == "met"
    assert met(stage_load(DOWN, slow(hit, hit.budget.deadline + 1), plan))["budget"] == "missed"
    assert met(stage_load(DOWN, slow(spared, spared.budget.deadline - 1), plan))["budget"] == "missed"


def test_some_may_be_turned_away_on_a_benefit_day(plan: Plan) -> None:
    some = [judged("senior_card", 10, "shed" if at < 10 else "right", stage=SPIKE, number=at) for at in range(100)]
    assert met(stage_load(SPIKE, some, plan))["shed"] == "met"
    more = [*some, judged("senior_card", 10, "shed", stage=SPIKE, number=100)]
    assert met(stage_load(SPIKE, more, plan))["shed"] == "missed"
