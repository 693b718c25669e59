"""How long a register usually takes: a quick median and a heavy tail, as real exchanges have (domain.md 5.2, 5.5)."""

import math
import random
from collections.abc import Mapping

from verifiers.registers import Register

_Z99 = 2.3263478740408408
"""The 99th percentile of the standard normal distribution."""


class Latency:
    """Draws delays: log-normal through the median and the 99th percentile of `Register.latency_ms`.

    The n-th question to a register takes equally long in every run of a seed, whatever other registers are asked.
    """

    def __init__(self, registers: Mapping[str, Register], seed: int, scale: float) -> None:
        """`scale` times every delay; 0 means none."""
        self._scale = scale
        self._curves = {name: _curve(*register.latency_ms) for name, register in registers.items()}
        self._dice = {name: random.Random(f"{seed}/{name}") for name in registers}  # noqa: S311 - repeatable, no secret

    def seconds(self, register: str) -> float:
        """How long the next answer of `register` takes."""
        curve = self._curves[register]
        if self._scale == 0 or curve is None:
            return 0.0
        return self._scale * self._dice[register].lognormvariate(*curve) / 1000


def _curve(p50: int, p99: int) -> tuple[float, float] | None:
    """Mean and deviation of the logarithm of milliseconds; None where no median is known."""
    if p50 <= 0:
        return None
    return math.log(p50), math.log(max(p99, p50) / p50) / _Z99
