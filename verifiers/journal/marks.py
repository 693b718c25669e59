"""Marks of persons and enterprises: equal for the same one, and of no use to anybody without the key."""

from dataclasses import dataclass, field
from typing import Final

from verifiers.keyed import keyed

_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Marks:
    """Makes marks under a secret key: a bare digest of an ID number could be found by trying them all."""

    key: bytes = field(repr=False)

    def of(self, subject: str) -> str:
        """The mark of `subject`: the first 16 bytes of HMAC-SHA256 (RFC 2104), in hex."""
        return keyed(self.key, subject.encode("utf-8", "surrogatepass"))[:_BYTES].hex()
