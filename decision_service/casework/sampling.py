"""Which decisions an officer looks at blind: drawn by a secret key, so that nobody who makes rules or applications can
tell beforehand, and the same again whenever the log is read anew."""

import hashlib
import hmac
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw at `rate` (0 to 1) under `key` (32 bytes)."""

    key: bytes = field(repr=False)
    rate: Decimal

    @property
    def key_id(self) -> str:
        """A name of the key that tells nothing about it: only whoever has the key can repeat the draws under it."""
        return hmac.digest(self.key, b"name of this key", hashlib.sha256).hex()[:16]

    def takes(self, record_id: str) -> bool:
        """Whether the record of that id is in the sample: HMAC-SHA256 (RFC 2104) of the id, read as a number from 0 to
        1, lies below the rate."""
        digest = hmac.digest(self.key, b"sample\n" + record_id.encode(), hashlib.sha256)
        number = int.from_bytes(digest[: _BITS // 8], "big")
        return number < int(self.rate * 2**_BITS)
