"""The keys of one issuer, as his pinned source publishes them: fetched seldom, kept long, once withdrawn never used."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from verifiers.credentials.jwks import PublishedKeys, Publisher, read_jwks
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.deadline import Clock, Deadline
from verifiers.delivery import Answered, Delivery, Failed, Late

MIN_REFRESH = 30.0
"""Seconds between two fetches at least, whoever asks for whatever key: strangers with invented kids drive nothing. It
also bounds how long a withdrawn key lives on, as any use of the set past it fetches anew."""

MAX_STALE = 24 * 3600.0
"""Seconds for which the last good set serves while the source is out of reach or answers nonsense."""

FETCH_SECONDS = 1.0
"""A source that takes longer is out of reach for this time."""

JWKS_TYPES = ("application/jwk-set+json", "application/json")
_MOST_TOMBSTONES = 10_000

Fetch = Callable[[str, tuple[str, ...], Deadline], Awaitable[Delivery]]
"""Reads what is at an address, of one of these media types, by the deadline; raises nothing (Transport.get)."""


class KeyBook:
    """What is known of an issuer's keys, told the time and what was fetched. It fetches nothing itself.

    A key that left the set is refused from then on (key_withdrawn, not key_unknown). Missing from one set it may come
    back with the next, since copies of a set are not all replaced in one moment; missing from two in a row, marked as
    `revoked` by the issuer, or listed by the operator, it has a tombstone: nothing that is fetched brings it back.
    """

    def __init__(self, withdrawn: frozenset[str] = frozenset()) -> None:
        """`withdrawn` are the kids that the operator lists."""
        self._listed = withdrawn
        self._tombstones: dict[str, None] = {}
        self._missing: frozenset[str] = frozenset()
        self._keys: Mapping[str, VerificationKey] = {}
        self._tried_at: float | None = None
        self._good_until: float | None = None

    def due(self, now: float) -> bool:
        """Whether the source may be asked, and so should be."""
        return self._tried_at is None or now - self._tried_at >= MIN_REFRESH

    def trying(self, now: float) -> None:
        """The source is being asked."""
        self._tried_at = now

    def loaded(self, published: PublishedKeys, now: float) -> None:
        """The source answered with a good set."""
        absent = (self._keys.keys() | self._missing) - published.keys.keys()
        for kid in sorted((absent & self._missing) | published.revoked):
            self._tombstones[kid] = None
        while len(self._tombstones) > _MOST_TOMBSTONES:
            del self._tombstones[next(iter(self._tombstones))]
        self._missing = frozenset(absent - self._tombstones.keys())
        self._keys = {kid: key for kid, key in published.keys.items() if kid not in self._tombstones}
        self._good_until = now + MAX_STALE

    def key(self, kid: str, now: float) -> VerificationKey:
        """The key. Raises CredentialRefused: key_withdrawn, key_unknown (also where no good set was seen for a day)."""
        if kid in self._listed or kid in self._tombstones or kid in self._missing:
            raise CredentialRefused("key_withdrawn")
        if self._good_until is None or now >= self._good_until or kid not in self._keys:
            raise CredentialRefused("key_unknown")
        return self._keys[kid]


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where an issuer's keys are, by the operator's word: at `url`, or written out in his file (`inline`)."""

    publisher: Publisher
    url: str | None = None
    inline: PublishedKeys | None = field(default=None, repr=False)
    withdrawn: frozenset[str] = frozenset()


class KeySet:
    """The keys of one issuer."""

    def __init__(self, source: KeySource, fetch: Fetch, clock: Clock) -> None:
        """`clock` gives seconds that only grow."""
        self._source = source
        self._fetch = fetch
        self._clock = clock
        self._book = KeyBook(source.withdrawn)
        self._refreshing: asyncio.Task[None] | None = None

    async def key(self, kid: str | None, deadline: Deadline) -> VerificationKey:
        """The key that goes by `kid`, by `deadline`. Raises CredentialRefused: key_withdrawn, key_unknown."""
        if kid is None:
            raise CredentialRefused("key_unknown")
        if self._source.url is not None:
            await self._refresh(self._source.url, deadline)
        elif self._source.inline is not None:
            self._book.loaded(self._source.inline, self._clock())
        return self._book.key(kid, self._clock())

    async def _refresh(self, url: str, deadline: Deadline) -> None:
        """Ask the source if it is due. Whoever comes while it is being asked waits for the same answer."""
        if self._refreshing is None and self._book.due(self._clock()):
            self._book.trying(self._clock())
            self._refreshing = asyncio.ensure_future(self._load(url))
            self._refreshing.add_done_callback(self._done)
        if self._refreshing is not None:
            # Not awaited itself: that one of those who wait is cut short must not cut the others short.
            await asyncio.wait({self._refreshing}, timeout=deadline.remaining())

    async def _load(self, url: str) -> None:
        delivery = await self._fetch(url, JWKS_TYPES, Deadline.after(FETCH_SECONDS, self._clock))
        match delivery:
            case Answered():
                try:
                    published = read_jwks(delivery.body, self._source.publisher)
                except CredentialRefused:
                    return  # a set that deceives is no set: the last good one stands
                self._book.loaded(published, self._clock())
            case Late() | Failed():
                return
            case _:
                assert_never(delivery)

    def _done(self, _: asyncio.Task[None]) -> None:
        self._refreshing = None
