"""The pace against plain sorting of what lies in the window."""

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifiers.guard.acting import PLAIN
from verifiers.guard.pace import KEEP_CALLS, KEEP_SECONDS, LEAST_CALLS, Pace, planned
from verifiers.registers import Register

TIMES = st.sampled_from([0.001, 0.08, 0.081, 0.4, 1.5, 30.0])
BURSTS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.5, 20.0, 599.5, 600.0]), st.integers(1, 90), TIMES, TIMES), max_size=12
)
"""Some calls at once, all taking this long but for one that takes that long, after a gap."""


@settings(max_examples=120, deadline=None)
@given(BURSTS, st.sampled_from([0.0, 300.0, 600.0]))
def test_it_tells_the_quantiles_of_the_window(bursts: list[tuple[float, int, float, float]], later: float) -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    history: list[tuple[float, float]] = []
    for gap, count, usual_time, odd_time in bursts:
        now[0] += gap
        for seconds in [*[usual_time] * (count - 1), odd_time]:
            pace.note(seconds)
            history.append((now[0], seconds))
    now[0] += later
    window = sorted(seconds for at, seconds in history[-KEEP_CALLS:] if now[0] - at < KEEP_SECONDS)
    usual = pace.measured()
    if len(window) < LEAST_CALLS:
        assert usual is None
        return
    assert usual is not None
    for share, told in ((0.5, usual.p50_ms), (0.95, usual.p95_ms)):
        assert sum(one * 1000 <= told for one in window) >= share * len(window)
        assert sum(one * 1000 < told for one in window) < share * len(window)


@given(st.integers(1, 3000), st.integers(0, 5000))
def test_the_planned_pace_is_log_normal_through_the_catalogues_figures(median: int, more: int) -> None:
    register = Register("a", "a", "a", (), {}, 1000, 24, latency_ms=(median, median + more))
    usual = planned(register)
    assert usual.p50_ms == median
    normal = statistics.NormalDist()
    spread = math.log((median + more) / median) / normal.inv_cdf(0.99)
    assert usual.p95_ms == pytest.approx(math.exp(math.log(median) + spread * normal.inv_cdf(0.95)))
    assert median <= usual.p95_ms <= median + more + 1e-6


def test_without_figures_the_limit_stands_for_them() -> None:
    usual = planned(Register("a", "a", "a", (), {}, 800, 24))
    assert (usual.p50_ms, usual.p95_ms) == (800, 800)
    assert Pace(lambda: 0.0).measured() is None
    assert planned(PLAIN).p50_ms == 120
