"""Samples to figures, and figures against budgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MatterLoad:
    """What one matter saw. Times in milliseconds from the instant a request was due."""

    matter: str
    requests: int
    right: int
    late: int
    wrong: int
    failed: int
    p50: float
    p95: float
    p99: float
    budget: tuple[int, int, int]

    @property
    def missed(self) -> tuple[str, ...]:
        """Which pass lines were missed."""
        lines = [
            (self.p50 > self.budget[0], f"p50 {self.p50:.0f} ms > {self.budget[0]} ms"),
            (self.p95 > self.budget[1], f"p95 {self.p95:.0f} ms > {self.budget[1]} ms"),
            (self.wrong > 0, f"{self.wrong} wrong"),
            (self.failed > 0, f"{self.failed} without a decision"),
        ]
        return tuple(text for missed, text in lines if missed)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def by_matter(
    samples: Sequence[Sequence[object]], budgets: Mapping[str, tuple[int, int, int]]
) -> tuple[MatterLoad, ...]:
    """The figures of each matter that has a budget."""
    found = []
    for matter, budget in budgets.items():
        own = [one for one in samples if one[0] == matter]
        times = [float(str(one[1])) for one in own]
        verdicts = [str(one[4]) for one in own]
        found.append(
            MatterLoad(
                matter,
                len(own),
                verdicts.count("right"),
                verdicts.count("late"),
                verdicts.count("wrong"),
                verdicts.count("error"),
                percentile(times, 0.5),
                percentile(times, 0.95),
                percentile(times, 0.99),
                budget,
            )
        )
    return tuple(found)
