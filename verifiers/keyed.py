"""HMAC (RFC 2104) under keys that are used again and again: the key is taken in once, not with each text."""

import hmac
from functools import lru_cache
from typing import Final, Literal

Digest = Literal["sha256", "sm3"]

MOST_KEYS: Final = 64


def keyed(key: bytes, text: bytes, digest: Digest = "sha256") -> bytes:
    """The raw HMAC of `text`. ValueError for a digest that this Python's OpenSSL has not got."""
    made = _begun(key, digest).copy()
    made.update(text)
    return made.digest()


@lru_cache(MOST_KEYS)
def _begun(key: bytes, digest: Digest) -> hmac.HMAC:
    """What has taken in the key alone. Only ever copied: one call of hmac.digest costs four copies."""
    return hmac.new(key, digestmod=digest)
