"""How much time is left. A deadline is handed down as it is and never started again."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from verifiers.frozen import quickly_made

Clock = Callable[[], float]
"""Seconds that only ever grow, from any beginning."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on `clock` (seconds) by which an answer must be there."""

    ends_at: float
    clock: Clock = field(default=time.monotonic, repr=False, compare=False)

    @classmethod
    def after(cls, seconds: float, clock: Clock = time.monotonic) -> "Deadline":
        """The deadline `seconds` from now. Made once, where the application comes in."""
        return cls(clock() + seconds, clock)

    def remaining(self) -> float:
        """Seconds left, 0.0 once it has passed."""
        return max(0.0, self.ends_at - self.clock())

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self.remaining() <= 0.0

    def at_most(self, seconds: float) -> "Deadline":
        """The earlier of this deadline and the one `seconds` from now: a part never gets more than the whole has."""
        ends_at = self.clock() + seconds
        return self if self.ends_at <= ends_at else Deadline(ends_at, self.clock)
