"""How often a machine may be wrong, given what a sample showed: the exact upper bound of Clopper and Pearson (1934)."""

import math
from typing import Final

CONFIDENCE: Final = 0.95
"""One-sided: were the true rate above the bound, so few errors would show in less than 5 % of samples."""

_STEPS: Final = 10_000
_TINY: Final = 1e-300
_PRECISION: Final = 1e-15
_HALVINGS: Final = 100


def upper_bound(errors: int, sample: int, confidence: float = CONFIDENCE) -> float:
    """The rate p at which `errors` or fewer among `sample` have probability 1 - `confidence`; 1.0 where all are errors,
    or nothing was looked at."""
    if not 0 <= errors <= sample:
        raise ValueError("errors: must be 0 to the size of the sample")
    if errors == sample:
        return 1.0
    low, high = errors / sample, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if at_most(errors, sample, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def at_most(errors: int, sample: int, rate: float) -> float:
    """The probability of `errors` or fewer among `sample` at `rate`, by the incomplete beta function (DLMF 8.17.5)."""
    return 1.0 if errors >= sample else incomplete_beta(sample - errors, errors + 1, 1 - rate)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for a, b > 0, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    # The fraction converges quickly below the mean; above it, the other tail does.
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) / a * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction, evaluated forwards by Lentz's method."""
    c, d = 1.0, _not_zero(1 - (a + b) * x / (a + 1))
    d = 1 / d
    value = d
    for m in range(1, _STEPS):
        for coefficient in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + coefficient * d)
            c = _not_zero(1 + coefficient / c)
            value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
