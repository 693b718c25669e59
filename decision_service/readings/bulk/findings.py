"""Each rule as columns: how it stands, why it is unknown, and what could still follow from it."""

from dataclasses import dataclass

from decision_service.facts import Why
from decision_service.outcome import FAVOURABLE, PRECEDENCE, RANK, Outcome
from decision_service.policy.shape import Consequence, Rule
from decision_service.readings.bulk.cells import BIT, Cell, both, has, known, lowest, negated, static, union, when
from decision_service.readings.bulk.expressions import World, read
from decision_service.readings.bulk.refused import refuse
from decision_service.readings.bulk.shapes import NULL, Term, truth

SILENT, HOLDS, UNKNOWN, OPEN, FAILS = 0, 1, 2, 3, 4
"""How a rule stands, as a number. FAILS + k: the k-th alternative follows. OPEN: unknown by registers not asked alone,
so that what the others come to says whether it is told."""

NOTHING = len(PRECEDENCE) - 1
"""The rank of what follows from nothing: APPROVED."""
IMPOSSIBLE = 99


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule: `state`, the causes where it is UNKNOWN or OPEN (else 0), and the strongest rank that could still follow
    where it is OPEN."""

    state: Cell
    causes: Cell
    could: Cell


def draft(rule: Rule, world: World, chosen: Cell) -> Draft:
    """How a rule stands by itself; `chosen`: whether its item is applied for."""
    must = read(rule.must, world)
    ends = [_when(one, world) for one in rule.alternatives]
    fails = _alternatives(rule.alternatives, ends, 0, world)
    found = _choose(
        known(must.mask), _choose(truth(must), Draft(HOLDS, 0, IMPOSSIBLE), fails), Draft(SILENT, 0, IMPOSSIBLE)
    )
    if not (static(must.mask) and must.mask == 0):
        unknown = _unknown(must, rule.alternatives, ends)
        found = _choose(known(must.mask), found, unknown)
    return _choose(chosen, found, Draft(SILENT, 0, IMPOSSIBLE))


def _choose(condition: Cell, one: Draft, other: Draft) -> Draft:
    if static(condition):
        return one if condition is True else other
    return Draft(
        when(condition, one.state, other.state),
        when(condition, one.causes, other.causes),
        when(condition, one.could, other.could),
    )


def _when(one: Consequence, world: World) -> Term | None:
    return None if one.when is None else read(one.when, world)


def _alternatives(all_of: tuple[Consequence, ...], ends: list[Term | None], at: int, world: World) -> Draft:
    """What follows from the first alternative, from `at` on, that applies."""
    if at == len(all_of):
        return Draft(SILENT, 0, IMPOSSIBLE)
    follows = _follows(all_of[at], at, world)
    end = ends[at]
    if end is None:
        return follows
    sure = _choose(truth(end), follows, _alternatives(all_of, ends, at + 1, world))
    return _choose(known(end.mask), sure, _unknown(end, all_of[at:], ends[at:]))


def _follows(one: Consequence, at: int, world: World) -> Draft:
    """The alternative; a favour stands on known facts only, in what it tells too."""
    follows = Draft(FAILS + at, 0, IMPOSSIBLE)
    if one.outcome not in FAVOURABLE:
        return follows
    told = [read(expression, world) for _, expression in one.told]
    causes = union(term.mask for term in told)
    possible = 0
    for term in told:
        possible |= term.possible
    unsure = _unknown(Term(NULL, causes, possible), (one,), [None])
    return _choose(known(causes), follows, unsure)


def _unknown(term: Term, alternatives: tuple[Consequence, ...], ends: list[Term | None]) -> Draft:
    blamed, unasked = BIT[Why.FORM], BIT[Why.NOT_ASKED]
    state: Cell = UNKNOWN
    if term.possible & unasked:
        state = when(term.mask == unasked, OPEN, state)
    if term.possible & blamed:
        state = when(has(term.mask, blamed), SILENT, state)
    causes = when(has(term.mask, blamed), 0, term.mask) if term.possible & blamed else term.mask
    could = _could(alternatives, ends) if term.possible & unasked else IMPOSSIBLE
    return Draft(state, causes, could)


def _could(alternatives: tuple[Consequence, ...], ends: list[Term | None]) -> Cell:
    """The strongest rank among the alternatives that are not known not to apply, up to one that surely does."""
    found: Cell = IMPOSSIBLE
    for one, end in reversed(list(zip(alternatives, ends, strict=True))):
        rank = RANK[one.outcome]
        if end is None:
            found = rank
        else:
            unsure = when(known(end.mask), found, lowest((found, rank)))
            found = when(both(known(end.mask), truth(end)), rank, unsure)
    return found


def rank(rule: Rule, state: Cell, causes: Cell) -> Cell:
    """The rank of what follows from a rule that stands so; NOTHING where nothing does."""
    if static(state):
        return _rank_of(rule, state, causes)
    found: Cell = NOTHING
    for at, one in enumerate(rule.alternatives):
        found = when(state == FAILS + at, RANK[one.outcome], found)
    if static(causes) and causes == 0:
        return found
    return when(state == UNKNOWN, unknown_rank(causes), found)


def _rank_of(rule: Rule, state: int, causes: Cell) -> Cell:
    if state >= FAILS:
        return RANK[rule.alternatives[state - FAILS].outcome]
    return unknown_rank(causes) if state == UNKNOWN else NOTHING


def unknown_rank(causes: Cell) -> Cell:
    """What unknown comes to: a correction where only a paper is lacking, else a referral."""
    return when(causes == BIT[Why.PAPER_OFFERED], RANK[Outcome.CORRECTION_REQUIRED], RANK[Outcome.REFERRED])


def gate_fails(rule: Rule, world: World) -> Cell:
    """Whether the gate is known to fail. Raises NotInBulkError for a gate with several consequences."""
    if len(rule.alternatives) != 1 or rule.alternatives[0].when is not None or rule.item is not None:
        raise refuse("gate_alternatives", rule.span)
    if rule.alternatives[0].outcome in FAVOURABLE:
        raise refuse("gate_alternatives", rule.span)
    must = read(rule.must, world)
    return both(known(must.mask), negated(truth(must)))
