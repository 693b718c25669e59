"""Places for connections at a listener: how many at once, how many of one peer, which gives way when all are taken."""

import ipaddress
from collections import Counter
from collections.abc import Callable
from typing import Protocol


class Holder(Protocol):
    """A connection that holds a place."""

    peer: str

    def give_way(self) -> None:
        """Hang up at once: somebody else needs the place."""


class Places:
    """The places of one listener.

    When all are taken a new connection gets the place of the one that has waited longest without a request in work:
    whoever sends half a request, or none, makes room for whoever sends a whole one.
    """

    def __init__(self, most: int, most_per_peer: int, refused: Callable[[str], None]) -> None:
        """`refused` is told whatever is not served at this listener, in a word."""
        self._most = most
        self._most_per_peer = most_per_peer
        self.refused = refused
        self._taken = 0
        self._peers: Counter[str] = Counter()
        self._waiting: dict[Holder, None] = {}

    def take(self, holder: Holder) -> bool:
        """Whether the connection may stay; it waits for its first request then."""
        if holder.peer and self._peers[holder.peer] >= self._most_per_peer:
            self.refused("peer")
            return False
        if self._taken >= self._most and not self._make_room():
            self.refused("full")
            return False
        self._taken += 1
        self._peers[holder.peer] += 1
        self._waiting[holder] = None
        return True

    def works(self, holder: Holder) -> None:
        """A whole request of the connection is in work: it keeps its place."""
        self._waiting.pop(holder, None)

    def waits(self, holder: Holder) -> None:
        """The connection was answered, and waits for its next request."""
        self._waiting[holder] = None

    def leave(self, holder: Holder) -> None:
        """The connection is gone."""
        self._waiting.pop(holder, None)
        self._taken -= 1
        self._peers[holder.peer] -= 1
        if not self._peers[holder.peer]:
            del self._peers[holder.peer]

    def _make_room(self) -> bool:
        if not self._waiting:
            return False
        longest = next(iter(self._waiting))
        del self._waiting[longest]
        self.refused("displaced")
        longest.give_way()
        return True


def peer_name(host: str | None) -> str:
    """What connections of one peer are counted by: its address, of IPv6 the network.

    Empty for this machine itself, whose connections are a proxy's: its peers are not seen here.
    """
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return "" if address.is_loopback else str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return "" if address.is_loopback else str(address)
