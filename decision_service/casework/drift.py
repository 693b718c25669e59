"""When a rate has moved: a day's decisions against those of the days before, by an exact test.

Each series (a rate of one matter, in all or in one city) is looked at when a day has brought 8, 16, 32, … decisions,
never in between. A look asks Fisher's exact test (two-sided: all outcomes that are no likelier) whether the day and the
baseline could have one rate. The j-th look of a day may raise a false alarm with probability ALARM_RATE / 2^j, so a
day's looks together at most with ALARM_RATE: that holds however many decisions come, as long as days have one rate.

An alarm stands until a later, complete day shows no difference at CALM_RATE from what was usual when it was raised;
the days until then count into no baseline. One that nobody heeds ends after BASELINE_DAYS: the new rate is the usual
one then. So an alarm changes at most once a day.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, takewhile
from typing import Final

ALARM_RATE: Final = 0.001
"""False alarms a series and day, at most."""

CALM_RATE: Final = 0.05
"""At which a complete day counts as no different, and ends an alarm."""

FIRST_LOOK: Final = 8
BASELINE_DAYS: Final = 28
BASELINE_LEAST: Final = 50
"""Decisions that a baseline needs; before, nothing is compared."""

_TIE: Final = 1e-9
"""Outcomes whose logarithms of probability differ by less are equally likely."""

_NOTHING: Final = 50.0
"""What is e^50 times less likely than what was seen adds nothing to a sum."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Of `total` decisions, `hits` were of the kind that a rate counts."""

    hits: int
    total: int

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(self.hits + other.hits, self.total + other.total)


def together(tallies: Sequence[Tally]) -> Tally:
    """All of them."""
    return Tally(sum(one.hits for one in tallies), sum(one.total for one in tallies))


def look(total: int) -> int | None:
    """Which look of its day it is that comes after `total` decisions, from 1; None where none is due."""
    number = 1
    while FIRST_LOOK << (number - 1) < total:
        number += 1
    return number if FIRST_LOOK << (number - 1) == total else None


def has_moved(day: Tally, baseline: Tally, number: int) -> bool:
    """Whether look `number` of a day raises an alarm."""
    return baseline.total >= BASELINE_LEAST and same_rate(day, baseline) < ALARM_RATE / 2**number


def is_calm(day: Tally, usual: Tally) -> bool:
    """Whether a complete day with enough decisions shows no difference any more from what was usual."""
    return day.total >= FIRST_LOOK and same_rate(day, usual) >= CALM_RATE


def same_rate(one: Tally, other: Tally) -> float:
    """The p-value of Fisher's exact test: the probability, at one common rate and these totals, of a split that is no
    likelier than the one seen."""
    hits, total = one.hits + other.hits, one.total + other.total
    least, most = max(0, hits - other.total), min(hits, one.total)
    whole = _choices(total, hits)

    def likelihood(count: int) -> float:
        return _choices(one.total, count) + _choices(other.total, hits - count) - whole

    seen = likelihood(one.hits) + _TIE
    mode = (hits + 1) * (one.total + 1) // (total + 2)
    # From the likeliest split outwards each is less likely than the last: on either side a tail begins somewhere.
    upper = bisect_left(range(mode, most + 1), True, key=lambda count: likelihood(count) <= seen) + mode
    lower = mode - bisect_left(range(mode, least - 1, -1), True, key=lambda count: likelihood(count) <= seen)
    tails = chain(
        takewhile(lambda log: log > seen - _NOTHING, map(likelihood, range(upper, most + 1))),
        takewhile(lambda log: log > seen - _NOTHING, map(likelihood, range(min(lower, upper - 1), least - 1, -1))),
    )
    return min(1.0, math.fsum(math.exp(log) for log in tails))


def _choices(size: int, count: int) -> float:
    """The logarithm of the number of ways to choose `count` of `size`."""
    return math.lgamma(size + 1) - math.lgamma(count + 1) - math.lgamma(size - count + 1)
