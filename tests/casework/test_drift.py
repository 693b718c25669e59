"""Alarms on rates: the exact test against its definition, how rare false alarms are, and what is found."""

import random
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.casework.drift import ALARM_RATE, BASELINE_LEAST, Tally, has_moved, look, same_rate
from tests.sizes import size

tallies = st.integers(0, 60).flatmap(lambda n: st.builds(Tally, st.integers(0, n), st.just(n)))


def by_definition(one: Tally, other: Tally) -> float:
    """All splits with the same totals that are no likelier than this one, in exact fractions."""
    hits, total = one.hits + other.hits, one.total + other.total
    ways = {k: comb(one.total, k) * comb(other.total, hits - k) for k in range(min(hits, one.total) + 1) if k <= hits}
    return float(Fraction(sum(way for way in ways.values() if way <= ways[one.hits]), comb(total, hits)))


@settings(deadline=None)
@given(tallies, tallies)
def test_the_test_is_fishers(one: Tally, other: Tally) -> None:
    assert same_rate(one, other) == pytest.approx(by_definition(one, other), rel=1e-9)


def test_large_counts_are_quick_and_sane() -> None:
    assert same_rate(Tally(900_000, 1_000_000), Tally(9_000_000, 10_000_000)) > 0.99
    assert same_rate(Tally(895_000, 1_000_000), Tally(9_000_000, 10_000_000)) < 1e-50


def test_looks_double() -> None:
    assert [(total, look(total)) for total in range(1, 70) if look(total)] == [(8, 1), (16, 2), (32, 3), (64, 4)]


def alarmed(rate: float, baseline: Tally, decisions: int, chance: random.Random) -> bool:
    """Whether a day of `decisions` at `rate` raises an alarm."""
    hits = 0
    for total in range(1, decisions + 1):
        hits += chance.random() < rate
        number = look(total)
        if number is not None and has_moved(Tally(hits, total), baseline, number):
            return True
    return False


def test_false_alarms_are_as_rare_as_stated() -> None:
    """Days of a rate that does not move. The limit is passed by chance with less than 1e-6 (Poisson tail)."""
    days = size("drift_days", quick=2000, full=50_000)
    chance = random.Random(20260316)
    alarms = 0
    for _ in range(days):
        rate = chance.choice((0.05, 0.3, 0.8, 0.95))
        baseline = Tally(sum(chance.random() < rate for _ in range(400)), 400)
        alarms += alarmed(rate, baseline, 256, chance)
    expected = days * ALARM_RATE
    assert alarms <= expected + 6 * expected**0.5 + 6


@pytest.mark.parametrize(("usual", "now", "within"), [(0.9, 0.5, 64), (0.9, 0.0, 8), (0.05, 0.4, 64), (0.02, 0.1, 512)])
def test_a_rate_that_moved_is_found_within_the_day(usual: float, now: float, within: int) -> None:
    chance = random.Random(7)
    baseline = Tally(round(usual * 2000), 2000)
    found = sum(alarmed(now, baseline, within, chance) for _ in range(200))
    assert found >= 190


def test_without_a_baseline_nothing_is_compared() -> None:
    assert not has_moved(Tally(0, 8), Tally(BASELINE_LEAST - 1, BASELINE_LEAST - 1), 1)
    assert has_moved(Tally(0, 8), Tally(BASELINE_LEAST, BASELINE_LEAST), 1)
