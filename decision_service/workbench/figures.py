"""The figures of the service, read from its exposition as Prometheus reads it."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]

QUANTILES: Final = (0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Figures:
    """Every sample by its name and labels, at one moment."""

    samples: Mapping[str, Mapping[Labels, float]]

    def total(self, name: str, **labels: str) -> float:
        """The sum of all samples of that name that have those labels; 0 where there is none."""
        wanted = set(labels.items())
        return math.fsum(value for found, value in self.samples.get(name, {}).items() if wanted <= found)

    def by(self, label: str, name: str, **labels: str) -> dict[str, float]:
        """The same sums by the values of `label`, in their order."""
        wanted = set(labels.items())
        sums: dict[str, float] = defaultdict(float)
        for found, value in self.samples.get(name, {}).items():
            if wanted <= found:
                sums[dict(found).get(label, "")] += value
        return dict(sorted(sums.items()))

    def quantile(self, share: float, name: str, **labels: str) -> float | None:
        """The value of a histogram below which `share` of it lies, taken as even within a bucket; None where nothing
        was counted, infinity where it lies beyond the last bound."""
        counts = {float(bound): count for bound, count in self.by("le", f"{name}_bucket", **labels).items()}
        bounds = sorted(counts)
        if not bounds or not counts[bounds[-1]]:
            return None
        rank = share * counts[bounds[-1]]
        for low, high in pairwise([0.0, *bounds]):
            if counts[high] >= rank:
                below = counts.get(low, 0.0)
                return high if counts[high] == below else low + (high - low) * (rank - below) / (counts[high] - below)
        return math.inf


def read_figures(exposition: str) -> Figures:
    """What the text says. Raises ValueError where it is no exposition."""
    samples: dict[str, dict[Labels, float]] = defaultdict(dict)
    for family in text_string_to_metric_families(exposition):
        for one in family.samples:
            samples[one.name][frozenset(one.labels.items())] = float(one.value)
    return Figures(samples)


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly a matter is decided at once, in milliseconds: as seen, and as its budget allows; and the share of
    decisions that were slower than the p95 of the budget (None where none was made)."""

    matter: str
    decided: int
    seen: tuple[float | None, ...]
    budget: tuple[float, ...]
    slow: float | None

    @property
    def is_kept(self) -> bool:
        """Whether no more were slow than a p95 allows."""
        return self.slow is None or self.slow <= 1 - QUANTILES[1]


def paces(figures: Figures) -> Iterable[Pace]:
    """Of every matter that has a budget."""
    for matter in figures.by("matter", "miaopi_budget_seconds"):
        decided = figures.total("miaopi_decision_seconds_count", matter=matter, course="instant")
        slow = figures.total("miaopi_slow_decisions_total", matter=matter)
        seen = (figures.quantile(one, "miaopi_decision_seconds", matter=matter, course="instant") for one in QUANTILES)
        budget = (figures.total("miaopi_budget_seconds", matter=matter, quantile=one) for one in ("0.5", "0.95", "1"))
        yield Pace(
            matter,
            int(decided),
            tuple(None if one is None else one * 1000 for one in seen),
            tuple(one * 1000 for one in budget),
            slow / decided if decided else None,
        )
