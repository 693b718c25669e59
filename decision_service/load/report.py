"""Judged requests to figures, and figures against the lines that a run must meet."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, exp, lgamma, log
from typing import Literal

from decision_service.load.judging import Judged, fails, storms
from decision_service.load.plan import Plan
from decision_service.load.stages import Stage

Budget = tuple[int, int, int]
"""Milliseconds: median, 95th percentile, hard deadline."""

CHANCE = 0.01
"""How unlikely a run must be for a service that just meets its budget before the budget counts as missed."""

Met = Literal["met", "missed", "unclear"]
"""unclear: missed, but not if the tool's own lateness in sending is taken off, so that it is not the service's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that must be met: what it is about, and what came of it, as people read it."""

    name: str
    zh: str
    en: str
    met: Met
    told: str

    @staticmethod
    def of(name: str, words: tuple[str, str], met: bool, told: str) -> "Line":
        """A line that the tool's own lateness has no part in."""
        return Line(name, *words, "met" if met else "missed", told)


@dataclass(frozen=True, slots=True)
class MatterLoad:
    """What one matter saw in a stage, times in ms. `counts` are of its requests by verdict; the times are of those that
    its budget is about, `timed` in number. `over` are those that took longer than each part of the budget;
    `deadline_only`: a register that it may ask fails in this stage, so that only the deadline is asked of it."""

    matter: str
    requests: int
    counts: Mapping[str, int]
    timed: int
    p50: float
    p95: float
    p99: float
    over: Budget
    budget: Budget
    deadline_only: bool
    missed: tuple[str, ...]
    unclear: bool

    @property
    def nominally_over(self) -> bool:
        """Whether a percentile is over its budget by figures that so few requests may show by chance."""
        return not self.deadline_only and (self.p50 > self.budget[0] or self.p95 > self.budget[1])


@dataclass(frozen=True, slots=True)
class StageLoad:
    """What one stage came to. `planned` and `sent` are requests due and sent, `goodput` right decisions a second
    without an officer, `share` of those that should have been; `lag_p99` is how late the tool itself was, in ms."""

    stage: Stage
    seconds: float
    matters: tuple[MatterLoad, ...]
    judged: Sequence[Judged] = field(repr=False)
    counts: Mapping[str, int]
    goodput: float
    share: float
    lag_p99: float
    lines: tuple[Line, ...]

    @property
    def times(self) -> list[float]:
        """The times that budgets are about, ms."""
        return [one.sample.ms for one in self.judged if one.is_timed]

    @property
    def problems(self) -> dict[str, int]:
        """How many whole requests were refused with each problem; "status 404" and the like where it was none."""
        refused = [one.sample for one in self.judged if one.sample.told is None and not one.sample.broken]
        return dict(sorted(Counter(one.problem or f"status {one.status}" for one in refused).items()))

    @property
    def met(self) -> bool:
        """Whether every line is met."""
        return all(line.met == "met" for line in self.lines)


def too_many(over: int, requests: int, share: float) -> bool:
    """Whether `over` of `requests` are more than chance explains if `share` may be (one-sided binomial test)."""
    if over <= share * requests:
        return False
    if share == 0:
        return True
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


def missed(times: Sequence[float], budget: Budget, *, deadline_only: bool) -> tuple[str, ...]:
    """Which parts of a budget were missed. Of a few requests half may be slow by chance: see `too_many`."""
    half, tail, deadline = budget
    late = sum(ms > deadline for ms in times)
    found = [f"{late} after {deadline} ms"] if late else []
    if not deadline_only:
        for name, limit, share in (("p50", half, 0.5), ("p95", tail, 0.05)):
            if too_many(sum(ms > limit for ms in times), len(times), share):
                found.append(f"{name} {percentile(times, 1 - share):.0f} > {limit} ms")
    return tuple(found)


def by_matter(judged: Sequence[Judged], stage: Stage, plan: Plan) -> tuple[MatterLoad, ...]:
    """The figures of each matter in a stage."""
    return tuple(
        _matter(matter, [one for one in judged if one.sample.matter == matter], stage, plan)
        for matter in plan.pool.weights
    )


def _matter(matter: str, own: Sequence[Judged], stage: Stage, plan: Plan) -> MatterLoad:
    timed = [one.sample for one in own if one.is_timed]
    times = [one.ms for one in timed]
    allowed = plan.pool.policies[matter].budget
    budget = (allowed.p50, allowed.p95, allowed.deadline)
    only = fails(stage, matter, plan)
    lines = missed(times, budget, deadline_only=only)
    own_fault = lines and not missed([one.ms - one.lag_ms for one in timed], budget, deadline_only=only)
    p50, p95, p99 = (percentile(times, share) for share in (0.5, 0.95, 0.99))
    over = tuple(sum(ms > limit for ms in times) for limit in budget)
    counts: Counter[str] = Counter(one.verdict for one in own)
    return MatterLoad(
        matter, len(own), counts, len(times), p50, p95, p99, (over[0], over[1], over[2]), budget, only, lines,
        bool(own_fault),
    )  # fmt: skip


def stage_load(place: int, judged: Sequence[Judged], plan: Plan) -> StageLoad:
    """What the stage at a place among the plan's came to, of all judged requests of the run."""
    stage = plan.stages[place]
    own = [one for one in judged if one.sample.stage == place]
    matters = by_matter(own, stage, plan)
    seconds = plan.seconds_of(stage)
    should = [one for one in own if one.due_instant]
    good = [one for one in should if one.verdict == "right" and one.instant and _in_time(one, plan)]
    # Of the copies that are sent at once most are told to come again: what counts is that one of them was decided.
    distinct = {(one.sample.matter, one.sample.number) for one in should}
    decided = {(one.sample.matter, one.sample.number) for one in good}
    share = len(decided) / len(distinct) if distinct else 1.0
    counts: Counter[str] = Counter(one.verdict for one in own)
    lag = percentile([one.sample.lag_ms for one in own], 0.99)
    missing = len(distinct) - len(decided)
    lines = tuple(_lines(stage, own, matters, not too_many(missing, len(distinct), 1 - stage.goodput), share))
    return StageLoad(stage, seconds, matters, own, counts, len(decided) / seconds, share, lag, lines)


def _in_time(one: Judged, plan: Plan) -> bool:
    return one.sample.ms <= plan.pool.policies[one.sample.matter].budget.deadline


def _lines(
    stage: Stage,
    own: Sequence[Judged],
    matters: Sequence[MatterLoad],
    enough: bool,
    share: float,
) -> Iterator[Line]:
    yield _budget_line(matters)
    least = f"{100 * share:.1f} % ≥ {100 * stage.goodput:.0f} %"
    yield Line.of("goodput", ("秒批率", "decided right, at once, without an officer"), enough, least)
    counts = Counter(one.verdict for one in own)
    wrong, failed, shed = counts["wrong"], counts["failed"], counts["shed"]
    yield Line.of("wrong", ("与参考解释器不符", "otherwise than the reference says"), not wrong, f"{wrong}")
    yield Line.of("failed", ("没有决定也没有说明", "without any usable answer"), not failed, f"{failed}")
    told = f"{shed} ≤ {100 * stage.shed:.0f} %"
    yield Line.of("shed", ("因繁忙谢绝", "turned away as too much"), shed <= stage.shed * len(own), told)
    if stage.traffic == "duplicates":
        torn = len(storms(own))
        yield Line.of("duplicates", ("同一请求答复不一", "one request, two answers"), not torn, f"{torn}")
    if not own:
        yield Line.of("sent", ("没有发出请求", "nothing was sent"), met=False, told="0")


def _budget_line(matters: Sequence[MatterLoad]) -> Line:
    late = [one for one in matters if one.missed]
    told = "; ".join(f"{one.matter}: {', '.join(one.missed)}" for one in late) or "all"
    met: Met = "met" if not late else "unclear" if all(one.unclear for one in late) else "missed"
    return Line("budget", "各事项时限", "budgets of the rule files", met, told)
