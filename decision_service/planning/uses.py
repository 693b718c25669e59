"""What a register that was not asked is still wanted for: rules that its answer can settle, and what could follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.language.tree import Expression
from decision_service.outcome import RANK, Outcome, settle
from decision_service.planning.sides import CONNECTIVES, Sides, sides
from decision_service.policy.shape import Policy, Rule
from decision_service.verdict import RESULT, Finding, State, Verdict
from verifiers.frozen import quickly_made

_MOST_MET, _MOST_PARTS = 512, 64
"""Findings, and parts of what is wanted for them, that are remembered."""

_GRANTED = RANK[Outcome.APPROVED_ON_COMMITMENT]
"""What is granted need not be known once anything stronger than an approval follows."""


@quickly_made
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

    def __hash__(self) -> int:
        # Plans are kept by uses, and most uses of a rule are one object: the rest is told apart by equality.
        return hash(self.rule)

    @property
    def strongest(self) -> int:
        """The rank of the strongest outcome that the answer can bring about."""
        return min((RANK[one] for one in self.outcomes), default=_GRANTED)

    @property
    def rank(self) -> int:
        """Only an outcome that is stronger than this makes the answer needless."""
        return min(self.strongest, RANK[Outcome.REFERRED]) if self.doubtful else self.strongest


def _is_plain(rule: Rule) -> bool:
    """Whether one thing alone can follow from it, which states nothing."""
    return len(rule.alternatives) == 1 and rule.alternatives[0].when is None and not rule.alternatives[0].told


class Wanted(dict[str, tuple[Use, ...]]):
    """Uses by register. The same object comes back for findings that were met before, and parts of it too, so that what
    was worked out for them is found by `worked_out` without looking at any of them."""

    __slots__ = ("_parts", "worked_out")

    def __init__(self, uses: Mapping[str, tuple[Use, ...]]) -> None:
        super().__init__(uses)
        self._parts: dict[tuple[str, ...], Wanted] = {}
        self.worked_out: dict[object, object] = {}

    def part(self, names: tuple[str, ...]) -> "Wanted":
        """The uses of these registers alone."""
        if len(names) == len(self):
            return self
        found = self._parts.get(names)
        if found is None:
            if len(self._parts) >= _MOST_PARTS:
                self._parts.clear()
            found = self._parts[names] = Wanted({name: self[name] for name in names})
        return found


class Wants:
    """What the answers of a policy's registers are wanted for."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rules = {rule.id: rule for rule in policy.rules}
        self._outcomes = {rule.id: frozenset(one.outcome for one in rule.alternatives) for rule in policy.rules}
        self._usual = {rule.id: Use(rule.id, rule.item, self._outcomes[rule.id]) for rule in policy.rules}
        self._lets = {let.name: let for let in policy.lets}
        self._places = {name: place for place, name in enumerate(policy.asks)}
        self._plain = {rule.id for rule in policy.rules if _is_plain(rule)} | {RESULT}
        self._met: dict[tuple[int, ...], tuple[tuple[Finding, ...], Wanted]] = {}

    def of(self, sheet: FactSheet, verdict: Verdict) -> Wanted:
        """The uses of every register that was not asked and whose answer can change the outcome of `verdict`, the
        reasons of that outcome or what is granted; in the order of the policy."""
        # By the findings themselves, most of which are one object in all verdicts; they are kept, so that no other
        # object comes to their places in memory.
        key = tuple(map(id, verdict.findings))
        met = self._met.get(key)
        if met is not None:
            return met[1]
        wanted = Wanted(self._worked_out(sheet, verdict))
        if all(map(self._says_all, verdict.findings)):
            if len(self._met) >= _MOST_MET:
                self._met.clear()
            self._met[key] = verdict.findings, wanted
        return wanted

    def _says_all(self, finding: Finding) -> bool:
        """Whether what is wanted for a finding follows from it, whatever the sheet; and it holds no value."""
        match finding.state:
            case State.FAILS:
                return finding.rule in self._plain and not finding.told
            case State.UNKNOWN:
                open_ones = sum(cause.why is Why.NOT_ASKED for cause in finding.causes)
                return not open_ones or (finding.rule in self._plain and open_ones == len(finding.causes))
            case _:
                return True

    def _worked_out(self, sheet: FactSheet, verdict: Verdict) -> dict[str, tuple[Use, ...]]:
        found: dict[str, list[Use]] = {}
        for finding in verdict.findings:
            if finding.state is State.UNKNOWN:
                for name, use in self._of_unknown(finding, sheet, verdict):
                    found.setdefault(name, []).append(use)
            elif finding.state is State.FAILS:
                for name, use in self._of_failed(finding, sheet, verdict):
                    found.setdefault(name, []).append(use)
        return {name: tuple(found[name]) for name in sorted(found, key=self._places.__getitem__)}

    def _of_unknown(self, finding: Finding, sheet: FactSheet, verdict: Verdict) -> Iterator[tuple[str, Use]]:
        open_ones = [cause.source for cause in finding.causes if cause.why is Why.NOT_ASKED]
        if not open_ones:
            return
        doubtful = len(open_ones) < len(finding.causes)
        if finding.rule == RESULT:
            use = Use(RESULT, doubtful=doubtful)
        else:
            use = self._use(finding.rule, sheet, doubtful=doubtful)
            if doubtful and use.rank > RANK[self._settled(sheet, verdict, use.item)]:
                return
        for name in open_ones:
            yield name, use

    def _use(self, rule: str, sheet: FactSheet, *, doubtful: bool) -> Use:
        if doubtful and not self._can_fail(self._rules[rule], sheet):
            return Use(rule, self._rules[rule].item, frozenset(), doubtful)
        if len(self._outcomes[rule]) == 1:
            usual = self._usual[rule]
            return replace(usual, doubtful=True) if doubtful else usual
        return Use(rule, self._rules[rule].item, self._possible(self._rules[rule], sheet), doubtful)

    def _can_fail(self, rule: Rule, sheet: FactSheet) -> bool:
        """Whether answers still to come can make the rule fail, while what is unknown for good stays so."""
        scope = scope_of(self._policy, sheet)

        def part(node: Expression) -> Sides | None:
            value = evaluate(node, scope)
            if not isinstance(value, Unknown):
                return value is True, value is False
            still_open = [cause.why is Why.NOT_ASKED for cause in value.causes]
            # Of what is not a connective it is not worked out how it could turn out: it may do either.
            if any(still_open) and (all(still_open) or not isinstance(node, CONNECTIVES)):
                return True, True
            return None if any(still_open) else (False, False)

        return sides(rule.must, self._lets, part)[1]

    def _possible(self, rule: Rule, sheet: FactSheet) -> frozenset[Outcome]:
        """The outcomes of the alternatives that the known facts leave open."""
        scope, left = scope_of(self._policy, sheet), set[Outcome]()
        for one in rule.alternatives:
            when = True if one.when is None else evaluate(one.when, scope)
            if when is not False:
                left.add(one.outcome)
            if when is True:
                break
        return frozenset(left)

    def _of_failed(self, finding: Finding, sheet: FactSheet, verdict: Verdict) -> Iterator[tuple[str, Use]]:
        """What a rule that failed would state, but for a register that was not asked."""
        rule, outcome, place = self._rules[finding.rule], finding.outcome, finding.alternative
        if outcome is None or place is None or len(rule.alternatives[place].told) == len(finding.told):
            return
        if RANK[outcome] > RANK[self._settled(sheet, verdict, rule.item)]:
            return
        scope = scope_of(self._policy, sheet)
        for name, expression in rule.alternatives[place].told:
            value = evaluate(expression, scope) if name not in finding.told else None
            if isinstance(value, Unknown):
                for cause in value.causes:
                    if cause.why is Why.NOT_ASKED:
                        yield cause.source, Use(rule.id, rule.item, frozenset({outcome}), told=True)

    def _settled(self, sheet: FactSheet, verdict: Verdict, item: str | None) -> Outcome:
        """What follows from findings that no further answer can take back, for an item or for the whole."""
        standing = [
            one.outcome
            for one in verdict.findings
            if one.outcome is not None
            and (one.rule not in self._rules or self._rules[one.rule].item in (None, item))
            and (one.state is State.FAILS or all(cause.why is not Why.NOT_ASKED for cause in one.causes))
        ]
        return settle(standing if sheet.form_outcome is None else [*standing, sheet.form_outcome])
