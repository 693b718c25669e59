"""Texts made to keep the reader busy: what they cost grows with their length and no faster."""

import subprocess
import sys

import pytest

from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.wire import read_json

MANY = 2_000_000
"""Characters at which a reader that looks at each place anew would be at it for days."""

READING = """
import sys
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.wire import read_json
try:
    read_json((33 * "[" + sys.argv[1] + int(sys.argv[3]) * sys.argv[2]).encode())
except CredentialRefused as refused:
    print(refused.word)
"""


@pytest.mark.parametrize(("first", "then"), [('"', '\\"'), ('"', "\\"), ("", '"'), ("", '"\\')])
def test_a_string_that_is_not_closed_is_looked_at_once(first: str, then: str) -> None:
    # A process of its own, because nothing but its end stops a reader at work.
    command = [sys.executable, "-c", READING, first, then, str(MANY)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "malformed\n"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ('{"a": "' + "[" * 40 + '"}', True),
        ('{"a": "\\"' + "[" * 40 + '\\\\"}', True),
        ('{"a": "\\\\", "b": ' + "[" * 31 + "]" * 31 + "}", True),
        ('{"a": "\\\\", "b": ' + "[" * 32 + "]" * 32 + "}", False),
    ],
)
def test_brackets_within_strings_are_no_levels(text: str, *, good: bool) -> None:
    try:
        read_json(text.encode())
    except CredentialRefused:
        assert not good
    else:
        assert good
