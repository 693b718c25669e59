"""When a credit check that is owed is tried: soon, then ever less often, and gently while the centre is in trouble."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from verifiers.deadline import Clock

DUE_WITHIN: Final = timedelta(hours=24)
"""Within which a check that a decision went out without must be made (RQ-G3)."""

FIRST_SECONDS: Final = 2.0
LONGEST_SECONDS: Final = 900.0
"""Between two tries for one application: about a hundred within the day, and the same pace when it is over."""

SHUT_SECONDS: Final = 120.0
"""Longest pause of all checks: so late, at most, is it seen that the centre is back."""

WIDTH: Final = 4
"""Checks at once when the centre answers; live decisions put dozens."""

Jitter = Callable[[], float]
"""A number from 0.0 to 1.0, drawn anew each time."""


def fair() -> float:
    """Jitter in operation."""
    return secrets.SystemRandom().random()


def pause(failures: int, longest: float, jitter: float) -> float:
    """Seconds to wait after so many failures: doubled each time up to `longest`, of which half to all is waited."""
    return min(longest, FIRST_SECONDS * 2.0 ** min(failures, 30)) * (0.5 + jitter / 2)


class Gate:
    """How many checks may be under way, given how the last ones ended.

    Many applications wait for one and the same centre: while it fails, one check in a while finds out whether it is
    back, and no application's turn is used up on the others' behalf.
    """

    def __init__(self, monotonic: Clock, jitter: Jitter) -> None:
        self._monotonic = monotonic
        self._jitter = jitter
        self._failures = 0
        self._opens_at = 0.0

    @property
    def width(self) -> int:
        """Checks that may start together now; 0 while it is shut."""
        if self.opens_in > 0:
            return 0
        return 1 if self._failures else WIDTH

    @property
    def opens_in(self) -> float:
        """Seconds for which it stays shut."""
        return max(0.0, self._opens_at - self._monotonic()) if self._failures else 0.0

    def note(self, *, answered: bool) -> None:
        """Checks that were put together have ended: at least one was answered, or none."""
        if answered:
            self._failures = 0
            return
        self._opens_at = self._monotonic() + pause(self._failures, SHUT_SECONDS, self._jitter())
        self._failures += 1
