"""Arrivals: the same from the same seed, dealt to processes without loss, every application in its turn."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from decision_service.load.arrivals import SORTS, Stream

streams = st.builds(
    Stream,
    seed=st.text(max_size=5),
    rate=st.floats(0.5, 200),
    seconds=st.floats(0.1, 3),
    pools=st.dictionaries(
        st.sampled_from(list(SORTS)), st.lists(st.integers(0, 99), min_size=1, max_size=9), min_size=1
    ),
    broken=st.tuples(st.floats(0, 1), st.just(("a", "b"))),
)


@given(streams, st.integers(1, 5))
def test_processes_together_send_the_whole_stream_and_nothing_twice(stream: Stream, senders: int) -> None:
    whole = list(stream.arrivals())
    dealt = [one for sender in range(senders) for one in stream.of(sender, senders)]
    assert sorted(dealt, key=lambda one: one.number) == whole
    assert [one.number for one in whole] == list(range(len(whole)))


@given(streams)
def test_arrivals_are_in_order_and_within_their_stage(stream: Stream) -> None:
    at = [one.at for one in stream.arrivals()]
    assert at == sorted(at)
    assert all(0 < one < stream.seconds for one in at)


@given(streams)
def test_an_application_comes_again_only_when_all_of_its_sort_have_come(stream: Stream) -> None:
    pools = {
        sort: [place * 100 + at for at in range(len(own))] for place, (sort, own) in enumerate(stream.pools.items())
    }
    whole = Stream(stream.seed, stream.rate, stream.seconds, pools, stream.broken)
    taken = Counter(one.application for one in whole.arrivals())
    for own in pools.values():
        times = [taken[one] for one in own]
        assert max(times) - min(times) <= 1


def test_gaps_are_those_of_a_poisson_stream() -> None:
    """Mean and variance of the gaps, and of the counts of each second: for this seed, once and for all."""
    at = [one.at for one in Stream("seed", 50.0, 400.0, {"valid": [0]}).arrivals()]
    gaps = [later - earlier for earlier, later in zip([0.0, *at], at, strict=False)]
    mean = sum(gaps) / len(gaps)
    assert abs(mean * 50 - 1) < 0.03
    assert abs(sum((gap - mean) ** 2 for gap in gaps) / len(gaps) * 2500 - 1) < 0.06
    counts = Counter(int(one) for one in at)
    spread = sum((counts[second] - 50) ** 2 for second in range(400)) / 400
    assert abs(spread / 50 - 1) < 0.2
