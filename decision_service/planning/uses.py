"""What a register that was not asked is still wanted for: rules that its answer can settle, and what could follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.outcome import RANK, Outcome, settle
from decision_service.policy.shape import Policy, Rule
from decision_service.verdict import RESULT, Finding, State, Verdict

_GRANTED = RANK[Outcome.APPROVED_ON_COMMITMENT]
"""What is granted need not be known once anything stronger than an approval follows."""


@dataclass(frozen=True, slots=True)
class Use:
    """A rule (or RESULT) that an answer can settle.

    `outcomes` are those that can follow from it, none where only what is granted depends on it. `doubtful`: something
    else that the rule needs stays unknown, so that it refers as long as this answer does not settle it. `told`: the
    rule has failed already, and the answer completes what it states.
    """

    rule: str
    item: str | None = None
    outcomes: frozenset[Outcome] = frozenset()
    doubtful: bool = False
    told: bool = False

    @property
    def strongest(self) -> int:
        """The rank of the strongest outcome that the answer can bring about."""
        return min((RANK[one] for one in self.outcomes), default=_GRANTED)

    @property
    def rank(self) -> int:
        """Only an outcome that is stronger than this makes the answer needless."""
        return min(self.strongest, RANK[Outcome.REFERRED]) if self.doubtful else self.strongest


def wanted(policy: Policy, sheet: FactSheet, verdict: Verdict) -> dict[str, tuple[Use, ...]]:
    """The uses of every register that was not asked and whose answer can change the outcome of `verdict`, the reasons
    of that outcome or what is granted; in the order of the policy."""
    found: dict[str, list[Use]] = {}
    for finding in verdict.findings:
        for name, use in _uses(finding, policy, sheet, verdict):
            found.setdefault(name, []).append(use)
    return {name: tuple(found[name]) for name in policy.asks if name in found}


def _uses(finding: Finding, policy: Policy, sheet: FactSheet, verdict: Verdict) -> Iterator[tuple[str, Use]]:
    if finding.state is State.FAILS:
        yield from _of_failed(finding, policy, sheet, verdict)
    if finding.state is not State.UNKNOWN:
        return
    open_ones = [cause.source for cause in finding.causes if cause.why is Why.NOT_ASKED]
    if not open_ones:
        return
    doubtful = len(open_ones) < len(finding.causes)
    if finding.rule == RESULT:
        use = Use(RESULT, doubtful=doubtful)
    else:
        rule = next(one for one in policy.rules if one.id == finding.rule)
        use = Use(rule.id, rule.item, _possible(rule, policy, sheet), doubtful)
        if doubtful and use.rank > RANK[_settled(policy, sheet, verdict, rule.item)]:
            return
    for name in open_ones:
        yield name, use


def _possible(rule: Rule, policy: Policy, sheet: FactSheet) -> frozenset[Outcome]:
    """The outcomes of the alternatives that the known facts leave open."""
    outcomes = frozenset(one.outcome for one in rule.alternatives)
    if len(outcomes) == 1:
        return outcomes
    scope, left = scope_of(policy, sheet), set[Outcome]()
    for one in rule.alternatives:
        when = True if one.when is None else evaluate(one.when, scope)
        if when is not False:
            left.add(one.outcome)
        if when is True:
            break
    return frozenset(left)


def _of_failed(finding: Finding, policy: Policy, sheet: FactSheet, verdict: Verdict) -> Iterator[tuple[str, Use]]:
    """What a rule that failed would state, but for a register that was not asked."""
    rule = next(one for one in policy.rules if one.id == finding.rule)
    outcome, place = finding.outcome, finding.alternative
    if outcome is None or place is None or len(rule.alternatives[place].told) == len(finding.told):
        return
    if RANK[outcome] > RANK[_settled(policy, sheet, verdict, rule.item)]:
        return
    scope = scope_of(policy, sheet)
    for name, expression in rule.alternatives[place].told:
        value = evaluate(expression, scope) if name not in finding.told else None
        if isinstance(value, Unknown):
            for cause in value.causes:
                if cause.why is Why.NOT_ASKED:
                    yield cause.source, Use(rule.id, rule.item, frozenset({outcome}), told=True)


def _settled(policy: Policy, sheet: FactSheet, verdict: Verdict, item: str | None) -> Outcome:
    """What follows from findings that no further answer can take back, for an item or for the whole."""
    items: Mapping[str, str | None] = {rule.id: rule.item for rule in policy.rules}
    standing = [
        one.outcome
        for one in verdict.findings
        if one.outcome is not None
        and items.get(one.rule) in (None, item)
        and (one.state is State.FAILS or all(cause.why is not Why.NOT_ASKED for cause in one.causes))
    ]
    return settle(standing if sheet.form_outcome is None else [*standing, sheet.form_outcome])
