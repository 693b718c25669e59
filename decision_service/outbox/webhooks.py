"""Signatures of Standard Webhooks 1.0.0: `v1` is HMAC-SHA256 under a shared secret, `v1a` Ed25519 under our own key.

What is signed is `webhook-id.webhook-timestamp.body`. A key says by its beginning what it is: `whsec_` a shared secret,
`whsk_` the private key (32 bytes, RFC 8032) whose public half `whpk_` the receiver holds; base64 follows.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"

_SHARED, _PRIVATE, _PUBLIC = "whsec_", "whsk_", "whpk_"
_FEWEST, _MOST = 24, 64


class WebhookKeyError(ValueError):
    """A key that can't sign; the text says why, never the key."""


@dataclass(frozen=True, slots=True)
class WebhookKey:
    """A key, and the scheme that it is for."""

    scheme: Literal["v1", "v1a"]
    secret: bytes = field(repr=False)

    def signature(self, content: bytes) -> str:
        """The signature over `content` as the header writes it."""
        if self.scheme == "v1":
            raw = hmac.digest(self.secret, content, hashlib.sha256)
        else:
            raw = Ed25519PrivateKey.from_private_bytes(self.secret).sign(content)
        return f"{self.scheme},{base64.b64encode(raw).decode()}"

    @property
    def public(self) -> str | None:
        """What the receiver of an Ed25519 signature needs; None of a shared secret, which is not told."""
        if self.scheme == "v1":
            return None
        key = Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()
        return _PUBLIC + base64.b64encode(key).decode()


def read_keys(text: str) -> tuple[WebhookKey, ...]:
    """The keys in a file, one a line. Several sign side by side, so that a key can be changed without a gap.

    Raises WebhookKeyError.
    """
    keys = tuple(_key(line) for line in text.split())
    if not keys:
        raise WebhookKeyError("there is no key; write one a line, beginning with whsec_ or whsk_")
    return keys


def signed_headers(keys: Sequence[WebhookKey], event_id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers for `body`, sent at `at` (seconds since 1970). `event_id` holds no full stop."""
    content = b".".join([event_id.encode(), str(at).encode(), body])
    return {ID: event_id, TIMESTAMP: str(at), SIGNATURE: " ".join(key.signature(content) for key in keys)}


def _key(text: str) -> WebhookKey:
    for prefix in (_SHARED, _PRIVATE):
        if text.startswith(prefix):
            try:
                secret = base64.b64decode(text.removeprefix(prefix), validate=True)
            except (binascii.Error, ValueError):
                raise WebhookKeyError(f"what follows {prefix} is no base64") from None
            return _checked(prefix, secret)
    raise WebhookKeyError("a key begins with whsec_ (shared secret) or whsk_ (Ed25519 private key)")


def _checked(prefix: str, secret: bytes) -> WebhookKey:
    if prefix == _PRIVATE:
        if len(secret) != 32:
            raise WebhookKeyError("whsk_ needs the 32 bytes of an Ed25519 private key")
        return WebhookKey("v1a", secret)
    if not _FEWEST <= len(secret) <= _MOST:
        raise WebhookKeyError(f"whsec_ needs {_FEWEST} to {_MOST} random bytes")
    return WebhookKey("v1", secret)
