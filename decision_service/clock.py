"""What time it is for the service: China's, the day pinned where the operator says so (trials, demonstrations)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from verifiers.deadline import Clock
from verifiers.freshness import CHINA


def _real() -> datetime:
    return datetime.now(UTC)


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ServiceClock:
    """The service's clock. `pinned` is the day that it always is, if any; the time of day stays the real one.
    `monotonic` gives the seconds that deadlines are counted in. `is_trusted`: whether a machine may decide by it."""

    pinned: date | None = None
    real: Callable[[], datetime] = field(default=_real, repr=False, compare=False)
    monotonic: Clock = field(default=time.monotonic, repr=False, compare=False)
    is_trusted: Callable[[], bool] = field(default=_always, repr=False, compare=False)

    def now(self) -> datetime:
        """The instant of decision, in China's time."""
        now = self.real().astimezone(CHINA)
        return now if self.pinned is None else datetime.combine(self.pinned, now.timetz())

    def day(self) -> date:
        """The day of decision."""
        return self.now().date()
