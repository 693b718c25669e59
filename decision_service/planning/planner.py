"""The planner: waves of questions, those first whose answers can make others needless, as far as there is time.

A register is held back only while another that is asked before it can silence it, and only where the whole plan still
fits the budget at the median and at the 95th percentile; else it is asked at once. Order never changes an answer: every
register whose answer can still matter is asked in the end (tests/properties/test_planning.py).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from math import prod

from decision_service.facts import FactSheet
from decision_service.planning.costs import cost_of
from decision_service.planning.paces import (
    Measured,
    Wait,
    nothing_measured,
    one_after_another,
    rounded,
    wait_for,
)
from decision_service.planning.questions import gates_of, is_allocator
from decision_service.planning.silencing import Uses, settling_alone, silencers
from decision_service.planning.uses import Use, Wanted, Wants
from decision_service.policy.shape import Policy
from decision_service.sheet import CREDIT
from decision_service.verdict import Verdict
from verifiers.frozen import quickly_made
from verifiers.guard.pace import Usual, planned

OWN_MS = 40.0
"""Of the budget, kept for the engines, the record and the way there and back."""

_MOST_WAYS = 200
"""Beyond so many ways of sharing out registers over waves, only whole layers are put together."""

_MOST_KEPT, _MOST_PACES = 512, 64

Askable = Callable[[str], bool]
"""Whether the form of an application holds what the question to a register needs (`can_ask`)."""

Waves = tuple[tuple[str, ...], ...]


@quickly_made
@dataclass(frozen=True, slots=True)
class Left:
    """Milliseconds left for asking: of the budget's median and 95th percentile, and until the deadline."""

    p50: float
    p95: float
    deadline: float

    def allows(self, pace: Usual) -> bool:
        """Whether what takes so long still fits."""
        return pace.p50_ms <= self.p50 and pace.p95_ms <= min(self.p95, self.deadline)


@quickly_made
@dataclass(frozen=True, slots=True)
class Plan:
    """The waves still to come if none of them makes a later one needless, how long they take together, and what each
    register is wanted for. `silencers`: for each, those whose answer can make it needless."""

    waves: Waves
    pace: Usual
    uses: Uses
    silencers: Mapping[str, tuple[str, ...]]

    @property
    def next(self) -> tuple[str, ...]:
        """Whom to ask now."""
        return self.waves[0] if self.waves else ()


_NOTHING = Plan((), Usual(0.0, 0.0), {}, {})


@dataclass(frozen=True, slots=True)
class _Ways:
    """Ways to ask the same registers, the most sparing first; the last asks all at once."""

    silencers: Mapping[str, tuple[str, ...]]
    ways: tuple[tuple[Waves, Usual], ...]


class Planner:
    """Plans for one policy. What it works out for a set of open questions it keeps, for the next applicant."""

    def __init__(self, policy: Policy, measured: Measured = nothing_measured) -> None:
        self.policy = policy
        self._measured = measured
        self._points = {name: cost_of(ask.register).points for name, ask in policy.asks.items()}
        self._places = {name: place for place, name in enumerate(policy.asks)}
        self._wants = Wants(policy)
        self._gates = gates_of(policy)
        self._alone = settling_alone(policy)
        self._catalogued = {name: planned(ask.register) for name, ask in policy.asks.items()}
        self._ways: dict[object, _Ways] = {}
        self._waits: dict[frozenset[tuple[str, Usual]], Wait] = {}

    def first(self, askable: Askable) -> tuple[str, ...]:
        """Who the applicant is decides whether anything else may be asked."""
        return tuple(filter(askable, self._gates))

    def left(self, spent: float, remaining: float) -> Left:
        """What is left of the budget after `spent` seconds, `remaining` seconds before the deadline."""
        budget, gone = self.policy.budget, spent * 1000 + OWN_MS
        return Left(budget.p50 - gone, budget.p95 - gone, remaining * 1000)

    def useful(self, askable: Askable, sheet: FactSheet, verdict: Verdict, asked: Collection[str]) -> Wanted:
        """Whose answer can still change what is decided, and why; credit, which is asked beside all else, left out."""
        found = self._wants.of(sheet, verdict)
        return found.part(tuple([name for name in found if name != CREDIT and name not in asked and askable(name)]))

    def plan(self, uses: Wanted, left: Left) -> Plan:
        """The most sparing way to ask the registers of `uses` that the time allows; an allocator comes last."""
        if not uses:
            return _NOTHING
        paces = tuple(map(self.pace, uses))
        found = uses.worked_out.get(paces)
        if not isinstance(found, _Ways):
            if len(uses.worked_out) >= _MOST_PACES:
                uses.worked_out.clear()
            found = uses.worked_out[paces] = self._ways_of(uses, paces)
        waves, pace = next((way for way in found.ways if left.allows(way[1])), found.ways[-1])
        return Plan(waves, pace, uses, found.silencers)

    def _ways_of(self, uses: Wanted, paces: tuple[Usual, ...]) -> _Ways:
        key = (tuple(uses.items()), paces)
        found = self._ways.get(key)
        if found is None:
            if len(self._ways) >= _MOST_KEPT:
                self._ways.clear()
                self._waits.clear()
            found = self._ways[key] = self._worked_out(uses)
        return found

    def pace(self, name: str) -> Usual:
        """How long a register takes: as measured lately, else as the catalogue says."""
        measured = self._measured(name)
        return self._catalogued[name] if measured is None else rounded(measured)

    def forecast(self, waves: Sequence[Collection[str]]) -> Usual:
        """Median and 95th percentile of these waves, in milliseconds."""
        return one_after_another([self._wait(wave) for wave in waves])

    def _wait(self, wave: Collection[str]) -> Wait:
        members = frozenset((name, self.pace(name)) for name in wave)
        if members not in self._waits:
            asks = self.policy.asks
            self._waits[members] = wait_for((pace, asks[name].register.timeout_ms) for name, pace in members)
        return self._waits[members]

    def _worked_out(self, uses: Uses) -> _Ways:
        last = tuple(name for name in uses if is_allocator(self.policy, name))
        plain = sorted((name for name in uses if name not in last), key=lambda name: self._standing(name, uses[name]))
        before = silencers(uses, self._alone, plain)
        layers: dict[str, int] = {}
        for name in plain:
            layers[name] = 1 + max((layers[one] for one in before[name]), default=-1) if self._points[name] else 0
        ways = {self._waves(shares, last): self._spared(shares, before) for shares in _shares(layers)}
        timed = [(waves, self.forecast(waves), spared) for waves, spared in ways.items()]
        timed.sort(key=lambda way: (-way[2], way[1].p95_ms, len(way[0])))
        return _Ways(before, tuple(_worth_having(timed)))

    def _standing(self, name: str, uses: tuple[Use, ...]) -> tuple[int, int, int]:
        """Who can silence whom: the stronger outcome first, then what tells less of a person."""
        return min(use.rank for use in uses), self._points[name], self._places[name]

    def _waves(self, shares: Mapping[str, int], last: tuple[str, ...]) -> Waves:
        waves: dict[int, list[str]] = {}
        for name in sorted(shares, key=self._places.__getitem__):
            waves.setdefault(shares[name], []).append(name)
        found = tuple(tuple(waves[number]) for number in sorted(waves))
        return (*found, last) if last else found

    def _spared(self, shares: Mapping[str, int], before: Mapping[str, tuple[str, ...]]) -> int:
        """What may be spared: for each register its cost, as often as an answer that comes earlier can silence it."""
        return sum(
            self._points[name] * sum(shares[other] < place for other in before[name]) for name, place in shares.items()
        )


def _shares(layers: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Ways to share out registers over waves, none later than its layer."""
    if prod(layer + 1 for layer in layers.values()) <= _MOST_WAYS:
        for places in product(*(range(layer + 1) for layer in layers.values())):
            yield dict(zip(layers, places, strict=True))
        return
    steps = range(1, max(layers.values()) + 1)
    for count in range(len(steps) + 1):
        for cuts in combinations(steps, count):
            yield {name: sum(cut <= layer for cut in cuts) for name, layer in layers.items()}


def _worth_having(timed: Sequence[tuple[Waves, Usual, int]]) -> Iterator[tuple[Waves, Usual]]:
    """From the most sparing on, each way that is quicker than all before it; the last is the quickest."""
    quickest = Usual(float("inf"), float("inf"))
    for waves, pace, _ in timed:
        if pace.p50_ms < quickest.p50_ms or pace.p95_ms < quickest.p95_ms:
            yield waves, pace
            quickest = Usual(min(pace.p50_ms, quickest.p50_ms), min(pace.p95_ms, quickest.p95_ms))


class Planners:
    """The planner of each version of a matter, made when it is first needed; that of one that was republished goes."""

    def __init__(self, measured: Measured = nothing_measured) -> None:
        self._measured = measured
        self._planners: dict[tuple[str, date], Planner] = {}

    def of(self, policy: Policy) -> Planner:
        """The planner of `policy`."""
        version = (policy.matter, policy.effective_from)
        found = self._planners.get(version)
        if found is None or found.policy is not policy:
            found = self._planners[version] = Planner(policy, self._measured)
        return found
