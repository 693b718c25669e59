"""Nonces: numbers used once."""

import hashlib
import os
import secrets
from collections import deque
from typing import Final, Literal

KEEP_MS = 2 * 5 * 60 * 1000
"""How long a nonce is remembered, in milliseconds. A request may be stamped five minutes ahead of the receiver's clock
and is then acceptable for ten minutes after it was first seen; past that its timestamp refuses it."""


BLOCK_BYTES: Final = 16

_AT_ONCE: Final = 256
"""Blocks that are drawn together: each call of the system gives other threads their turn, which costs far more."""

_drawn: deque[bytes] = deque()
os.register_at_fork(after_in_child=_drawn.clear)  # or both would use the same ones


def random_block() -> bytes:
    """16 random bytes of the system's, never given before. From any thread."""
    try:
        return _drawn.pop()
    except IndexError:
        drawn = os.urandom(BLOCK_BYTES * _AT_ONCE)
    blocks = [drawn[place : place + BLOCK_BYTES] for place in range(0, len(drawn), BLOCK_BYTES)]
    _drawn.extend(blocks[1:])
    return blocks[0]


def fresh_nonce() -> str:
    """A new nonce: 128 random bits, in hex."""
    return random_block().hex()


class NonceBook:
    """The nonces seen within the last ten minutes. Each is good once.

    Bounded: holding `capacity` nonces it takes no new one until old ones lapse, because forgetting one early would let
    a request be played back. It keeps 64-bit keyed digests, about 100 bytes a nonce.
    """

    def __init__(self, capacity: int = 1_000_000) -> None:
        """`capacity` is how many nonces fit: requests a second that must be borne, times 600."""
        self._capacity = capacity
        self._seen: dict[int, int] = {}
        self._salt = secrets.token_bytes(16)

    def note(self, nonce: str, now_ms: int) -> Literal["new", "seen", "full"]:
        """Write `nonce` down: "new" the first time, "seen" after that, "full" when there is no room."""
        self._forget(now_ms)
        mark = int.from_bytes(hashlib.blake2b(nonce.encode(), digest_size=8, key=self._salt).digest())
        if mark in self._seen:
            return "seen"
        if len(self._seen) >= self._capacity:
            return "full"
        self._seen[mark] = now_ms
        return "new"

    def __len__(self) -> int:
        """How many nonces are remembered now."""
        return len(self._seen)

    def _forget(self, now_ms: int) -> None:
        # In order of arrival, so only the oldest need a look. A clock set back merely keeps them longer.
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] + KEEP_MS >= now_ms:
                return
            del self._seen[oldest]
