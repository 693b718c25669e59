"""From what each rule comes to, to the verdict: the full form, where things may be unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from decision_service.facts import Cause, FactSheet, Unknown, Why, unknown_outcome
from decision_service.outcome import APPROVALS, FAVOURABLE, RANK, Outcome, settle, settle_items, weighed_against
from decision_service.readings.compiled.logic import Maybe, Thunk
from decision_service.verdict import RESULT, Finding, ItemVerdict, State, Verdict


@dataclass(frozen=True, slots=True)
class Follows:
    """One consequence of a rule: its outcome, and the names of what it tells."""

    outcome: Outcome
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What is constant about a rule: its consequences, and the findings that hold no value."""

    id: str
    item: str | None
    follows: tuple[Follows, ...]
    holds: Finding
    silent: Finding

    @staticmethod
    def of(rule: str, item: str | None, follows: tuple[Follows, ...]) -> "RulePlan":
        """The plan with its constant findings."""
        return RulePlan(rule, item, follows, Finding(rule, State.HOLDS), Finding(rule, State.SILENT))


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding; or, where only registers not asked are to blame, one that counts if it reaches `reach` or above."""

    finding: Finding
    reach: int | None = None


Branch = tuple[Thunk | None, tuple[Thunk, ...]]
"""A consequence's `when` (None: always) and what it tells, yet to be evaluated."""


def draft(rule: RulePlan, must: Maybe, branches: tuple[Branch, ...]) -> Draft:
    """What a rule comes to by itself, its `must` being anything."""
    if must is True:
        return Draft(rule.holds)
    if must.__class__ is Unknown:
        return _unsure(rule, must.causes, 0, branches)
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


@dataclass(frozen=True, slots=True)
class _Standing:
    items: dict[str, Outcome]
    together: Outcome


def _standing(rules: Sequence[RulePlan], findings: Sequence[Finding], sheet: FactSheet) -> _Standing:
    whole = [] if sheet.form_outcome is None else [sheet.form_outcome]
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
    known = [rule.silent if one.reach is not None else one.finding for rule, one in zip(rules, drafts, strict=True)]
    without = _standing(rules, known, sheet)
    findings = [
        found if one.reach is None or one.reach > RANK[_against(rule, without)] else one.finding
        for rule, one, found in zip(rules, drafts, known, strict=True)
    ]
    lacking = _lacking(grant, without)
    if lacking is not None:
        findings.append(lacking)
    unchanged = lacking is None and all(one is found for one, found in zip(findings, known, strict=True))
    now = without if unchanged else _standing(rules, findings, sheet)
    granting = now.together in APPROVALS
    amounts = grant.amounts_now(now.items) if granting else {}
    return Verdict(
        now.together,
        tuple(findings),
        tuple(ItemVerdict(item, outcome, amounts.get(item)) for item, outcome in now.items.items()),
        grant.results_now() if granting else {},
        tuple(code for code, on_approval, when in notes if (granting or not on_approval) and when() is True),
    )


def _against(rule: RulePlan, standing: _Standing) -> Outcome:
    items = standing.items
    return weighed_against(standing.together, items.values()) if rule.item is None else items[rule.item]


def _lacking(grant: Grant, standing: _Standing) -> Finding | None:
    if standing.together not in APPROVALS:
        return None
    values = [*grant.results_now().values(), *grant.amounts_now(standing.items).values()]
    causes = frozenset().union(*(value.causes for value in values if value.__class__ is Unknown))
    outcome = unknown_outcome(causes) if causes else None
    return None if outcome is None else Finding(RESULT, State.UNKNOWN, outcome, None, causes)
