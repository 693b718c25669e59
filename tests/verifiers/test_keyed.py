"""Keys that are used again and again, and evidence that each link of the chain adds to."""

import hmac
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from verifiers.evidence import Evidence
from verifiers.keyed import MOST_KEYS, keyed
from verifiers.nonces import random_block


@given(st.lists(st.tuples(st.binary(max_size=80), st.binary(max_size=300)), max_size=8))
def test_a_key_gives_what_hmac_gives_however_often_it_is_used(asked: list[tuple[bytes, bytes]]) -> None:
    for key, text in asked * 2:
        assert keyed(key, text) == hmac.digest(key, text, "sha256")


def test_no_key_stands_for_another_when_there_are_many() -> None:
    for number in range(2 * MOST_KEYS):
        key = b"key %d" % number
        assert keyed(key, b"text") == hmac.digest(key, b"text", "sha256")


def test_no_random_block_comes_twice() -> None:
    blocks = [random_block() for _ in range(2000)]
    assert len(set(blocks)) == len(blocks)
    assert {len(one) for one in blocks} == {16}


EVIDENCE = st.builds(
    Evidence,
    st.text(max_size=3),
    st.sampled_from(["ok", "error"]),
    st.dictionaries(st.text(max_size=2), st.integers()),
    elapsed_ms=st.integers(0, 3),
    fault=st.none() | st.text(max_size=2),
    wire=st.none() | st.binary(max_size=3),
    signed=st.booleans(),
)


@given(EVIDENCE, st.integers(0, 3))
def test_evidence_changes_as_replace_would_change_it(evidence: Evidence, elapsed_ms: int) -> None:
    before = (evidence.elapsed_ms, evidence.wire)
    later, bare = evidence.after(elapsed_ms), evidence.without_wire()
    assert (later, later.wire) == (replace(evidence, elapsed_ms=elapsed_ms), evidence.wire)
    assert (bare, bare.wire) == (replace(evidence, wire=None), None)
    assert (evidence.elapsed_ms, evidence.wire) == before
