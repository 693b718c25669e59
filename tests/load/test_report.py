"""Samples to figures: percentiles by their definition, budgets against chance, verdicts against what was expected."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.load.report import CHANCE, Sample, by_matter, judged, percentile, too_many
from decision_service.outcome import APPROVALS, PRECEDENCE, Outcome

BUDGET = (100, 200, 300)
SHARES = (Fraction(1, 2), Fraction(19, 20), Fraction(99, 100))


def sample(matter: str, ms: float, verdict: str = "right") -> Sample:
    return Sample(matter, ms, 200, "APPROVED", verdict, 0.0)


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


verdicts = st.sampled_from(["right", "late", "wrong", "error"])
samples = st.lists(st.builds(sample, st.sampled_from("ab"), st.floats(0, 400), verdicts), max_size=60)


@given(samples)
def test_figures_of_each_matter_count_its_own_samples_and_all_of_them(found: list[Sample]) -> None:
    figures = by_matter(found, {"a": BUDGET, "b": BUDGET})
    assert [one.matter for one in figures] == ["a", "b"]
    for one in figures:
        own = [each for each in found if each.matter == one.matter]
        assert one.requests == len(own) == one.right + one.late + one.wrong + one.failed
        assert [one.over_p50, one.over_p95, one.over_deadline] == [sum(s.ms > limit for s in own) for limit in BUDGET]
        if one.wrong or one.failed or one.over_deadline:
            assert one.missed


@pytest.mark.parametrize(
    ("slow", "ms", "missed"),
    [(0, 0, 0), (50, 150, 0), (80, 150, 1), (5, 250, 0), (20, 250, 1), (80, 250, 2), (1, 301, 1)],
)
def test_what_is_missed_is_named(slow: int, ms: float, missed: int) -> None:
    found = [sample("a", ms) for _ in range(slow)] + [sample("a", 10) for _ in range(100 - slow)]
    (figures,) = by_matter(found, {"a": BUDGET})
    assert len(figures.missed) == missed, figures.missed


def answer(outcome: Outcome, codes: list[str], status: str) -> dict:
    reasons = [{"code": code} for code in codes]
    return {"outcome": outcome.value, "reasons": reasons, "advice": [], "verifications": [{"status": status}]}


LATE = "R01_VERIFIER_UNAVAILABLE"


@given(
    st.sampled_from(PRECEDENCE),
    st.sampled_from(PRECEDENCE),
    st.lists(st.sampled_from(["C04", LATE]), max_size=2),
    st.sampled_from(["ok", "timeout", "error"]),
)
def test_late_excuses_a_referral_and_never_a_grant(
    found: Outcome, expected: Outcome, codes: list[str], status: str
) -> None:
    verdict = judged(answer(found, codes, status), expected, ["C04"])
    if found is expected and codes == ["C04"]:
        assert verdict == "right"
    elif status == "ok" or LATE not in codes:
        assert verdict == "wrong"
    elif found is Outcome.REFERRED:
        assert verdict == "late"
    elif found in APPROVALS and expected not in APPROVALS:
        assert verdict == "wrong"
