"""Verdicts and findings made by their slots: the frozen classes' own constructors take twice as long."""

from collections.abc import Mapping

from decision_service.outcome import Outcome
from decision_service.verdict import Finding, ItemVerdict, Verdict
from verifiers.kinds import Value

_new = object.__new__
_outcome, _findings, _items, _result, _notes = (
    getattr(Verdict, name).__set__ for name in ("outcome", "findings", "items", "result", "notes")
)
_rule, _state, _follows, _alternative, _causes, _told = (
    getattr(Finding, name).__set__ for name in ("rule", "state", "outcome", "alternative", "causes", "told")
)
NO_ITEMS: tuple[ItemVerdict, ...] = ()


def verdict(
    outcome: Outcome, findings: tuple[Finding, ...], result: Mapping[str, Value], notes: tuple[str, ...]
) -> Verdict:
    """A verdict without items."""
    made = _new(Verdict)
    _outcome(made, outcome)
    _findings(made, findings)
    _items(made, NO_ITEMS)
    _result(made, result)
    _notes(made, notes)
    return made


def telling(finding: Finding, told: dict[str, Value]) -> Finding:
    """The finding with what it tells; null is not told."""
    if None in told.values():
        told = {name: value for name, value in told.items() if value is not None}
    made = _new(Finding)
    _rule(made, finding.rule)
    _state(made, finding.state)
    _follows(made, finding.outcome)
    _alternative(made, finding.alternative)
    _causes(made, finding.causes)
    _told(made, told)
    return made


def failing(held: tuple[Finding, ...], fails: tuple[tuple[int, Finding], ...]) -> tuple[Finding, ...]:
    """The findings of all rules, those that fail in their places."""
    findings = list(held)
    for place, finding in fails:
        findings[place] = finding
    return tuple(findings)


def barred(silent: tuple[Finding, ...], fail: tuple[int, Finding]) -> Verdict:
    """The verdict of a gate that fails: nothing else is told."""
    place, finding = fail
    return verdict(finding.outcome or Outcome.REFERRED, (*silent[:place], finding, *silent[place + 1 :]), {}, ())
