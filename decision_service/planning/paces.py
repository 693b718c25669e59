"""How long registers take, and waves of them: log-normal times, a wave as slow as its slowest, waves one after another.

A wave's distribution is the product of its members' (asked at once, answering independently), cut at each register's
time limit. The sum of waves is taken as log-normal with the sum of their means and variances (Fenton and Wilkinson):
usually within a few per cent, for very wide times within a fifth at the median and a quarter at the 95th percentile;
adding quantiles up would understate the median and overstate the tail (tests/properties/test_paces.py).
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from verifiers.guard.pace import Usual

_Z95: Final = 1.6448536269514722

_STEP: Final = 1.06
_GRID: Final = tuple(_STEP**power for power in range(180))
"""Milliseconds, 1 to about 34 seconds."""

_LEAST_SPREAD: Final = 0.02


Measured = Callable[[str], Usual | None]
"""The figures that were measured lately of a register, by name; None while there are too few."""


def nothing_measured(_: str) -> None:
    """For the command line and for a service that has just started: the catalogue's figures count."""


def rounded(pace: Usual) -> Usual:
    """Up to the next twelfth of a doubling, so that figures that hardly moved give the same plan again."""
    return Usual(*(2 ** (math.ceil(math.log2(max(1.0, one)) * 12) / 12) for one in (pace.p50_ms, pace.p95_ms)))


@dataclass(frozen=True, slots=True)
class Wait:
    """How long one wave takes: `spread` is the chance that it is over, at each time of the grid."""

    spread: tuple[float, ...]
    mean: float
    variance: float

    def quantile(self, share: float) -> float:
        """Milliseconds within which the wave is over in `share` of the cases."""
        place = bisect_left(self.spread, share)
        if place == 0:
            return _GRID[0]
        if place == len(_GRID):
            return _GRID[-1]
        below, above = self.spread[place - 1], self.spread[place]
        return _GRID[place - 1] * float(_STEP ** ((share - below) / (above - below)))


def wait_for(members: Iterable[tuple[Usual, int]]) -> Wait:
    """The wave of these members, each with its time limit in milliseconds."""
    spread = [1.0] * len(_GRID)
    for pace, limit in members:
        middle = math.log(max(1.0, pace.p50_ms))
        width = max(_LEAST_SPREAD, (math.log(max(1.0, pace.p95_ms)) - middle) / _Z95) * math.sqrt(2)
        for place, at in enumerate(_GRID):
            if at >= limit:
                break
            spread[place] *= math.erfc((middle - math.log(at)) / width) / 2
    return _summed(tuple(spread))


def _summed(spread: tuple[float, ...]) -> Wait:
    mean = square = before = 0.0
    for at, chance in zip(_GRID, spread, strict=True):
        middle = at / math.sqrt(_STEP)
        mean += (chance - before) * middle
        square += (chance - before) * middle * middle
        before = chance
    return Wait(spread, mean, max(0.0, square - mean * mean))


def one_after_another(waits: Sequence[Wait]) -> Usual:
    """Median and 95th percentile of waves that wait for each other; nothing takes no time."""
    if len(waits) <= 1:
        return Usual(waits[0].quantile(0.5), waits[0].quantile(0.95)) if waits else Usual(0.0, 0.0)
    mean, variance = sum(one.mean for one in waits), sum(one.variance for one in waits)
    width = math.log1p(variance / (mean * mean))
    middle = math.log(mean) - width / 2
    return Usual(math.exp(middle), math.exp(middle + _Z95 * math.sqrt(width)))
