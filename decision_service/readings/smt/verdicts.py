"""From rules to an outcome, as `readings.reference` does it: findings, what an open one could still change, items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from decision_service.outcome import APPROVALS, FAVOURABLE, PRECEDENCE, RANK, Outcome, ranked
from decision_service.policy.shape import Consequence, Policy, Rule
from decision_service.readings.smt.expressions import Expressions
from decision_service.readings.smt.formulas import Formula, conj, disj, neg
from decision_service.readings.smt.values import Causes, Term, Truth, together

Settled = Mapping[Outcome, Formula]
"""Which outcome it is: exactly one of them is true."""


@dataclass(frozen=True, slots=True)
class Draft:
    """How one rule stands before open questions are weighed. The formulas exclude one another.

    `fails` by alternative. `referred` and `corrected`: unknown, and told as such with that outcome. `pending`: only
    registers that were not asked keep it unknown, by the outcomes that could still follow. None of them: silent.
    """

    rule: Rule
    holds: Formula
    fails: tuple[Formula, ...]
    referred: Formula
    corrected: Formula
    pending: Formula
    possible: Settled

    def brings(self, outcome: Outcome) -> Formula:
        """Whether the rule, as far as it is known, has this outcome."""
        alternatives = zip(self.fails, self.rule.alternatives, strict=True)
        found = [fails for fails, one in alternatives if one.outcome is outcome]
        if outcome is Outcome.REFERRED:
            found.append(self.referred)
        if outcome is Outcome.CORRECTION_REQUIRED:
            found.append(self.corrected)
        return disj(*found)


@dataclass(frozen=True, slots=True)
class _Open:
    """A way in which a rule is unknown: when, why, and what may follow."""

    when: Formula
    causes: Causes
    alternatives: tuple[Consequence, ...]


def draft_of(rule: Rule, expressions: Expressions, applied: Formula) -> Draft:
    """The draft of a rule; `applied`: its item was applied for (true for a rule of the whole)."""
    must = expressions.term(rule.must)
    opened = [_Open(conj(applied, must.causes.some), must.causes, rule.alternatives)]
    fails: list[Formula] = []
    left = conj(applied, must.fails)
    for place, one in enumerate(rule.alternatives):
        when = Term(Truth(True)) if one.when is None else expressions.term(one.when)
        opened.append(_Open(conj(left, when.causes.some), when.causes, rule.alternatives[place:]))
        told = conj(left, when.holds)
        if one.outcome in FAVOURABLE:
            lacking = together([expressions.term(expression).causes for _, expression in one.told])
            opened.append(_Open(conj(told, lacking.some), lacking, (one,)))
            told = conj(told, neg(lacking.some))
        fails.append(told)
        left = conj(left, when.fails)
    return _drafted(rule, conj(applied, must.holds), tuple(fails), opened, expressions)


def _drafted(
    rule: Rule, holds: Formula, fails: tuple[Formula, ...], opened: list[_Open], expressions: Expressions
) -> Draft:
    referred: list[Formula] = []
    corrected: list[Formula] = []
    pending: list[Formula] = []
    possible: dict[Outcome, list[Formula]] = {}
    for one in opened:
        if one.when is False:
            continue
        causes = one.causes
        told = conj(one.when, neg(causes.form))
        corrected.append(conj(told, causes.paper, neg(causes.unasked), neg(causes.other)))
        referred.append(conj(told, disj(causes.other, conj(causes.paper, causes.unasked))))
        waiting = conj(told, neg(causes.paper), neg(causes.other))
        if waiting is not False:
            pending.append(waiting)
            _add_possible(possible, waiting, one.alternatives, expressions)
    could = {outcome: disj(*found) for outcome, found in possible.items()}
    return Draft(rule, holds, fails, disj(*referred), disj(*corrected), disj(*pending), could)


def _add_possible(
    possible: dict[Outcome, list[Formula]],
    waiting: Formula,
    alternatives: tuple[Consequence, ...],
    expressions: Expressions,
) -> None:
    """The outcomes of the alternatives down to the first that surely follows, but for those that surely do not."""
    reached = waiting
    for one in alternatives:
        when = Term(Truth(True)) if one.when is None else expressions.term(one.when)
        # A condition that is known to be null is not false, so its outcome stays possible.
        surely_not = conj(neg(when.null), when.fails)
        possible.setdefault(one.outcome, []).append(conj(reached, neg(surely_not)))
        reached = conj(reached, neg(when.holds))


def settle(brought: Mapping[Outcome, Formula]) -> Settled:
    """The strongest outcome that is brought; APPROVED where none is."""
    found: dict[Outcome, Formula] = {}
    left: Formula = True
    for outcome in PRECEDENCE[:-1]:
        here = brought.get(outcome, False)
        found[outcome] = conj(left, here)
        left = conj(left, neg(here))
    found[PRECEDENCE[-1]] = left
    return found


def joined(parts: Iterable[Settled]) -> Mapping[Outcome, Formula]:
    """Every outcome that one of them is."""
    listed = list(parts)
    return {outcome: disj(*(one.get(outcome, False) for one in listed)) for outcome in PRECEDENCE}


@dataclass(frozen=True, slots=True)
class Settlement:
    """What findings come to: the whole by itself, each item, and both together."""

    by_itself: Settled
    items: Mapping[str, Settled]
    applied: Mapping[str, Formula]
    together: Settled

    @property
    def approves(self) -> Formula:
        """Whether something is granted."""
        return disj(*(self.together[outcome] for outcome in ranked(APPROVALS)))


def settlement(
    policy: Policy,
    brought: Mapping[str, Mapping[Outcome, Formula]],
    more: Mapping[Outcome, Formula],
    applied: Mapping[str, Formula],
) -> Settlement:
    """What rules (by id: the outcomes that they bring) and `more` outcomes of the whole come to."""
    of_item: dict[str, list[Mapping[Outcome, Formula]]] = {item: [] for item in applied}
    whole = [more]
    for rule in policy.rules:
        if rule.item is None:
            whole.append(brought[rule.id])
        else:
            of_item.setdefault(rule.item, []).append(brought[rule.id])
    by_itself = settle(joined(whole))
    items = {item: settle(joined([by_itself, *of_item[item]])) for item in applied}
    return Settlement(by_itself, items, applied, _together(by_itself, items, applied))


def _together(by_itself: Settled, items: Mapping[str, Settled], applied: Mapping[str, Formula]) -> Settled:
    """What the items applied for come to together, or the whole by itself where none was."""
    if not items:
        return by_itself
    approved = {item: disj(*(found[outcome] for outcome in ranked(APPROVALS))) for item, found in items.items()}
    some = disj(*(conj(applied[item], approved[item]) for item in items))
    every = conj(*(disj(neg(applied[item]), approved[item]) for item in items))
    partly = conj(some, neg(every))
    strongest = settle(
        joined([{outcome: conj(applied[item], one) for outcome, one in found.items()} for item, found in items.items()])
    )
    none = conj(*(neg(applied[item]) for item in items))
    return {
        outcome: disj(
            conj(none, by_itself[outcome]),
            conj(neg(none), partly) if outcome is Outcome.PARTIALLY_APPROVED else False,
            conj(neg(none), neg(partly), strongest[outcome]),
        )
        for outcome in PRECEDENCE
    }


def matters(draft: Draft, known: Settlement) -> Formula:
    """Whether a pending rule could change the outcome or the reasons of that outcome, given what is known."""
    item = draft.rule.item
    if item is not None:
        return _reaches(draft, known.items[item])
    whole = _reaches(draft, known.together)
    if not known.items:
        return whole
    weakest = _weakest(known)
    some = disj(*known.applied.values())
    by_items = conj(some, known.approves)
    return disj(conj(by_items, _reaches(draft, weakest)), conj(neg(by_items), whole))


def _weakest(known: Settlement) -> Settled:
    """The outcome of the item applied for that stands best."""
    found: dict[Outcome, Formula] = {}
    left: Formula = True
    for outcome in reversed(PRECEDENCE):
        here = disj(*(conj(known.applied[item], one[outcome]) for item, one in known.items.items()))
        found[outcome] = conj(left, here)
        left = conj(left, neg(here))
    return found


def _reaches(draft: Draft, against: Settled) -> Formula:
    found: list[Formula] = []
    for outcome, could in draft.possible.items():
        weaker = disj(*(against[one] for one in PRECEDENCE if RANK[outcome] <= RANK[one]))
        found.append(conj(could, weaker))
    return disj(*found)
