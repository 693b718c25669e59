"""A status list, unpacked: bounded, dated, one entry read at a time in the bit order of its kind.

Whatever is not right about a list leaves the status unknown, and a credential of unknown status is not used.
"""

import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from verifiers.credentials.refusal import CredentialRefused

MAX_UNPACKED = 16 * 1024 * 1024
"""Bytes: room for 128 million credentials on one list. A gibibyte of zeros packs into one megabyte."""

LEAST_TTL = timedelta(seconds=60)
MOST_TTL = timedelta(hours=24)
"""Own bounds of a list's ttl: a shorter one would have us hammer the issuer, a longer one would honour a revocation too
late."""

USUAL_TTL = timedelta(minutes=5)
"""Where the list names none; 300,000 ms in W3C Bitstring Status List 1.0."""

Packing = Literal["zlib", "gzip"]
BitOrder = Literal["least_first", "most_first"]
"""least_first: entry 0 is the lowest bits of byte 0 (IETF Token Status List section 4.1). most_first: the highest, as
index 0 is the left-most bit (W3C Bitstring Status List 1.0)."""

_WBITS = {"zlib": zlib.MAX_WBITS, "gzip": zlib.MAX_WBITS + 16}


def unpack(packed: bytes, packing: Packing) -> bytes:
    """The bytes in one zlib or gzip stream, whole and nothing after it. Raises CredentialRefused.

    Never holds more than MAX_UNPACKED bytes, whatever the stream promises.
    """
    stream = zlib.decompressobj(_WBITS[packing])
    try:
        content = stream.decompress(packed, MAX_UNPACKED)
        more = not stream.eof and bool(stream.decompress(stream.unconsumed_tail, 1))
    except zlib.error:
        raise CredentialRefused("malformed") from None
    if more:
        raise CredentialRefused("too_large")
    if not stream.eof or stream.unused_data:
        raise CredentialRefused("malformed")
    return content


@dataclass(frozen=True, slots=True)
class StatusList:
    """The entries of the list at `uri`, of `bits` bits each. `purposes` is empty for a list whose entries hold the kind
    of status themselves. `ttl` is within our own bounds; past `expires_at` the list says nothing any more."""

    uri: str
    bits: int
    order: BitOrder
    entries: bytes = field(repr=False)
    issued_at: datetime
    ttl: timedelta
    expires_at: datetime
    purposes: frozenset[str] = frozenset()

    def at(self, index: int) -> int:
        """The value of an entry. Raises CredentialRefused where there is none: beyond the end nothing is valid."""
        first = index * self.bits
        if index < 0 or first + self.bits > len(self.entries) * 8:
            raise CredentialRefused("status_unknown")
        place, offset = divmod(first, 8)
        shift = offset if self.order == "least_first" else 8 - self.bits - offset
        return (self.entries[place] >> shift) & ((1 << self.bits) - 1)


def bounded_ttl(seconds: object) -> timedelta:
    """A list's own ttl, taken into our bounds; the usual one for None. Raises CredentialRefused for what is no positive
    number."""
    if seconds is None:
        return USUAL_TTL
    # `not (x > 0)` and not `x <= 0`: NaN compares false with everything.
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not seconds > 0:
        raise CredentialRefused("claims")
    if seconds >= MOST_TTL.total_seconds():
        return MOST_TTL
    return max(LEAST_TTL, timedelta(seconds=seconds))
