"""The reference: what a policy decides for a sheet of facts, written for clarity alone; engines are judged by it."""

from dataclasses import dataclass
from typing import cast

from decision_service.facts import Cause, FactSheet, Unknown, Why, unknown_outcome
from decision_service.interpreter import scope_of
from decision_service.language.meaning import Scope, evaluate
from decision_service.outcome import APPROVALS, FAVOURABLE, RANK, Outcome, settle, settle_items, weighed_against
from decision_service.policy.shape import Consequence, Policy, Rule
from decision_service.verdict import RESULT, Finding, ItemVerdict, State, Verdict
from verifiers.kinds import Value


@dataclass(frozen=True, slots=True)
class _Pending:
    """A rule that only registers not asked keep unknown, and the outcomes that could still follow from it."""

    finding: Finding
    possible: frozenset[Outcome]


def judge(policy: Policy, sheet: FactSheet) -> Verdict:
    """The verdict of the reference interpreter. Total: any sheet of the policy's fields and registers has one."""
    scope = scope_of(policy, sheet)
    for rule in policy.rules:
        if rule.gate and evaluate(rule.must, scope) is False:
            return _gated(policy, rule, scope)
    drafts = [_find(rule, scope) for rule in policy.rules]
    known = [draft if isinstance(draft, Finding) else _silent(draft.finding.rule) for draft in drafts]
    findings = [
        draft if isinstance(draft, Finding) else _weighed(draft, rule, known, policy, sheet)
        for rule, draft in zip(policy.rules, drafts, strict=True)
    ]
    lacking = _lacking(policy, sheet, known, scope)
    if lacking is not None:
        findings.append(lacking)
    return _verdict(policy, sheet, findings, scope)


def _gated(policy: Policy, gate: Rule, scope: Scope) -> Verdict:
    """A gate that fails is the only finding: nothing else is told or used."""
    finding = cast("Finding", _find(gate, scope))
    findings = tuple(finding if rule is gate else _silent(rule.id) for rule in policy.rules)
    return Verdict(
        cast("Outcome", finding.outcome), findings, _items(scope.sheet, {}, cast("Outcome", finding.outcome))
    )


def _silent(rule: str) -> Finding:
    return Finding(rule, State.SILENT)


def _find(rule: Rule, scope: Scope) -> Finding | _Pending:
    if rule.item is not None and rule.item not in scope.sheet.items:
        return _silent(rule.id)
    must = evaluate(rule.must, scope)
    if must is True:
        return Finding(rule.id, State.HOLDS)
    if isinstance(must, Unknown):
        return _unknown(rule, must.causes, rule.alternatives, scope)
    for place, one in enumerate(rule.alternatives):
        when = True if one.when is None else evaluate(one.when, scope)
        if isinstance(when, Unknown):
            return _unknown(rule, when.causes, rule.alternatives[place:], scope)
        if when is True:
            return _follows(rule, place, one, scope)
    return _silent(rule.id)


def _follows(rule: Rule, place: int, one: Consequence, scope: Scope) -> Finding | _Pending:
    told: dict[str, Value] = {}
    causes: frozenset[Cause] = frozenset()
    for name, expression in one.told:
        value = evaluate(expression, scope)
        if isinstance(value, Unknown):
            causes |= value.causes
        elif value is not None:
            told[name] = value
    if causes and one.outcome in FAVOURABLE:
        return _unknown(rule, causes, (one,), scope)
    return Finding(rule.id, State.FAILS, one.outcome, place, told=told)


def _unknown(
    rule: Rule, causes: frozenset[Cause], alternatives: tuple[Consequence, ...], scope: Scope
) -> Finding | _Pending:
    outcome = unknown_outcome(causes)
    if outcome is None:
        return _silent(rule.id)
    finding = Finding(rule.id, State.UNKNOWN, outcome, causes=causes)
    if any(cause.why is not Why.NOT_ASKED for cause in causes):
        return finding
    possible = set()
    for one in alternatives:
        when = True if one.when is None else evaluate(one.when, scope)
        if when is not False:
            possible.add(one.outcome)
        if when is True:
            break
    return _Pending(finding, frozenset(possible))


def _outcomes(policy: Policy, findings: list[Finding], sheet: FactSheet) -> tuple[Outcome, dict[str, Outcome], Outcome]:
    """What the findings come to: the whole by itself, each item, and both together."""
    of_item = {rule.id: rule.item for rule in policy.rules}
    whole = [found.outcome for found in findings if found.outcome is not None and of_item.get(found.rule) is None]
    if sheet.form_outcome is not None:
        whole.append(sheet.form_outcome)
    by_itself = settle(whole)
    items = {
        item: settle(
            [by_itself, *(f.outcome for f in findings if f.outcome is not None and of_item.get(f.rule) == item)]
        )
        for item in sheet.items
    }
    together = settle_items(items.values()) if items else by_itself
    return by_itself, items, together


def _weighed(draft: _Pending, rule: Rule, known: list[Finding], policy: Policy, sheet: FactSheet) -> Finding:
    """Told only if its answer could change the outcome or the reasons of that outcome; else silent."""
    _, items, together = _outcomes(policy, known, sheet)
    against = weighed_against(together, items.values()) if rule.item is None else items[rule.item]
    matters = any(RANK[outcome] <= RANK[against] for outcome in draft.possible)
    return draft.finding if matters else _silent(rule.id)


def _lacking(policy: Policy, sheet: FactSheet, known: list[Finding], scope: Scope) -> Finding | None:
    """Where an approval could follow: the finding that something it would grant is not known."""
    _, items, together = _outcomes(policy, known, sheet)
    if together not in APPROVALS:
        return None
    causes: frozenset[Cause] = frozenset()
    for value in [*_granted(policy, scope).values(), *_amounts(policy, items, scope).values()]:
        if isinstance(value, Unknown):
            causes |= value.causes
    outcome = unknown_outcome(causes) if causes else None
    return None if outcome is None else Finding(RESULT, State.UNKNOWN, outcome, causes=causes)


def _granted(policy: Policy, scope: Scope) -> dict[str, Value | Unknown]:
    granted: dict[str, Value | Unknown] = {}
    for result in policy.results:
        when = True if result.when is None else evaluate(result.when, scope)
        if isinstance(when, Unknown):
            granted[result.name] = when
        elif when is True:
            granted[result.name] = evaluate(result.value, scope)
    return granted


def _amounts(policy: Policy, items: dict[str, Outcome], scope: Scope) -> dict[str, Value | Unknown]:
    return {item.name: evaluate(item.amount, scope) for item in policy.items if items.get(item.name) in APPROVALS}


def _items(sheet: FactSheet, items: dict[str, Outcome], whole: Outcome) -> tuple[ItemVerdict, ...]:
    return tuple(ItemVerdict(item, items.get(item, whole)) for item in sheet.items)


def _verdict(policy: Policy, sheet: FactSheet, findings: list[Finding], scope: Scope) -> Verdict:
    _, items, together = _outcomes(policy, findings, sheet)
    granted = _granted(policy, scope) if together in APPROVALS else {}
    amounts = _amounts(policy, items, scope) if together in APPROVALS else {}
    notes = tuple(
        note.code
        for note in policy.notes
        if (together in APPROVALS or not note.on_approval) and evaluate(note.when, scope) is True
    )
    return Verdict(
        together,
        tuple(findings),
        tuple(ItemVerdict(item, outcome, cast("Value", amounts.get(item))) for item, outcome in items.items()),
        cast("dict[str, Value]", granted),
        notes,
    )
