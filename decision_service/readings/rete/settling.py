"""The networks that say what findings come to. Their joins are generated from the one order of outcomes
(outcome.PRECEDENCE). Candidates are told as bits: 1 for an outcome that follows from something, else an explicit 0.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from decision_service.outcome import APPROVALS, PRECEDENCE, RANK, Outcome
from decision_service.readings.rete.fence import EngineFault, Fence
from decision_service.readings.rete.terms import Join, Joins, Term

Part = str | None
"""What an outcome is of: an item, or None for the whole."""


def _candidate(outcome: Outcome, bit: int = 1) -> Term:
    return Term(f"c{RANK[outcome]}", bit)


def _winner(outcome: Outcome) -> str:
    return f"w{RANK[outcome]}"


def _ordered(outcomes: Collection[Outcome]) -> tuple[Outcome, ...]:
    return tuple(outcome for outcome in PRECEDENCE if outcome in outcomes)


def _unopposed(outcome: Outcome, outcomes: tuple[Outcome, ...]) -> tuple[Term, ...]:
    return tuple(_candidate(stronger, 0) for stronger in outcomes[: outcomes.index(outcome)])


def settling_joins(outcomes: Collection[Outcome]) -> tuple[Join, ...]:
    """An outcome wins where it follows and no stronger one does; the weakest is what is left when none does."""
    joins, ordered = Joins(), _ordered({*outcomes, PRECEDENCE[-1]})
    for outcome in ordered:
        follows = () if outcome is PRECEDENCE[-1] else (_candidate(outcome),)
        joins.add(_winner(outcome), (*follows, *_unopposed(outcome, ordered)))
    return joins.done()


def relevance_joins(outcomes: Collection[Outcome]) -> tuple[Join, ...]:
    """What may still follow (p) matters (m) unless a stronger outcome stands: it would win, or be told beside it."""
    joins, ordered = Joins(), _ordered(outcomes)
    for outcome in ordered:
        joins.add(f"m{RANK[outcome]}", (Term(f"p{RANK[outcome]}", 1), *_unopposed(outcome, ordered)))
    return joins.done()


def together_joins(outcomes: Collection[Outcome]) -> tuple[Join, ...]:
    """Items, some approved (y) and some not (n): PARTIALLY_APPROVED. All of one sort (u): the strongest wins."""
    joins, ordered = Joins(), _ordered(outcomes)
    approved = [outcome for outcome in ordered if outcome in APPROVALS]
    others = [outcome for outcome in ordered if outcome not in APPROVALS]
    for name, sort in (("y", approved), ("n", others)):
        for outcome in sort:
            joins.add(name, (_candidate(outcome),))
        joins.add("u", (_candidate(outcome, 0) for outcome in sort))
    joins.add(_winner(Outcome.PARTIALLY_APPROVED), (Term("y", 1), Term("n", 1)))
    for outcome in ordered:
        joins.add(_winner(outcome), (Term("u", 1), _candidate(outcome), *_unopposed(outcome, ordered)))
    return joins.done()


@dataclass(frozen=True, slots=True)
class Settled:
    """What findings come to: each item, and all together."""

    items: Mapping[str, Outcome]
    together: Outcome


class Settlement:
    """The networks that settle among some outcomes."""

    def __init__(self, outcomes: Collection[Outcome], fence: type[Fence] = Fence) -> None:
        """`outcomes`: all that can follow from a rule or the form; what items combine to needs no naming."""
        self.outcomes = frozenset(outcomes) | {PRECEDENCE[-1]}
        combined = self.outcomes | {Outcome.PARTIALLY_APPROVED, Outcome.REFERRED}
        self._settling = fence("settling", settling_joins(self.outcomes))
        self._relevance = fence("relevance", relevance_joins(combined))
        self._together = fence("together", together_joins(combined))

    def close(self) -> None:
        """Gives the networks back."""
        for network in (self._settling, self._relevance, self._together):
            network.close()

    def settle(self, candidates: Mapping[Part, Collection[Outcome]], items: Iterable[str]) -> Settled:
        """What `candidates` come to, for the items applied for. Raises EngineFault."""
        by_itself = _sole(self._settling, candidates.get(None, ()))
        settled = {item: _sole(self._settling, {by_itself, *candidates.get(item, ())}) for item in items}
        if not settled:
            return Settled(settled, by_itself)
        return Settled(settled, _sole(self._together, set(settled.values())))

    def relevant(self, possible: Collection[Outcome], standing: Outcome) -> frozenset[Outcome]:
        """Those of `possible` that would change the outcome `standing`, or be told beside it. Raises EngineFault."""
        bits = {**_bits({standing}), **{f"p{RANK[outcome]}": 1 for outcome in possible}}
        drawn = self._relevance.conclude(bits)
        return frozenset(outcome for outcome in possible if f"m{RANK[outcome]}" in drawn)


_RANKED = tuple((outcome, f"c{rank}") for outcome, rank in RANK.items())


def _bits(outcomes: Collection[Outcome]) -> dict[str, int]:
    return {name: int(outcome in outcomes) for outcome, name in _RANKED}


def _sole(network: Fence, outcomes: Collection[Outcome]) -> Outcome:
    drawn = network.conclude(_bits(outcomes))
    winners = [outcome for outcome in PRECEDENCE if _winner(outcome) in drawn]
    if len(winners) != 1:
        raise EngineFault(f"the network {network.name} named {len(winners)} winners; it decides nothing")
    return winners[0]
