"""The service's figures as the page of operations reads them, against Prometheus' own client."""

import math

from hypothesis import given
from hypothesis import strategies as some
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from decision_service.workbench.figures import paces, read_figures
from decision_service.workbench.running.signs import signs

BOUNDS = (0.1, 0.5, 1.0, 2.0)


@given(some.lists(some.tuples(some.sampled_from("ab"), some.sampled_from("xy"), some.integers(1, 9)), max_size=20))
def test_sums_are_of_all_samples_that_have_the_labels(said: list[tuple[str, str, int]]) -> None:
    registry = CollectorRegistry()
    counter = Counter("calls", "calls", ("register", "status"), registry=registry)
    for register, status, count in said:
        counter.labels(register, status).inc(count)
    figures = read_figures(generate_latest(registry).decode())
    assert figures.total("calls_total") == sum(count for *_, count in said)
    for register in "ab":
        wanted = sum(count for one, _, count in said if one == register)
        assert figures.total("calls_total", register=register) == wanted
        by = figures.by("status", "calls_total", register=register)
        assert sum(by.values()) == wanted


@given(some.lists(some.floats(0.001, 5), min_size=1, max_size=60), some.sampled_from((0.5, 0.95)))
def test_a_quantile_lies_in_the_bucket_that_holds_it(waits: list[float], share: float) -> None:
    registry = CollectorRegistry()
    histogram = Histogram("wait", "wait", buckets=BOUNDS, registry=registry)
    for one in waits:
        histogram.observe(one)
    found = read_figures(generate_latest(registry).decode()).quantile(share, "wait")
    rank = share * len(waits)
    true = sorted(waits)[max(0, math.ceil(rank) - 1)]
    high = next((bound for bound in BOUNDS if bound >= true), math.inf)
    low = max((bound for bound in BOUNDS if bound < true), default=0.0)
    assert found is not None
    assert low <= found <= high


def test_nothing_counted_has_no_quantile() -> None:
    assert read_figures("").quantile(0.5, "wait") is None


def test_a_budget_is_kept_as_long_as_no_more_are_slow_than_a_p95_allows() -> None:
    registry = CollectorRegistry()
    seconds = Histogram("miaopi_decision_seconds", "s", ("matter", "course"), buckets=BOUNDS, registry=registry)
    slow = Counter("miaopi_slow_decisions", "slow", ("matter",), registry=registry)
    budget = Gauge("miaopi_budget_seconds", "budget", ("matter", "quantile"), registry=registry)
    for matter, over in (("kept", 5), ("missed", 6), ("unused", 0)):
        for quantile, limit in (("0.5", 0.2), ("0.95", 0.5), ("1", 2.0)):
            budget.labels(matter, quantile).set(limit)
        for _ in range(0 if matter == "unused" else 100):
            seconds.labels(matter, "instant").observe(0.05)
        slow.labels(matter).inc(over)
    found = {one.matter: one for one in paces(read_figures(generate_latest(registry).decode()))}
    assert {matter: one.is_kept for matter, one in found.items()} == {"kept": True, "missed": False, "unused": True}
    assert found["missed"].budget == (200, 500, 2000)
    assert found["unused"].seen == (None, None)


def test_engines_that_disagree_are_loud_and_all_else_quiet() -> None:
    registry = CollectorRegistry()
    Gauge("miaopi_clock_trusted", "clock", registry=registry).set(1)
    differ = Counter("miaopi_engines_differ", "differ", ("matter", "why"), registry=registry)
    assert {one.mood for one in signs(read_figures(generate_latest(registry).decode()))} == {"good"}
    differ.labels("senior_card", "different").inc()
    moods = {one.what.en: one.mood for one in signs(read_figures(generate_latest(registry).decode()))}
    assert moods.pop("engines that disagree") == "bad"
    assert set(moods.values()) == {"good"}
