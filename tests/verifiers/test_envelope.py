"""The JSON of answers: what the quick reader takes, the strict one takes too, and for the same."""

import json
from contextlib import suppress

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sizes import size
from verifiers.envelope import read_object

NUMBERS = st.integers() | st.floats() | st.sampled_from([2**53, 2**63, 2**64, -(2**63) - 1, 1e30, -0.0, 1e400])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=12,
)


def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def refused(name: str) -> object:
    raise ValueError(name)


def strictly(body: bytes) -> dict[str, object] | None:
    """The oracle: the standard library alone."""
    try:
        parsed = json.loads(body.decode(), object_pairs_hook=unique, parse_constant=refused)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def same(one: object, other: object) -> bool:
    return repr(one) == repr(other)  # -0.0 is not 0.0, nor 1 true


@settings(max_examples=size("envelope_json", quick=200, full=50_000), deadline=None)
@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4), st.data())
def test_an_object_is_read_as_the_strict_reader_reads_it(record: dict[str, object], data: st.DataObject) -> None:
    compact = json.dumps(record, ensure_ascii=data.draw(st.booleans()), separators=(",", ":")).encode(
        errors="surrogatepass"
    )
    bodies = [compact, json.dumps(record).encode()]
    with suppress(orjson.JSONEncodeError):
        bodies.append(orjson.dumps(record))
    body = data.draw(st.sampled_from(bodies))
    cut = data.draw(st.integers(0, len(body)))
    for one in (body, body[:cut] + data.draw(st.binary(max_size=2)) + body[cut:], body[:cut]):
        assert same(read_object(one), strictly(one))


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":-0}',
        b'{"a":18446744073709551616}',
        b'{"a":1.0}',
        b'{"a":"\\ud800"}',
        b"[1]",
        b"\xef\xbb\xbf{}",
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"a":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_two_readers_might_read_as_two_is_read_strictly(body: bytes) -> None:
    assert same(read_object(body), strictly(body))
