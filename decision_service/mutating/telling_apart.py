"""Survivors settled by Z3: a change that is none, or an application that tells the two policies apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal as OneOfText

import z3

from decision_service.covering.generating import expectation
from decision_service.covering.simplifying import nearest, simplifications
from decision_service.covering.suite import Suite
from decision_service.decision import Decided
from decision_service.mutating.killing import Noticed, Score, Survivor, decided_by
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Consequence, Note, Policy, Rule
from decision_service.readings.smt import numbers
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.collecting import uncollected
from decision_service.readings.smt.formulas import Formula, conj, disj, neg, raw
from decision_service.readings.smt.solving import SECOND, UndecidedError
from decision_service.readings.smt.telling import UnrealisableError
from decision_service.readings.smt.terms import Terms
from decision_service.readings.smt.values import Term, Text, UnencodableError, same
from decision_service.readings.smt.world import World
from decision_service.trials import Case

MODELS = 3
"""How many worked cases an application that tells two policies apart is tried to be like."""


@uncollected()
def settled(
    score: Score, suite: Suite, catalogue: Catalogue, steps: int = 5 * SECOND, done: Callable[[], None] = lambda: None
) -> Score:
    """The score without the survivors that no case could notice, as was proved, and with a case for each of the others
    that would notice it, where one was found; each question takes so many steps of the solver at most. `done` is called
    after each."""
    survivors: list[Survivor] = []
    equal, untold = list(score.equal), list(score.untold)
    for one in score.survivors:
        match _settle(one, suite, catalogue, steps):
            case Survivor() as found:
                survivors.append(found)
            case "equal":
                equal.append(one.mutant)
            case "untold":
                untold.append(one.mutant)
        done()
    return Score(score.policy, score.killed, tuple(survivors), tuple(equal), tuple(untold))


def _settle(one: Survivor, suite: Suite, catalogue: Catalogue, steps: int) -> Survivor | OneOfText["equal", "untold"]:
    """What no application shows, or no case can say; else the survivor, with a case if one was found."""
    own = [case for case in suite.cases if case.span is not None and case.span.source.name == suite.policy.source]
    near = [Applicant(case.as_of, case.form, case.facts) for case in own[:MODELS]]
    try:
        world = World([suite.policy, one.mutant.policy], catalogue)
        condition = apart(*world.terms, sentences=False)
        if world.encoded().left_out:
            return one
        found = world.find(condition, world.valid, world.known, near=near, steps=steps)
        found = found or world.find(condition, near=near, steps=steps)
        if found is None:
            sentences = world.find(apart(*world.terms, sentences=True), steps=steps)
            return "equal" if sentences is None else "untold"
    except (UndecidedError, UnrealisableError, UnencodableError):
        return one
    case = Case(suite.policy.matter, "", found.as_of, found.form, found.facts, {})
    return Survivor(one.mutant, one.seen_by, Noticing(catalogue, suite.policy, one.mutant.policy).simplest(case, own))


@dataclass(frozen=True, slots=True)
class Noticing:
    """Two policies, and whether a case can tell them apart by what a case can expect."""

    catalogue: Catalogue
    policy: Policy
    other: Policy

    def notices(self, case: Case) -> bool:
        """Whether what the case could expect of the one is not what the other does."""
        mine, theirs = (decided_by(one, self.catalogue, case) for one in (self.policy, self.other))
        return _expected(mine, case) != _expected(theirs, case)

    def simplest(self, case: Case, models: Sequence[Case]) -> Noticed | None:
        """The case with no more differences from a worked case than it needs, expecting what the policy does; None
        where no expectation tells the two apart."""
        if not self.notices(case):
            return None
        like = nearest(case, models)
        for simpler in simplifications(case, like):
            tried = Case(case.matter, case.name, case.as_of, simpler.form(case), simpler.facts(case), {})
            if self.notices(tried):
                case = tried
        expect = expectation(decided_by(self.policy, self.catalogue, case), case)
        return Noticed(Case(case.matter, case.name, case.as_of, case.form, case.facts, expect), like)


def _expected(decided: Decided, case: Case) -> dict[str, object]:
    return expectation(decided, case)


def apart(first: Terms, second: Terms, *, sentences: bool) -> "z3.BoolRef":
    """That the two policies come to anything else: an outcome, a reason, a value that is told, an item, a result, a
    note; or even, if `sentences` count, to the same reasons and notes in other words."""
    found: list[Formula] = [_unlike(first.outcome(one), second.outcome(one)) for one in Outcome]
    others = {rule.id: rule for rule in second.policy.rules}
    for rule in first.policy.rules:
        found += _findings(first, second, rule, others[rule.id], sentences=sentences)
    for item in first.policy.items:
        found += [_unlike(first.item_outcome(item.name, one), second.item_outcome(item.name, one)) for one in Outcome]
        found.append(conj(first.approves, _differ(first.amount(item.name), second.amount(item.name))))
    for result in first.policy.results:
        granted = first.granted(result.name)
        found.append(_unlike(granted, second.granted(result.name)))
        found.append(conj(granted, _differ(first.result(result.name), second.result(result.name))))
    mine, theirs = (_noted(terms, sentences=sentences) for terms in (first, second))
    found += [_unlike(mine[name], theirs[name]) for name in mine]
    mine, theirs = (_owed(terms) for terms in (first, second))
    found += [_unlike(mine[name], theirs[name]) for name in mine]
    links = zip(first.policy.fields, second.policy.fields, strict=True)
    if any(one.required != other.required for one, other in links):
        found += [_unlike(first.sheet.form_outcome[one], second.sheet.form_outcome[one]) for one in _FORM]
    return raw(disj(*found))


def _noted(terms: Terms, *, sentences: bool) -> dict[str, Formula]:
    """Whether each note applies, by its code, and by its words if they count."""
    found: dict[str, Formula] = {}
    for note in terms.policy.notes:
        name = _name(note, sentences=sentences)
        told = conj(terms.approves if note.on_approval else True, terms.value(note.when).holds)
        found[name] = disj(found.get(name, False), told)
    return found


def _owed(terms: Terms) -> dict[str, Formula]:
    """Whether each obligation goes with the decision, by its code."""
    found: dict[str, Formula] = {}
    for one in terms.policy.obligations:
        outcome = disj(*(terms.whole_outcome(outcome) for outcome in one.outcomes))
        told = outcome if one.when is None else conj(outcome, terms.value(one.when).holds)
        found[one.code] = disj(found.get(one.code, False), told)
    return found


_FORM = (Outcome.CORRECTION_REQUIRED,)


def _findings(first: Terms, second: Terms, rule: Rule, other: Rule, *, sentences: bool) -> list[Formula]:
    """That a rule is unknown for one alone, or that not the same consequence follows."""
    found: list[Formula] = [_unlike(first.unknown(rule.id), second.unknown(rule.id))]
    name_of = partial(_name, sentences=sentences)
    for name in {name_of(one) for one in (*rule.alternatives, *other.alternatives)}:
        mine = disj(*(first.fails(rule.id, at) for at, one in enumerate(rule.alternatives) if name_of(one) == name))
        theirs = disj(*(second.fails(rule.id, at) for at, one in enumerate(other.alternatives) if name_of(one) == name))
        found.append(_unlike(mine, theirs))
    for place, one in enumerate(rule.alternatives):
        for at, its in enumerate(other.alternatives):
            for (told, value), (also, another) in zip(one.told, its.told, strict=False):
                if told == also and value is not another:
                    differ = _differ(first.value(value), second.value(another))
                    found.append(conj(first.fails(rule.id, place), second.fails(rule.id, at), differ))
    return found


def _name(one: Consequence | Note, *, sentences: bool) -> str:
    """What people are told by a consequence or a note, values aside."""
    words = sorted(one.fills.items(), key=lambda fill: fill[0]) if sentences else ""
    return f"{one.outcome if isinstance(one, Consequence) else ''} {one.code} {words!r}"


def _unlike(one: Formula, other: Formula) -> Formula:
    return disj(conj(one, neg(other)), conj(neg(one), other))


def _differ(one: Term, other: Term) -> Formula:
    """That one alone is known, or both are and are not equal."""
    known = conj(neg(one.causes.some), neg(other.causes.some))
    return disj(_unlike(one.causes.some, other.causes.some), conj(known, neg(_same(one, other))))


def _same(one: Term, other: Term) -> Formula:
    """Whether two known values are equal; texts that a function put together, by what they were put together from."""
    match one.content, other.content:
        case Text(made=tuple() as mine), Text(made=tuple() as theirs):
            null = disj(conj(one.null, other.null), conj(neg(one.null), neg(other.null)))
            return conj(null, *(numbers.equal(a, b) for a, b in zip(mine, theirs, strict=True)))
        case _:
            return same(one, other)
