"""What a kind of connection is, so that a new kind is one class (docs/connections.md has a whole one)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from verifiers.connections.entries import Entries
from verifiers.registers import Register
from verifiers.verifier import Verifier


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clocks:
    """`now` tells the time, with an offset, for signatures; `judged_at` that by which answers are fresh or stale: it
    differs only where the service's day is pinned for a trial."""

    now: Callable[[], datetime] = _now
    judged_at: Callable[[], datetime] = _now


class Connection(Protocol):
    """A way to one or more registers, with its keys and its pool."""

    @property
    def signs(self) -> bool:
        """Whether answers are signed by who gives them. Where not, the operator accepts that register by register."""
        ...

    def verifier(self, register: Register, entries: Entries) -> Verifier:
        """Who asks `register` this way; `entries` are its own keys in the file, ended with `entries.done()`."""
        ...

    async def close(self) -> None:
        """Let go of everything. What is asked after that is an error."""
        ...


ConnectionKind = Callable[[Entries, Clocks], Connection]
"""Makes a connection from its table, ending with `entries.done()` before it opens anything. A class does."""
