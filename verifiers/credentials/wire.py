"""The texts that credentials are made of, base64url and JSON, read strictly: one value, one spelling, bounded."""

import base64
import hashlib
import json
import math
import re
from typing import NoReturn

from verifiers.credentials.refusal import CredentialRefused

MOST_DEPTH = 32
MOST_INTEGER = 2**53 - 1
"""The largest whole number that every JSON reader (RFC 7493) and JCS (RFC 8785) agree on."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_JSON_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""Possessive, and to the end of the text where a string is not closed: else each of its quotes would be tried anew, and
a token of 20 KB hold up the event loop for a second."""


def from_base64url(text: object) -> bytes:
    """The bytes that unpadded base64url `text` spells (RFC 7515, 2).

    Raises CredentialRefused (malformed) for other characters, padding, and spare bits that are not zero: two spellings
    of the same bytes would be two different tokens.
    """
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise CredentialRefused("malformed")
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(found) != text:
        raise CredentialRefused("malformed")
    return found


def to_base64url(content: bytes) -> str:
    """`content` as unpadded base64url."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def digest_text(content: bytes) -> str:
    """SHA-256 of `content` as unpadded base64url, as SD-JWT writes digests."""
    return to_base64url(hashlib.sha256(content).digest())


def read_object(content: bytes) -> dict[str, object]:
    """The JSON object in `content`; raises CredentialRefused (malformed) as read_json does, or for another value."""
    found = read_json(content)
    if not isinstance(found, dict):
        raise CredentialRefused("malformed")
    return found


def read_json(content: bytes) -> object:
    """The value of UTF-8 JSON text.

    Raises CredentialRefused (malformed) for a name twice in an object, NaN, an infinite or huge number, lone
    surrogates, or more than 32 levels.
    """
    try:
        text = content.decode()
        if _too_deep(text):
            raise CredentialRefused("malformed")
        value: object = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer, parse_float=_number
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # fails on a lone surrogate, which only an escape can spell
    except ValueError:  # JSONDecodeError and both Unicode errors are ValueErrors
        raise CredentialRefused("malformed") from None
    return value


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MOST_DEPTH:
        return False
    depth = 0
    for character in _JSON_STRING.sub("", text):
        if character in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CredentialRefused("malformed")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise CredentialRefused("malformed")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MOST_INTEGER:
        raise CredentialRefused("malformed")
    return int(digits)


def _number(digits: str) -> float:
    found = float(digits)
    if not math.isfinite(found):
        raise CredentialRefused("malformed")
    return found
