"""Whether credentials still stand: their issuers' status lists, from pinned addresses, kept no longer than their ttl.

A list that can't be had, is not right, or is past its time leaves the status unknown; it never says "not revoked".
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from verifiers.credentials.bitstring_status import purpose_word
from verifiers.credentials.issuers import Issuer
from verifiers.credentials.keyset import Fetch, KeySet
from verifiers.credentials.pinned import is_under
from verifiers.credentials.refusal import CredentialRefused, RefusalWord
from verifiers.credentials.status_list import StatusList
from verifiers.credentials.status_source import Delivered, media_types, read_list
from verifiers.credentials.suites import Suites
from verifiers.credentials.token_status import list_word
from verifiers.credentials.verified import StatusReference, VerifiedCredential
from verifiers.deadline import Clock, Deadline
from verifiers.delivery import Answered

MOST_HELD = 256 * 1024 * 1024
"""Bytes of unpacked lists that are kept; beyond them the list that was used longest ago goes."""

MOST_LISTS = 1024

FETCH_SECONDS = 2.0
RETRY_AFTER = timedelta(seconds=10)
"""How long a list that could not be had is not asked for again."""


@dataclass(slots=True)
class _Shelf:
    """One list's place: the list if it is good, the key that signed it, and the one fetch that is under way.

    `kept_until` and `asked_again_at` are seconds that only grow: a clock that is put right lengthens no list's life.
    """

    held: StatusList | None = None
    kid: str | None = None
    kept_until: float = 0.0
    asked_again_at: float | None = None
    newest: datetime | None = None
    fetching: asyncio.Task[None] | None = field(default=None, repr=False)


class StatusLists:
    """The lists of all issuers. One fetch at a time for each list, whoever waits for it."""

    def __init__(self, fetch: Fetch, suites: Suites, now: Callable[[], datetime], clock: Clock) -> None:
        """`now` tells the real time, with an offset; `clock` gives the seconds that deadlines are counted in."""
        self._fetch = fetch
        self._suites = suites
        self._now = now
        self._clock = clock
        self._shelves: OrderedDict[tuple[str, str], _Shelf] = OrderedDict()

    async def check(self, credential: VerifiedCredential, issuer: Issuer, keys: KeySet, deadline: Deadline) -> None:
        """Return if every list that the credential names says that it stands.

        Raises CredentialRefused: status_revoked, status_suspended, status_unknown.
        """
        if issuer.status_lists and not credential.statuses:
            raise CredentialRefused("status_unknown")
        for reference in credential.statuses:
            if not is_under(reference.uri, issuer.status_lists):
                raise CredentialRefused("status_unknown")
            word = await self._word(reference, issuer, keys, deadline)
            if word is not None:
                raise CredentialRefused(word)

    async def _word(
        self, reference: StatusReference, issuer: Issuer, keys: KeySet, deadline: Deadline
    ) -> RefusalWord | None:
        found = await self._list(reference, issuer, keys, deadline)
        if found is None:
            return "status_unknown"
        value = found.at(reference.index)
        match reference.mechanism:
            case "token_status_list":
                return list_word(value)
            case "bitstring_status_list":
                purpose = reference.purpose or ""
                return purpose_word(value, purpose) if purpose in found.purposes else "status_unknown"
            case _ as unreachable:
                assert_never(unreachable)

    async def _list(
        self, reference: StatusReference, issuer: Issuer, keys: KeySet, deadline: Deadline
    ) -> StatusList | None:
        name = (issuer.identifier, reference.uri)
        shelf = self._shelves.setdefault(name, _Shelf())
        self._shelves.move_to_end(name)
        while len(self._shelves) > MOST_LISTS:
            self._shelves.popitem(last=False)
        if self._good(shelf) is not None and not await _is_vouched_for(shelf, keys, deadline):
            shelf.held = None
        if self._good(shelf) is None and shelf.fetching is None and self._may_ask(shelf):
            shelf.fetching = asyncio.ensure_future(self._load(shelf, reference, keys))
        if shelf.fetching is not None:
            # As with keys: whoever is cut short while waiting does not cut the others short.
            await asyncio.wait({shelf.fetching}, timeout=deadline.remaining())
        return self._good(shelf)

    def _good(self, shelf: _Shelf) -> StatusList | None:
        found = shelf.held
        return (
            found if found is not None and self._clock() < shelf.kept_until and self._now() < found.expires_at else None
        )

    def _may_ask(self, shelf: _Shelf) -> bool:
        return shelf.asked_again_at is None or self._clock() >= shelf.asked_again_at

    async def _load(self, shelf: _Shelf, reference: StatusReference, keys: KeySet) -> None:
        found, kid = None, None
        try:
            found, kid = await self._fetched(reference, keys)
        except CredentialRefused:
            pass
        finally:
            shelf.fetching = None
        # An older copy than one that we have seen would bring a revoked credential back.
        if found is None or (shelf.newest is not None and found.issued_at < shelf.newest):
            shelf.held = None
            shelf.asked_again_at = self._clock() + RETRY_AFTER.total_seconds()
            return
        shelf.held, shelf.kid, shelf.newest = found, kid, found.issued_at
        shelf.kept_until = self._clock() + found.ttl.total_seconds()
        shelf.asked_again_at = None
        self._make_room()

    async def _fetched(self, reference: StatusReference, keys: KeySet) -> tuple[StatusList, str]:
        limit = Deadline.after(FETCH_SECONDS, self._clock)
        delivery = await self._fetch(reference.uri, media_types(reference.mechanism), limit)
        if not isinstance(delivery, Answered):
            raise CredentialRefused("status_unknown")
        return await read_list(Delivered(reference, delivery.body, self._now()), keys, self._suites, limit)

    def _make_room(self) -> None:
        """Beyond MOST_HELD, forget the entries of the lists that were used longest ago, never those of the latest."""
        total = sum(len(one.held.entries) for one in self._shelves.values() if one.held is not None)
        for shelf in list(self._shelves.values())[:-1]:
            if total <= MOST_HELD:
                return
            if shelf.held is not None:
                total -= len(shelf.held.entries)
                shelf.held = None


async def _is_vouched_for(shelf: _Shelf, keys: KeySet, deadline: Deadline) -> bool:
    """Whether the key that signed the list still counts; what a withdrawn one vouched for may be a forger's."""
    try:
        await keys.key(shelf.kid, deadline)
    except CredentialRefused:
        return False
    return True
