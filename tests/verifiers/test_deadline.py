"""A deadline runs down on its own clock and is never started again."""

from hypothesis import given
from hypothesis import strategies as st

from verifiers.deadline import Deadline


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.floats(0, 10), st.lists(st.tuples(st.floats(0, 5), st.floats(0, 20)), max_size=8))
def test_what_is_handed_down_never_outlives_what_was_given(whole: float, steps: list[tuple[float, float]]) -> None:
    watch = Watch()
    given_deadline = Deadline.after(whole, watch)
    handed = given_deadline
    for passes, wish in steps:
        watch.now += passes
        handed = handed.at_most(wish)
        assert handed.remaining() <= given_deadline.remaining()
        assert handed.remaining() <= wish + 1e-9
        assert handed.passed is (watch.now >= handed.ends_at)


def test_it_runs_down_to_nothing_and_no_further() -> None:
    watch = Watch()
    deadline = Deadline.after(2.0, watch)
    assert deadline.remaining() == 2.0
    watch.now += 1.5
    assert deadline.remaining() == 0.5
    watch.now += 1.0
    assert deadline.remaining() == 0.0
    assert deadline.passed
