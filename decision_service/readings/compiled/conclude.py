"""From what each rule comes to, to the verdict: the full form, where things may be unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from decision_service.facts import Cause, FactSheet, Unknown, Why, unknown_outcome
from decision_service.outcome import APPROVALS, FAVOURABLE, RANK, Outcome, settle, settle_items, weighed_against
from decision_service.readings.compiled.logic import Maybe, Thunk
from decision_service.verdict import RESULT, Finding, ItemVerdict, State, Verdict
from verifiers.frozen import quickly_made

MOST_CAUSES: Final = 256
"""Sets of causes whose consequences a rule remembers; there are hardly ever more than a handful."""

MOST_MET: Final = 1024
"""Ways in which rules stood together that a policy remembers: most applications are alike in that."""


@dataclass(frozen=True, slots=True)
class Follows:
    """One consequence of a rule: its outcome, and the names of what it tells."""

    outcome: Outcome
    told: tuple[str, ...]


@quickly_made
@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A finding; or, where only registers not asked are to blame, one that counts if it reaches `reach` or above.
    `constant`: it holds no value of an application and is this one object whenever the rule comes to it."""

    finding: Finding
    reach: int | None = None
    constant: bool = False


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What is constant about a rule: its consequences, and the drafts that hold no value. `failed` has one for each
    consequence that tells nothing. `unsure`, where what could follow hangs on nothing else: what the rule comes to by
    what keeps it unknown, as far as that was met before."""

    id: str
    item: str | None
    follows: tuple[Follows, ...]
    held: Draft
    hushed: Draft
    failed: tuple[Draft, ...]
    unsure: dict[frozenset[Cause], Draft] | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def of(rule: str, item: str | None, follows: tuple[Follows, ...], *, conditional: bool) -> "RulePlan":
        """The plan with its constant drafts. `conditional`: a consequence has a condition of its own."""
        held, hushed = (Draft(Finding(rule, state), constant=True) for state in (State.HOLDS, State.SILENT))
        failed = tuple(
            Draft(Finding(rule, State.FAILS, one.outcome, place), constant=True) for place, one in enumerate(follows)
        )
        return RulePlan(rule, item, follows, held, hushed, failed, None if conditional else {})

    @property
    def holds(self) -> Finding:
        """That it holds."""
        return self.held.finding

    @property
    def silent(self) -> Finding:
        """That nothing is told of it."""
        return self.hushed.finding


Branch = tuple[Thunk | None, tuple[Thunk, ...]]
"""A consequence's `when` (None: always) and what it tells, yet to be evaluated."""


def draft(rule: RulePlan, must: Maybe, branches: tuple[Branch, ...]) -> Draft:
    """What a rule comes to by itself, its `must` being anything."""
    if must is True:
        return rule.held
    if must.__class__ is Unknown:
        if rule.unsure is None:
            return _unsure(rule, must.causes, 0, branches)
        known = rule.unsure.get(must.causes)
        if known is None:
            known = _unsure(rule, must.causes, 0, branches)
            if len(rule.unsure) < MOST_CAUSES:
                known = rule.unsure[must.causes] = Draft(known.finding, known.reach, constant=True)
        return known
    for place, (when, told) in enumerate(branches):
        stands = when is None or when()
        if stands.__class__ is Unknown:
            return _unsure(rule, stands.causes, place, branches)
        if stands is True:
            return _followed(rule, place, [thunk() for thunk in told]) if told else rule.failed[place]
    return rule.hushed


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
        return rule.hushed
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


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What drafts come to before it is known what an approval would grant: the findings, what stands `without` those
    that wait for a register, and what stands `now`, with them; `lacking`: and with RESULT of some outcome."""

    findings: tuple[Finding, ...]
    without: _Standing
    now: _Standing
    lacking: dict[Outcome, _Standing] = field(default_factory=dict)


Met = dict[tuple[tuple[Draft, ...], tuple[str, ...], Outcome | None], _Weighed]
"""What was weighed before, of constant drafts alone: by these, the items and what the form comes to."""


def _weighed(rules: Sequence[RulePlan], drafts: Sequence[Draft], sheet: FactSheet) -> _Weighed:
    """A rule that waits for a register is told only if it could reach the outcome that stands without it."""
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
    if changed:
        now = _standing(rules, findings, sheet)
    return _Weighed(tuple(findings), without, now)


def conclude(
    rules: Sequence[RulePlan],
    drafts: tuple[Draft, ...],
    sheet: FactSheet,
    grant: Grant,
    notes: tuple[tuple[str, bool, Thunk], ...],
    met: Met,
) -> Verdict:
    """The verdict. An approval turns into a finding of its own where something that it would grant is not known."""
    key = (drafts, sheet.items, sheet.form_outcome)
    weighed = met.get(key)
    if weighed is None:
        weighed = _weighed(rules, drafts, sheet)
        if len(met) < MOST_MET and all(one.constant for one in drafts):
            met[key] = weighed
    findings, without, now = weighed.findings, weighed.without, weighed.now
    results = grant.results_now() if without.together in APPROVALS else None
    lacking = None if results is None else _lacking([*results.values(), *grant.amounts_now(without.items).values()])
    if lacking is not None:
        findings = (*findings, lacking)
        now = _with_lacking(rules, weighed, findings, sheet)
    granting = now.together in APPROVALS
    amounts = grant.amounts_now(now.items) if granting else {}
    return Verdict(
        now.together,
        findings,
        tuple(ItemVerdict(item, outcome, amounts.get(item)) for item, outcome in now.items.items()),
        ({} if not granting else grant.results_now() if results is None else results),
        tuple(code for code, on_approval, when in notes if (granting or not on_approval) and when() is True),
    )


def _with_lacking(
    rules: Sequence[RulePlan], weighed: _Weighed, findings: tuple[Finding, ...], sheet: FactSheet
) -> _Standing:
    """What stands where the last of `findings` is RESULT, which always comes to something."""
    outcome = findings[-1].outcome or Outcome.REFERRED
    found = weighed.lacking.get(outcome)
    if found is None:
        found = weighed.lacking[outcome] = _standing(rules, findings, sheet)
    return found


def _against(rule: RulePlan, standing: _Standing) -> Outcome:
    items = standing.items
    return weighed_against(standing.together, items.values()) if rule.item is None else items[rule.item]


def _lacking(values: Sequence[Maybe]) -> Finding | None:
    """What is found where something that would be granted is not known."""
    causes = frozenset().union(*[value.causes for value in values if value.__class__ is Unknown])
    return _not_known(causes) if causes else None


@lru_cache(MOST_MET)
def _not_known(causes: frozenset[Cause]) -> Finding | None:
    outcome = unknown_outcome(causes)
    return None if outcome is None else Finding(RESULT, State.UNKNOWN, outcome, None, causes)
