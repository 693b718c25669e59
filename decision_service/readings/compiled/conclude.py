"""From what each rule comes to, to the verdict: the full form, where things may be unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from decision_service.facts import Cause, FactSheet, Unknown, Why, unknown_outcome
from decision_service.outcome import APPROVALS, FAVOURABLE, RANK, Outcome, settle, settle_items, weighed_against
from decision_service.readings.compiled.logic import Maybe, Thunk
from decision_service.verdict import RESULT, Finding, ItemVerdict, State, Verdict
from verifiers.frozen import quickly_made

MOST_CAUSES: Final = 256
"""Sets of causes whose consequences a rule remembers; there are hardly ever more than a handful."""


@dataclass(frozen=True, slots=True)
class Follows:
    """One consequence of a rule: its outcome, and the names of what it tells."""

    outcome: Outcome
    told: tuple[str, ...]


@quickly_made
@dataclass(frozen=True, slots=True)
class Draft:
    """A finding; or, where only registers not asked are to blame, one that counts if it reaches `reach` or above."""

    finding: Finding
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What is constant about a rule: its consequences, and the findings that hold no value. `unsure`, where what could
    follow hangs on nothing else: what the rule comes to by what keeps it unknown, as far as that was met before."""

    id: str
    item: str | None
    follows: tuple[Follows, ...]
    holds: Finding
    silent: Finding
    unsure: dict[frozenset[Cause], Draft] | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def of(rule: str, item: str | None, follows: tuple[Follows, ...], *, conditional: bool) -> "RulePlan":
        """The plan with its constant findings. `conditional`: a consequence has a condition of its own."""
        unsure: dict[frozenset[Cause], Draft] | None = None if conditional else {}
        return RulePlan(rule, item, follows, Finding(rule, State.HOLDS), Finding(rule, State.SILENT), unsure)


Branch = tuple[Thunk | None, tuple[Thunk, ...]]
"""A consequence's `when` (None: always) and what it tells, yet to be evaluated."""


def draft(rule: RulePlan, must: Maybe, branches: tuple[Branch, ...]) -> Draft:
    """What a rule comes to by itself, its `must` being anything."""
    if must is True:
        return Draft(rule.holds)
    if must.__class__ is Unknown:
        if rule.unsure is None:
            return _unsure(rule, must.causes, 0, branches)
        known = rule.unsure.get(must.causes)
        if known is None:
            known = _unsure(rule, must.causes, 0, branches)
            if len(rule.unsure) < MOST_CAUSES:
                rule.unsure[must.causes] = known
        return known
    for place, (when, told) in enumerate(branches):
        stands = when is None or when()
        if stands.__class__ is Unknown:
            return _unsure(rule, stands.causes, place, branches)
        if stands is True:
            return _followed(rule, place, [thunk() for thunk in told])
    return Draft(rule.silent)


def _followed(rule: RulePlan, place: int, values: list[Maybe]) -> Draft:
    follows = rule.follows[place]
    lacking: set[Cause] = set()
    told = {}
    for name, value in zip(follows.told, values, strict=True):
        if value.__class__ is Unknown:
            lacking |= value.causes
        elif value is not None:
            told[name] = value
    if lacking and follows.outcome in FAVOURABLE:
        return _blamed(rule, frozenset(lacking), RANK[follows.outcome])
    return Draft(Finding(rule.id, State.FAILS, follows.outcome, place, frozenset(), told))


def _unsure(rule: RulePlan, causes: frozenset[Cause], start: int, branches: tuple[Branch, ...]) -> Draft:
    """The strongest outcome that is still open is what the rule could reach."""
    reach = len(RANK)
    if all(cause.why is Why.NOT_ASKED for cause in causes):
        for follows, (when, _) in zip(rule.follows[start:], branches[start:], strict=True):
            stands = when is None or when()
            if stands is True or stands.__class__ is Unknown:
                reach = min(reach, RANK[follows.outcome])
            if stands is True:
                break
    return _blamed(rule, causes, reach)


def _blamed(rule: RulePlan, causes: frozenset[Cause], reach: int) -> Draft:
    outcome = unknown_outcome(causes)
    if outcome is None:
        return Draft(rule.silent)
    waits = all(cause.why is Why.NOT_ASKED for cause in causes)
    return Draft(Finding(rule.id, State.UNKNOWN, outcome, None, causes), reach if waits else None)


@quickly_made
@dataclass(frozen=True, slots=True)
class Grant:
    """What an approval would give, yet to be evaluated. `results`: name, `when` or None, value; `amounts` by item."""

    results: tuple[tuple[str, Thunk | None, Thunk], ...] = ()
    amounts: Mapping[str, Thunk] | None = None

    def results_now(self) -> dict[str, Maybe]:
        """The results whose condition holds; the condition itself where it is unknown."""
        granted = {}
        for name, when, value in self.results:
            stands = when is None or when()
            if stands is True:
                granted[name] = value()
            elif stands.__class__ is Unknown:
                granted[name] = stands
        return granted

    def amounts_now(self, items: Mapping[str, Outcome]) -> dict[str, Maybe]:
        """What each approved item is worth."""
        return {name: value() for name, value in (self.amounts or {}).items() if items.get(name) in APPROVALS}


def gated(rules: Sequence[RulePlan], gate: int, failed: Draft, sheet: FactSheet) -> Verdict:
    """A gate that fails is the only thing told."""
    outcome = failed.finding.outcome or Outcome.REFERRED
    findings = tuple(failed.finding if place == gate else rule.silent for place, rule in enumerate(rules))
    return Verdict(outcome, findings, tuple(ItemVerdict(item, outcome) for item in sheet.items))


@quickly_made
@dataclass(frozen=True, slots=True)
class _Standing:
    items: dict[str, Outcome]
    together: Outcome


def _standing(rules: Sequence[RulePlan], findings: Sequence[Finding], sheet: FactSheet) -> _Standing:
    whole = [] if sheet.form_outcome is None else [sheet.form_outcome]
    if not sheet.items:  # then no rule about an item has an outcome
        whole += [one.outcome for one in findings if one.outcome is not None]
        return _Standing({}, settle(whole))
    of_item: dict[str, list[Outcome]] = {item: [] for item in sheet.items}
    for place, finding in enumerate(findings):
        if finding.outcome is None:
            continue
        item = rules[place].item if place < len(rules) else None
        (whole if item is None else of_item[item]).append(finding.outcome)
    by_itself = settle(whole)
    items = {item: settle((by_itself, *outcomes)) for item, outcomes in of_item.items()}
    return _Standing(items, settle_items(items.values()) if items else by_itself)


def conclude(
    rules: Sequence[RulePlan],
    drafts: Sequence[Draft],
    sheet: FactSheet,
    grant: Grant,
    notes: tuple[tuple[str, bool, Thunk], ...],
) -> Verdict:
    """The verdict. A rule that waits for a register is told only if it could reach the outcome that stands without it;
    an approval turns into its own finding where something that it would grant is not known."""
    findings = [one.finding for one in drafts]
    waiting = [place for place, one in enumerate(drafts) if one.reach is not None]
    for place in waiting:
        findings[place] = rules[place].silent
    now = without = _standing(rules, findings, sheet)
    changed = False
    for place in waiting:
        one = drafts[place]
        if one.reach is not None and one.reach <= RANK[_against(rules[place], without)]:
            findings[place] = one.finding
            changed = True
    results = grant.results_now() if without.together in APPROVALS else None
    lacking = None if results is None else _lacking([*results.values(), *grant.amounts_now(without.items).values()])
    if lacking is not None:
        findings.append(lacking)
    if changed or lacking is not None:
        now = _standing(rules, findings, sheet)
    granting = now.together in APPROVALS
    amounts = grant.amounts_now(now.items) if granting else {}
    return Verdict(
        now.together,
        tuple(findings),
        tuple(ItemVerdict(item, outcome, amounts.get(item)) for item, outcome in now.items.items()),
        ({} if not granting else grant.results_now() if results is None else results),
        tuple(code for code, on_approval, when in notes if (granting or not on_approval) and when() is True),
    )


def _against(rule: RulePlan, standing: _Standing) -> Outcome:
    items = standing.items
    return weighed_against(standing.together, items.values()) if rule.item is None else items[rule.item]


def _lacking(values: Sequence[Maybe]) -> Finding | None:
    """What is found where something that would be granted is not known."""
    causes = frozenset().union(*(value.causes for value in values if value.__class__ is Unknown))
    outcome = unknown_outcome(causes) if causes else None
    return None if outcome is None else Finding(RESULT, State.UNKNOWN, outcome, None, causes)
