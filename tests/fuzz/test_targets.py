"""Each parser on its seeds and on what Hypothesis makes of them; `make fuzz` looks further, led by coverage."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, all_seeds
from tests.sizes import size

SOME = settings(
    max_examples=size("fuzzed", quick=80, full=20_000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def changed(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed with a few pieces cut out, doubled or replaced."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.sampled_from((0, 1, 2, 8, 64)))
        piece = draw(
            st.binary(max_size=8) | st.just(bytes(data[at : at + length])) | st.sampled_from((b'"', b"}", b"\\", b"\n"))
        )
        data[at : at + length] = piece * draw(st.sampled_from((1, 1, 2, 40)))
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_stands_its_seeds(name: str) -> None:
    seeds = all_seeds(name)
    assert seeds
    for seed in seeds:
        TARGETS[name].run(seed)


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_stands_whatever_comes(name: str) -> None:
    @SOME
    @given(data=st.binary(max_size=300) | changed(all_seeds(name)))
    def stands(data: bytes) -> None:
        TARGETS[name].run(data)

    stands()
