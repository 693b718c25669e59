"""How long a register usually takes: as measured, and as planned until enough was measured."""

import math
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass

from verifiers.deadline import Clock
from verifiers.frozen import maker, quickly_made
from verifiers.registers import Register

KEEP_CALLS = 256
KEEP_SECONDS = 600.0
LEAST_CALLS = 50
"""Fewer say little of a 95th percentile: of 50, it is the third from the top."""

_Z95, _Z99 = 1.6448536269514722, 2.3263478740408408
"""Quantiles of the standard normal distribution."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Usual:
    """The median and the 95th percentile of a register's answers, in milliseconds."""

    p50_ms: float
    p95_ms: float


_usual = maker(Usual)


def planned(register: Register) -> Usual:
    """What the catalogue leads one to expect: log-normal through its median and 99th percentile (domain.md 5.5); the
    register's limit where it gives none."""
    p50, p99 = register.latency_ms
    if p50 <= 0:
        return Usual(register.timeout_ms, register.timeout_ms)
    spread = math.log(max(p99, p50) / p50) / _Z99
    return Usual(p50, p50 * math.exp(_Z95 * spread))


class Pace:
    """The pace of one register: the last KEEP_CALLS calls of the last KEEP_SECONDS, exactly."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._arrived: deque[tuple[float, float]] = deque()
        self._sorted: list[float] = []

    def note(self, seconds: float) -> None:
        """A call took so long. One that was cut takes part with the time after which it was: it is at least that."""
        now = self._clock()
        self._arrived.append((now, seconds))
        insort(self._sorted, seconds)
        if len(self._arrived) > KEEP_CALLS:
            self._drop()
        self._forget(now)

    def measured(self) -> Usual | None:
        """What the next call may be expected to take; None while too few calls were measured."""
        self._forget(self._clock())
        count = len(self._sorted)
        if count < LEAST_CALLS:
            return None
        # The smallest that at least half, and at least 19 in 20, of the calls did not exceed.
        half, most = self._sorted[(count + 1) // 2 - 1], self._sorted[-(-19 * count // 20) - 1]
        usual: Usual = _usual(half * 1000, most * 1000)
        return usual

    def _forget(self, now: float) -> None:
        while self._arrived and now - self._arrived[0][0] >= KEEP_SECONDS:
            self._drop()

    def _drop(self) -> None:
        _, seconds = self._arrived.popleft()
        del self._sorted[bisect_left(self._sorted, seconds)]
