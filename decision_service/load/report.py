"""Samples to figures, and figures against budgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, lgamma, log
from typing import Any

from decision_service.outcome import APPROVALS, RANK, Outcome

Budget = tuple[int, int, int]
"""Milliseconds: median, 95th percentile, hard deadline."""

UNAVAILABLE = "R01_VERIFIER_UNAVAILABLE"

CHANCE = 0.01
"""How unlikely a run must be for a service that just meets its budget before the budget counts as missed."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One request. `ms` and `lag_ms` count from the instant when it was due: to its answer, and to its being sent.

    `verdict` is what the sender made of the answer: right, late (a register was), wrong, or error (no decision).
    """

    matter: str
    ms: float
    status: int
    outcome: str | None
    verdict: str
    lag_ms: float


@dataclass(frozen=True, slots=True)
class MatterLoad:
    """What one matter saw. `over_*` are requests that took longer than that part of the budget; times in ms."""

    matter: str
    requests: int
    right: int
    late: int
    wrong: int
    failed: int
    p50: float
    p95: float
    p99: float
    over_p50: int
    over_p95: int
    over_deadline: int
    budget: Budget

    @property
    def missed(self) -> tuple[str, ...]:
        """Which pass lines were missed. Of a few requests half may be slow by chance: see `too_many`."""
        half, tail, deadline = self.budget
        lines = [
            (too_many(self.over_p50, self.requests, 0.5), f"p50 {self.p50:.0f} > {half} ms"),
            (too_many(self.over_p95, self.requests, 0.05), f"p95 {self.p95:.0f} > {tail} ms"),
            (self.over_deadline > 0, f"{self.over_deadline} after {deadline} ms"),
            (self.wrong > 0, f"{self.wrong} wrong"),
            (self.failed > 0, f"{self.failed} without a decision"),
        ]
        return tuple(text for missed, text in lines if missed)

    @property
    def nominally_over(self) -> bool:
        """Whether a percentile is over its budget by figures that so few requests may show by chance."""
        return self.p50 > self.budget[0] or self.p95 > self.budget[1]


def judged(answer: Mapping[str, Any], outcome: str, reasons: Sequence[str]) -> str:
    """right; late: not as expected since a register did not answer in time, and nothing granted by it; else wrong."""
    codes = sorted(str(one["code"]) for one in answer["reasons"])
    if answer["outcome"] == outcome and codes == sorted(reasons):
        return "right"
    missing = {one["status"] for one in answer["verifications"]} & {"timeout", "error"}
    said = any(one["code"] == UNAVAILABLE for part in ("reasons", "advice") for one in answer[part])
    found, expected = Outcome(answer["outcome"]), Outcome(outcome)
    approved = found in APPROVALS and expected not in APPROVALS
    granted = found is not Outcome.REFERRED and (approved or RANK[found] > RANK[expected])
    return "late" if missing and said and not granted else "wrong"


def too_many(over: int, requests: int, share: float) -> bool:
    """Whether `over` of `requests` are more than chance explains if `share` may be (one-sided binomial test)."""
    if over <= share * requests:
        return False
    all_ways, yes, no = lgamma(requests + 1), log(share), log(1 - share)
    ways = (all_ways - lgamma(k + 1) - lgamma(requests - k + 1) for k in range(over, requests + 1))
    return sum(exp(one + k * yes + (requests - k) * no) for k, one in enumerate(ways, start=over)) < CHANCE


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    # Rounded first: 0.07 * 100 is a little more than 7 in binary.
    return ordered[max(0, ceil(round(share * len(ordered), 9)) - 1)]


def by_matter(samples: Sequence[Sample], budgets: Mapping[str, Budget]) -> tuple[MatterLoad, ...]:
    """The figures of each matter that has a budget."""
    return tuple(
        _figures(matter, [one for one in samples if one.matter == matter], budgets[matter]) for matter in budgets
    )


def _figures(matter: str, own: Sequence[Sample], budget: Budget) -> MatterLoad:
    times = [one.ms for one in own]
    verdicts = [one.verdict for one in own]
    right, late, wrong, failed = (verdicts.count(word) for word in ("right", "late", "wrong", "error"))
    p50, p95, p99 = (percentile(times, share) for share in (0.5, 0.95, 0.99))
    over_p50, over_p95, over_deadline = (sum(ms > limit for ms in times) for limit in budget)
    return MatterLoad(
        matter=matter,
        requests=len(own),
        right=right,
        late=late,
        wrong=wrong,
        failed=failed,
        p50=p50,
        p95=p95,
        p99=p99,
        over_p50=over_p50,
        over_p95=over_p95,
        over_deadline=over_deadline,
        budget=budget,
    )
