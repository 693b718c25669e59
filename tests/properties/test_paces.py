"""How long waves are expected to take, held to the same waves played with drawn times."""

import math
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from decision_service.planning.paces import one_after_another, rounded, wait_for
from tests.properties.deciding import thorough
from verifiers.guard.pace import Usual

DRAWS = 2000
MEMBERS = st.lists(
    st.tuples(st.integers(20, 600), st.floats(1.3, 6.0), st.integers(400, 3000)), min_size=1, max_size=5
).map(lambda found: [(Usual(p50, p50 * times), limit) for p50, times, limit in found])


def drawn(waves: list[list[tuple[Usual, int]]], seed: int) -> list[float]:
    """Sorted times of waves one after another: each the slowest of its members, cut at their limits."""
    random = Random(seed)

    def one(pace: Usual, limit: int) -> float:
        width = math.log(pace.p95_ms / pace.p50_ms) / 1.6448536269514722
        return min(limit, random.lognormvariate(math.log(pace.p50_ms), width))

    return sorted(sum(max(one(*member) for member in wave) for wave in waves) for _ in range(DRAWS))


def share_within(times: list[float], limit: float) -> float:
    """The share of the draws that were over within `limit`."""
    return sum(one <= limit for one in times) / len(times)


@thorough("one_wave", quick=25, full=500)
@given(MEMBERS, st.integers(0, 2**32))
def test_a_wave_is_as_slow_as_its_slowest_member(members: list[tuple[Usual, int]], seed: int) -> None:
    """But for the grid and the draws, half of the draws are over at the median, 95 % at the 95th percentile."""
    found = one_after_another([wait_for(members)])
    times = drawn([members], seed)
    assert share_within(times, found.p50_ms * 1.07) >= 0.46
    assert share_within(times, found.p50_ms / 1.07) <= 0.54
    assert share_within(times, found.p95_ms * 1.07) >= 0.93
    assert share_within(times, found.p95_ms / 1.07) <= 0.97


@thorough("several_waves", quick=25, full=500)
@given(st.lists(MEMBERS, min_size=2, max_size=4), st.integers(0, 2**32))
def test_waves_one_after_another_take_their_sum(waves: list[list[tuple[Usual, int]]], seed: int) -> None:
    """Close enough to choose by: within a fifth of the draws at the median, a quarter at the 95th percentile."""
    found = one_after_another([wait_for(wave) for wave in waves])
    times = drawn(waves, seed)
    assert abs(found.p50_ms / times[DRAWS // 2] - 1) < 0.2
    assert abs(found.p95_ms / times[DRAWS * 95 // 100] - 1) < 0.25


@thorough("more_members", quick=20, full=500)
@given(st.lists(MEMBERS, min_size=1, max_size=4), st.floats(0.05, 0.99))
def test_who_joins_a_wave_never_makes_it_quicker(waves: list[list[tuple[Usual, int]]], share: float) -> None:
    together = wait_for([member for wave in waves for member in wave])
    assert all(wait_for(wave).quantile(share) <= together.quantile(share) * 1.0001 for wave in waves)


@given(st.floats(0.1, 20_000), st.floats(1, 10))
def test_rounding_goes_up_by_a_twelfth_of_a_doubling_at_most(p50: float, times: float) -> None:
    found = rounded(Usual(p50, p50 * times))
    for given_ms, told in ((p50, found.p50_ms), (p50 * times, found.p95_ms)):
        assert max(1.0, given_ms) * 0.9999 <= told <= max(1.0, given_ms) * 2 ** (1 / 12) * 1.0001
    assert rounded(found).p95_ms <= found.p95_ms * 2 ** (1 / 12) * 1.0001
