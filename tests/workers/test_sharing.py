"""What several processes count together: limits of callers, and the figures."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from decision_service.access.limits import LimitReached, Limits
from decision_service.access.principal import Allowance, Principal, Rate
from decision_service.courses import COURSES
from decision_service.workers.figures import merged
from decision_service.workers.messages import Took
from decision_service.workers.sharing import Sharing, hear
from tests.http.staging import application
from tests.workers.crewing import Crewed

AT_ONCE = 5
CALLER = Principal("hall", "caller", frozenset(), None, Allowance(Rate(0.001, AT_ONCE), Rate(0.001, 1000)))


class Together:
    """Limits of several workers, and what they have told each other so far."""

    def __init__(self, workers: int) -> None:
        self.waiting: list[tuple[int, Took]] = []
        self.sharing = [Sharing(partial(self._tell, place)) for place in range(workers)]
        self.limits = [Limits(lambda: 0.0, b"k" * 32, one.taken) for one in self.sharing]

    def _tell(self, whose: int, took: Took) -> None:
        self.waiting.append((whose, took))

    def deliver(self) -> None:
        """Everything that was taken is told to all the others."""
        for one in self.sharing:
            one.flush()
        for whose, took in self.waiting:
            for place, other in enumerate(self.limits):
                if place != whose:
                    hear(other, took.taken)
        self.waiting.clear()

    def is_let_in(self, worker: int) -> bool:
        try:
            self.limits[worker].request(CALLER)
        except LimitReached:
            return False
        return True


def granted(choices: Sequence[int], workers: int, *, told_at_once: bool) -> int:
    """How many of these requests, each by one of the workers, are let in; what comes then is within the limit."""

    async def run() -> int:
        together, let_in = Together(workers), 0
        for place in choices:
            let_in += together.is_let_in(place % workers)
            if told_at_once:
                together.deliver()
        together.deliver()
        for worker in range(workers):
            assert together.is_let_in(worker) == (let_in < AT_ONCE)
            together.limits[worker].take("caller", b"hall", CALLER.allowance.requests, -(let_in < AT_ONCE))
        return let_in

    return asyncio.run(run())


@given(st.lists(st.integers(0, 3), max_size=20), st.integers(1, 4))
def test_what_one_worker_has_let_in_all_others_know_of(choices: list[int], workers: int) -> None:
    assert granted(choices, workers, told_at_once=True) == min(len(choices), AT_ONCE)


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 4))
def test_within_the_moment_of_telling_each_lets_in_what_one_process_would(choices: list[int], workers: int) -> None:
    each = [sum(one % workers == place for one in choices) for place in range(workers)]
    assert granted(choices, workers, told_at_once=False) == sum(min(one, AT_ONCE) for one in each)


def test_a_caller_at_its_limit_is_turned_away_by_every_worker(crew: Crewed) -> None:
    statuses: list[int] = []
    while len(statuses) < 200 and statuses[-12:] != [429] * 12:
        one = application("CARD-1")
        statuses.append(crew.guarded.decide("slow", one, f"slow-{one['application_id']}").status)
    assert statuses[-12:] == [429] * 12
    assert AT_ONCE <= statuses.count(200) <= 2 * AT_ONCE


def counted(values: Sequence[tuple[str, int]], seconds: Sequence[tuple[str, float]], state: float) -> CollectorRegistry:
    """One process's figures."""
    registry = CollectorRegistry()
    decisions = Counter("miaopi_decisions", "decisions", ["matter", "outcome"], registry=registry)
    for outcome, count in values:
        decisions.labels("m", outcome).inc(count)
    took = Histogram("miaopi_decision_seconds", "took", ["matter", "course"], buckets=(0.1, 1.0), registry=registry)
    share = Gauge("miaopi_share", "share", ["matter", "course"], registry=registry)
    for course, one in seconds:
        took.labels("m", course).observe(one)
    for course in COURSES if seconds else ():
        share.labels("m", course).set(sum(went == course for went, _ in seconds) / len(seconds))
    Gauge("miaopi_breaker_state", "state", ["register"], registry=registry).labels("credit").set(state)
    return registry


VALUES = st.lists(st.tuples(st.sampled_from(["APPROVED", "REFERRED", "REJECTED"]), st.integers(1, 50)), max_size=6)
SECONDS = st.lists(st.tuples(st.sampled_from(COURSES), st.sampled_from([0.05, 0.5, 5.0])), max_size=8)


def standing(limit: int, in_work: int) -> CollectorRegistry:
    """One process's places for decisions."""
    registry = CollectorRegistry()
    Gauge("miaopi_decisions_limit", "limit", registry=registry).set(limit)
    Gauge("miaopi_decisions_in_work", "in work", registry=registry).set(in_work)
    return registry


def test_places_for_decisions_are_those_of_the_workers() -> None:
    """Which are added up where they are read; the keeper decides nothing."""
    found = merged(standing(64, 0).collect(), standing(40, 7).collect())
    told = {family.name: family.samples[0].value for family in found}
    assert told == {"miaopi_decisions_limit": 40, "miaopi_decisions_in_work": 7}


@given(VALUES, VALUES, SECONDS, SECONDS, st.integers(0, 2), st.integers(0, 2))
def test_figures_of_all_are_those_that_one_process_would_have_counted(
    one: list, other: list, quick: list, slow: list, up: int, down: int
) -> None:
    families = merged(counted(one, quick, up).collect(), counted(other, slow, down).collect())
    whole = counted([*one, *other], [*quick, *slow], max(up, down)).collect()
    found = {family.name: family for family in families}
    assert len(found) == len(families), "each family once"
    for family in whole:
        samples, wanted = (
            {
                (sample.name, tuple(sorted(sample.labels.items()))): sample.value
                for sample in those.samples
                if not sample.name.endswith("_created")
            }
            for those in (found[family.name], family)
        )
        assert samples == pytest.approx(wanted)


def test_the_figures_are_the_same_whichever_worker_is_asked_and_name_no_person(crew: Crewed) -> None:
    before = crew.figures()
    sent = [application("CARD-1") for _ in range(8)]
    for one in sent:
        assert crew.stage.decide(one, f"count-{one['application_id']}").json["outcome"] == "APPROVED"
    series = 'miaopi_decisions_total{matter="senior_card",outcome="APPROVED"}'
    assert {crew.figures()[series] for _ in range(6)} == {before.get(series, 0.0) + 8}
    text = crew.guarded.send("op.li", "GET", "/metrics").body.decode()
    assert "pid=" not in text
    now = crew.figures()
    shares = [now[f'miaopi_share{{course="{course}",matter="senior_card"}}'] for course in COURSES]
    assert sum(shares) == pytest.approx(1)
    assert now['miaopi_budget_seconds{matter="senior_card",quantile="1"}'] > 0
    for one in sent:
        assert one["application_id"] not in text
