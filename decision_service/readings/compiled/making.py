"""Verdicts and findings as generated code makes them."""

from decision_service.outcome import Outcome
from decision_service.verdict import Finding, ItemVerdict, Verdict
from verifiers.frozen import maker
from verifiers.kinds import Value

NO_ITEMS: tuple[ItemVerdict, ...] = ()
verdict, _finding = maker(Verdict), maker(Finding)


def telling(finding: Finding, told: dict[str, Value]) -> Finding:
    """The finding with what it tells; null is not told."""
    if None in told.values():
        told = {name: value for name, value in told.items() if value is not None}
    return _finding(finding.rule, finding.state, finding.outcome, finding.alternative, finding.causes, told)


def failing(held: tuple[Finding, ...], fails: tuple[tuple[int, Finding], ...]) -> tuple[Finding, ...]:
    """The findings of all rules, those that fail in their places."""
    findings = list(held)
    for place, finding in fails:
        findings[place] = finding
    return tuple(findings)


def barred(silent: tuple[Finding, ...], fail: tuple[int, Finding]) -> Verdict:
    """The verdict of a gate that fails: nothing else is told."""
    place, finding = fail
    findings = (*silent[:place], finding, *silent[place + 1 :])
    return verdict(finding.outcome or Outcome.REFERRED, findings, NO_ITEMS, {}, ())
