"""Token buckets against a plain model, and their bounds."""

from hypothesis import given
from hypothesis import strategies as st

from decision_service.access.limits import Buckets, LimitReached, Limits
from decision_service.access.principal import ANONYMOUS, Allowance, Principal, Rate, a_day
from tests.sizes import size


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


ASKED = st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ab"), st.integers(1, 3)), max_size=60)


@given(ASKED, st.integers(1, 4), st.integers(1, 5))
def test_what_is_let_in_is_what_a_model_of_whole_ticks_lets_in(
    asked: list[tuple[int, str, int]], per_second: int, at_once: int
) -> None:
    """The model counts in quarters of a second, each of which brings `per_second` quarters of a token."""
    time, rate = Time(), Rate(float(per_second), at_once)
    buckets = Buckets(time)
    quarters = {"a": 4 * at_once, "b": 4 * at_once}
    for wait, who, count in asked:
        time.now += wait / 4
        quarters = {name: min(4 * at_once, left + wait * per_second) for name, left in quarters.items()}
        is_let_in = buckets.wait(who.encode(), rate) == 0
        assert is_let_in == (quarters[who] >= 4)
        if is_let_in:
            buckets.take(who.encode(), rate, count)
            quarters[who] -= 4 * count


def test_after_the_seconds_that_are_told_it_is_let_in() -> None:
    time, rate = Time(), Rate(0.3, 2)
    buckets = Buckets(time)
    for _ in range(20):
        seconds = buckets.wait(b"x", rate)
        time.now += seconds
        assert buckets.wait(b"x", rate) == 0
        buckets.take(b"x", rate, 2)


def test_memory_is_bounded_whoever_is_asked_about() -> None:
    buckets = Buckets(Time(), most=100)
    for number in range(size("persons asked about", quick=5_000, full=1_000_000)):
        buckets.take(str(number).encode(), a_day(20))
        assert len(buckets) <= 100


def test_limits_are_each_callers_own_and_each_persons_in_each_matter() -> None:
    limits = Limits(Time())
    allowance = Allowance(Rate(1, 1), a_day(2))
    one, other = (Principal(name, "caller", frozenset({"platform"}), None, allowance) for name in ("one", "other"))
    for _ in range(2):
        limits.probe(one, "m", ["210100193505208826"])
    assert reached(limits, one, "m", ["210100193505208826"]) == ("subject", 43_200)
    assert reached(limits, one, "m", ["21010019350520882x"]) is None
    assert reached(limits, one, "m", ["21010019350520882X"]) is None
    assert reached(limits, one, "m", ["21010019350520882x"]) == ("subject", 43_200)
    assert reached(limits, one, "n", ["210100193505208826"]) is None
    assert reached(limits, other, "m", ["210100193505208826"]) is None
    assert reached(limits, one, "m", ["another", "210100193505208826"]) == ("subject", 43_200)
    assert reached(limits, one, "m", []) is None
    limits.request(one)
    limits.request(other)


def reached(limits: Limits, who: Principal, matter: str, persons: list[str]) -> tuple[str, int] | None:
    try:
        limits.probe(who, matter, persons)
    except LimitReached as limit:
        return limit.what, limit.seconds
    return None


def test_what_came_to_nothing_is_put_back_and_never_more_than_was_taken() -> None:
    limits = Limits(Time())
    who = Principal("one", "caller", frozenset({"platform"}), None, Allowance(Rate(1, 1), a_day(1)))
    for _ in range(5):
        limits.probe(who, "m", ["x"]).take_back()
    limits.probe(who, "m", ["x"])
    assert reached(limits, who, "m", ["x"]) == ("subject", 86_400)


def test_the_anonymous_caller_of_a_trial_has_no_limits() -> None:
    limits = Limits(Time())
    for _ in range(500):
        limits.request(ANONYMOUS)
        limits.probe(ANONYMOUS, "m", ["x"]).take_back()
