"""Status lists: the published vectors, both bit orders, bounds, and that only a good list says "valid"."""

import json
import tracemalloc
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sizes import size
from tests.verifiers.credentials.listing import URI, list_claims, list_document, multibase, packed
from tests.verifiers.credentials.mint import NOW, b64
from verifiers.credentials.bitstring_status import bitstring_status_list
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.status_list import MAX_UNPACKED, StatusList, unpack
from verifiers.credentials.token_status import token_status_list

VECTORS = json.loads(Path(__file__).with_name("token_status_list_vectors.json").read_text(encoding="utf-8"))["vectors"]
SHORTEST = 131_072
ALL_VALID = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""The encodedList of W3C Bitstring Status List 1.0, examples of section 2.2: nobody is revoked."""


def values(found: StatusList, count: int) -> list[int]:
    return [found.at(index) for index in range(count)]


def word(made: object, *, token: bool = True) -> str:
    """Why a list is refused, or "taken"."""
    read = token_status_list if token else bitstring_status_list
    try:
        read(made, URI, NOW)  # type: ignore[arg-type]  # wrong ones are the point
    except CredentialRefused as refused:
        return refused.word
    return "taken"


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{one['bits']}-bit-{one['entries']}" for one in VECTORS])
def test_every_entry_of_the_drafts_vectors(vector: dict) -> None:
    """All 2^20 entries of each large one, those that are not named included."""
    claims = list_claims(b"", status_list={"bits": vector["bits"], "lst": vector["lst"]})
    found = token_status_list(claims, URI, NOW)
    named = {int(index): value for index, value in vector["statuses"].items()}
    assert values(found, vector["entries"]) == [named.get(index, 0) for index in range(vector["entries"])]
    with pytest.raises(CredentialRefused):
        found.at(vector["entries"])


def test_the_recommendations_own_list_is_read() -> None:
    found = bitstring_status_list(list_document(b"", {"encodedList": ALL_VALID}), URI, NOW)
    assert values(found, SHORTEST) == [0] * SHORTEST
    with pytest.raises(CredentialRefused):
        found.at(SHORTEST)


def test_the_two_kinds_count_bits_from_opposite_ends() -> None:
    """One asymmetric byte, 0xB0: read in the other order, another person would be revoked."""
    entries = b"\xb0" + bytes(SHORTEST // 8 - 1)
    lowest_first = token_status_list(list_claims(entries), URI, NOW)
    highest_first = bitstring_status_list(list_document(entries), URI, NOW)
    assert values(lowest_first, 8) == [0, 0, 0, 0, 1, 1, 0, 1]
    assert values(highest_first, 8) == [1, 0, 1, 1, 0, 0, 0, 0]


@given(bits=st.sampled_from([1, 2, 4, 8]), data=st.data())
def test_a_packed_list_says_what_was_packed(bits: int, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=8, max_size=80).map(lambda x: x[: len(x) & ~7]))
    claims = list_claims(packed(wanted, bits, most_first=False), bits)
    assert values(token_status_list(claims, URI, NOW), len(wanted)) == wanted


@settings(deadline=None)
@given(revoked=st.sets(st.integers(0, SHORTEST - 1), max_size=20), others=st.sets(st.integers(0, SHORTEST - 1)))
def test_a_bitstring_says_what_was_packed(revoked: set[int], others: set[int]) -> None:
    number = sum(1 << (SHORTEST - 1 - index) for index in revoked)
    found = bitstring_status_list(list_document(number.to_bytes(SHORTEST // 8, "big")), URI, NOW)
    looked_at = {near % SHORTEST for index in revoked for near in range(index - 9, index + 9)} | others
    assert {index for index in looked_at if found.at(index)} == revoked


@pytest.mark.parametrize("index", [-1, 16, 10**18])
def test_an_index_that_is_not_there_is_not_valid(index: int) -> None:
    found = token_status_list(list_claims(b"\0\0"), URI, NOW)
    with pytest.raises(CredentialRefused, match="status_unknown"):
        found.at(index)


@pytest.mark.parametrize("packing", ["zlib", "gzip"])
def test_a_bomb_costs_bounded_memory(packing: str) -> None:
    mebibytes = size("bomb_mebibytes", quick=64, full=1024)
    press = zlib.compressobj(1, wbits=15 + 16 * (packing == "gzip"))
    bomb = b"".join(press.compress(bytes(1 << 20)) for _ in range(mebibytes)) + press.flush()
    tracemalloc.start()
    try:
        with pytest.raises(CredentialRefused, match="too_large"):
            unpack(bomb, packing)  # type: ignore[arg-type]  # one of the two
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_UNPACKED
    finally:
        tracemalloc.stop()


def test_the_largest_list_fits_and_one_byte_more_does_not() -> None:
    assert len(unpack(zlib.compress(bytes(MAX_UNPACKED), 1), "zlib")) == MAX_UNPACKED
    with pytest.raises(CredentialRefused, match="too_large"):
        unpack(zlib.compress(bytes(MAX_UNPACKED + 1), 1), "zlib")


GOOD = zlib.compress(bytes(64))


@pytest.mark.parametrize("stream", [b"", GOOD[:-1], GOOD[:10], GOOD + b"x", b"x" + GOOD, GOOD[:-1] + b"x"])
def test_a_stream_that_is_cut_short_added_to_or_spoilt_is_no_list(stream: bytes) -> None:
    with pytest.raises(CredentialRefused, match="malformed"):
        unpack(stream, "zlib")


SECOND = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "taken"),
        ({"sub": "https://licences.example/status/2"}, "issuer"),
        ({"sub": None}, "issuer"),
        ({"iat": None}, "claims"),
        ({"iat": "now"}, "claims"),
        ({"iat": SECOND + 61}, "issued_in_future"),
        ({"exp": SECOND}, "expired"),
        ({"exp": 1e300}, "claims"),
        ({"exp": None}, "taken"),
        ({"exp": None, "iat": SECOND - 24 * 3600}, "expired"),
        ({"exp": None, "iat": 253_402_300_799}, "issued_in_future"),
        ({"status_list": None}, "claims"),
        ({"status_list": {"bits": 3, "lst": b64(GOOD)}}, "claims"),
        ({"status_list": {"bits": True, "lst": b64(GOOD)}}, "claims"),
        ({"status_list": {"bits": 1, "lst": b64(GOOD) + "="}}, "malformed"),
        ({"status_list": {"bits": 1, "lst": 7}}, "claims"),
        ({"ttl": 0}, "claims"),
        ({"ttl": -1}, "claims"),
        ({"ttl": "60"}, "claims"),
        ({"ttl": True}, "claims"),
        ({"ttl": float("nan")}, "claims"),
    ],
)
def test_what_a_token_must_say(changes: dict, expected: str) -> None:
    assert word(list_claims(bytes(64), **changes)) == expected


LONG_ENOUGH = bytes(SHORTEST // 8)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (list_document(LONG_ENOUGH), "taken"),
        (list_document(LONG_ENOUGH, id="https://licences.example/status/2"), "issuer"),
        (list_document(LONG_ENOUGH, id=None), "issuer"),
        (list_document(LONG_ENOUGH, type=["VerifiableCredential"]), "type"),
        (list_document(LONG_ENOUGH, {"type": "StatusList2021"}), "type"),
        (list_document(LONG_ENOUGH, {"statusPurpose": []}), "claims"),
        (list_document(LONG_ENOUGH[:-1]), "malformed"),
        (list_document(LONG_ENOUGH, {"encodedList": multibase(LONG_ENOUGH)[1:]}), "malformed"),
        (list_document(LONG_ENOUGH, {"ttl": 0}), "claims"),
        (list_document(LONG_ENOUGH, validFrom=None), "claims"),
        (list_document(LONG_ENOUGH, validFrom="2026-03-16"), "claims"),
        (list_document(LONG_ENOUGH, validFrom=(NOW + timedelta(minutes=2)).isoformat()), "not_yet_valid"),
        (list_document(LONG_ENOUGH, validUntil=NOW.isoformat()), "expired"),
        (list_document(LONG_ENOUGH, validUntil=None, validFrom=(NOW - timedelta(days=1)).isoformat()), "expired"),
    ],
)
def test_what_a_status_list_credential_must_say(document: dict, expected: str) -> None:
    assert word(document, token=False) == expected


@pytest.mark.parametrize(
    ("ttl", "seconds"), [(None, 300), (1, 60), (60, 60), (3600.5, 3600.5), (86_401, 86_400), (1e308, 86_400)]
)
def test_a_ttl_is_taken_into_our_own_bounds(ttl: float | None, seconds: float) -> None:
    found = token_status_list(list_claims(bytes(64), ttl=ttl), URI, NOW)
    assert found.ttl == timedelta(seconds=seconds)
    if ttl is not None:
        document = list_document(LONG_ENOUGH, {"ttl": ttl * 1000})
        assert bitstring_status_list(document, URI, NOW).ttl == timedelta(seconds=seconds)
