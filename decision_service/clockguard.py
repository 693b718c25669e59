"""Whether the host's clock is to be trusted. Days and freshness are counted by it: one that is off, or jumps, approves
what should not be, so nothing is decided by machine while this guard doubts it.

Doubted is a clock

- that jumped: against the monotonic clock, it moved by more than a second either way since it was last steady;
- that is behind: before the newest record as the service starts, or before the moment at which it jumped back;
- that nobody keeps in step: the kernel calls it unsynchronised, or off by more than a second, or says nothing at all.
  That counts where `required`; elsewhere it is told.

It is trusted again when none of these holds and it was steady for a minute since the last jump. Until then time goes on
from where it was, by the monotonic clock: no record gets an instant that nobody believes.
"""

import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

from decision_service.kernelclock import KernelClock, kernel_clock

Cause = Literal["jumped", "behind", "unsynchronised", "offset", "unknown"]
CAUSES: Final[tuple[Cause, ...]] = ("jumped", "behind", "unsynchronised", "offset", "unknown")

TOLERANCE_SECONDS: Final = 1.0
STEADY_SECONDS: Final = 60.0
_READING_SECONDS: Final = 0.02
_READINGS: Final = 20
"""The two clocks are read again when so much passed between: a thread that was put aside is no jump."""


class Told(Protocol):
    """Who hears of it when trust is lost or found, and what the kernel says at each look."""

    def clock(self, cause: Cause | None) -> None:
        """The clock is not trusted any more, for this cause; or, with None, it is again."""

    def kernel(self, kernel: KernelClock | None) -> None:
        """What the kernel says now."""


class ClockGuard:
    """Watches one clock. `look` is for each decision, `watch` for each second; both from any thread.

    `newest` is the instant of the newest record; None where there is none, or it doesn't count (a pinned day).
    """

    def __init__(
        self,
        told: Told,
        newest: datetime | None,
        *,
        required: bool,
        kernel: Callable[[], KernelClock | None] = kernel_clock,
        real: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._told, self._required, self._kernel = told, required, kernel
        self._real, self._monotonic = real, monotonic
        self._lock = threading.RLock()
        now, self._line = self._read()
        self._since = now - STEADY_SECONDS
        # Wall less monotonic seconds: the line that the clock is on since `_since`, and the one that is trusted.
        self._trusted_line = self._line
        self._floor = -math.inf
        self._moved = False
        if newest is not None and newest.timestamp() > now + self._line + TOLERANCE_SECONDS:
            self._floor = newest.timestamp()
            self._trusted_line = self._floor - now
            self._moved = True
        self._kernel_doubt: Cause | None = None
        self._cause: Cause | None = None

    def look(self) -> Cause | None:
        """Why the clock is not to be trusted now; None where it is."""
        if self._is_as_it_was(self._real()):
            return self._cause
        with self._lock:
            return self._look()[0]

    def watch(self) -> Cause | None:
        """As `look`, after asking the kernel anew."""
        kernel = self._kernel()
        with self._lock:
            self._told.kernel(kernel)
            self._kernel_doubt = _of_kernel(kernel) if self._required else None
            return self._look()[0]

    def now(self) -> datetime:
        """The instant: the clock's, or while it moved and is not trusted yet the one from before, carried on."""
        wall = self._real()
        if self._is_as_it_was(wall):
            return datetime.fromtimestamp(wall, UTC)
        with self._lock:
            _, now, line = self._look()
            return datetime.fromtimestamp(now + (self._trusted_line if self._moved else line), UTC)

    def _is_as_it_was(self, wall: float) -> bool:
        """Whether a look at the clock, which shows `wall` just now, would find what the last one found: it neither
        moves nor was moved. Each decision asks a dozen times, so this takes no lock; what is in doubt is looked at."""
        steady = abs(wall - self._monotonic() - self._line) <= TOLERANCE_SECONDS and not self._moved
        return steady and self._cause == self._kernel_doubt and wall >= self._floor - TOLERANCE_SECONDS

    def _look(self) -> tuple[Cause | None, float, float]:
        now, line = self._read()
        if abs(line - self._line) > TOLERANCE_SECONDS:
            if not self._moved:
                self._floor = now + self._trusted_line
            self._line, self._since, self._moved = line, now, True
        cause = self._doubted(now, line)
        if cause is None:
            self._trusted_line, self._moved = self._line, False
        if cause != self._cause:
            self._cause = cause
            self._told.clock(cause)
        return cause, now, line

    def _doubted(self, now: float, line: float) -> Cause | None:
        if self._moved and now - self._since < STEADY_SECONDS:
            return "jumped"
        if now + line < self._floor - TOLERANCE_SECONDS:
            return "behind"
        return self._kernel_doubt

    def _read(self) -> tuple[float, float]:
        """The monotonic clock, and how far the wall clock is ahead of it."""
        for _ in range(_READINGS):
            before = self._monotonic()
            wall = self._real()
            after = self._monotonic()
            if after - before < _READING_SECONDS:
                break
        return after, wall - after


def _of_kernel(kernel: KernelClock | None) -> Cause | None:
    if kernel is None:
        return "unknown"
    if not kernel.is_synchronised:
        return "unsynchronised"
    return "offset" if kernel.offset_seconds > TOLERANCE_SECONDS else None
