"""API keys: `mp_<id>_<secret>`, of which only the SHA-256 of the secret is kept, in the operator's access file.

A password needs a slow hash because people choose few passwords and all of them can be tried. A secret here is 256
random bits: nobody tries them all, however fast the hash is, so a fast one costs nothing and leaves no lever to those
who send wrong keys to keep the processor busy. Nothing here takes a secret that somebody chose.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from decision_service.access.actions import Scope

PREFIX: Final = "mp_"
SECRET_BYTES: Final = 32
_KEY: Final = re.compile(r"mp_([a-z0-9]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
KEY_ID: Final = re.compile(r"[a-z0-9]{12}", re.ASCII)
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is kept of a key. `digest` is the SHA-256 of its secret (32 bytes); from `expires` on it counts no more."""

    key_id: str
    digest: bytes = field(repr=False)
    scopes: frozenset[Scope]
    expires: datetime


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as somebody shows it."""

    key_id: str
    secret: str = field(repr=False)


def new_key() -> tuple[str, str, bytes]:
    """A new key: what its owner shows, its id, and what is kept of it."""
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return f"{PREFIX}{key_id}_{secret}", key_id, digest_of(secret)


def read_key(text: str) -> ShownKey | None:
    """The key that `text` writes, None where it is written as no key is."""
    found = _KEY.fullmatch(text)
    return None if found is None else ShownKey(found[1], found[2])


def digest_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()
