"""The second engine: the interpreter judges atoms, values and notes; which findings hold and what they come to is drawn
by the networks. Nothing here combines outcomes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from decision_service.facts import Cause, FactSheet, Unknown, Why, unknown_outcome
from decision_service.interpreter import scope_of
from decision_service.language.meaning import Scope, evaluate
from decision_service.outcome import APPROVALS, Outcome, weighed_against
from decision_service.policy.shape import Policy, Rule
from decision_service.readings.rete.fence import MOST_JOINS, EngineFault, Fence
from decision_service.readings.rete.network import Heads, Network, compile_networks
from decision_service.readings.rete.settling import Part, Settled, Settlement
from decision_service.verdict import RESULT, Finding, ItemVerdict, State, Verdict
from verifiers.kinds import Value


@dataclass(frozen=True, slots=True)
class _Open:
    """A rule that only registers not asked leave open: what it would be told as, and what may still follow from it."""

    finding: Finding
    possible: frozenset[Outcome]


_Draft = Finding | _Open


@dataclass(frozen=True, slots=True)
class _Judged:
    """A rule, the conclusions about it, and the findings that need nothing else."""

    rule: Rule
    heads: Heads
    holds: Finding
    silent: Finding


class ReteEngine:
    """One policy version's networks. Not for several threads at once; close it when done."""

    def __init__(self, policy: Policy, fence: type[Fence] = Fence) -> None:
        """Raises NetworkTooLargeError for rules that the engine can't be trusted with, EngineFault if it fails."""
        self._policy = policy
        self._fence = fence
        networks = compile_networks(policy, MOST_JOINS)
        self._networks = [(network, fence(f"findings{place}", network.joins)) for place, network in enumerate(networks)]
        heads = {place: found for network in networks for place, found in network.heads.items()}
        self._rules = tuple(
            _Judged(rule, heads[place], Finding(rule.id, State.HOLDS), Finding(rule.id, State.SILENT))
            for place, rule in enumerate(policy.rules)
        )
        self._part_of: dict[str, Part] = {rule.id: rule.item for rule in policy.rules}
        follow = {one.outcome for rule in policy.rules for one in rule.alternatives}
        self._settlements = [Settlement(follow | {Outcome.REFERRED, Outcome.CORRECTION_REQUIRED}, fence)]

    def judge(self, sheet: FactSheet) -> Verdict:
        """The verdict on a sheet of the policy's fields and registers. Raises EngineFault; then nothing is decided."""
        scope = scope_of(self._policy, sheet)
        drawn = frozenset[str]().union(*(self._conclude(*pair, scope) for pair in self._networks))
        for one in self._rules:
            if one.heads.gated in drawn:
                return self._gated(one, drawn, scope)
        drafts = [_draft(one, drawn, scope) for one in self._rules]
        settlement = self._settlement(sheet)
        known = [
            one.silent if isinstance(draft, _Open) else draft for one, draft in zip(self._rules, drafts, strict=True)
        ]
        settled = self._settle(settlement, known, sheet)
        findings = self._weighed(settlement, drafts, known, settled)
        granted = self._granted(scope) if settled.together in APPROVALS else {}
        lacking = self._lacking(settled, granted, scope)
        if lacking is not None:
            findings.append(lacking)
        if findings is not known or lacking is not None:
            settled = self._settle(settlement, findings, sheet)
        return self._verdict(findings, settled, granted, scope)

    def close(self) -> None:
        """Gives the networks back to the engine."""
        for _, fence in self._networks:
            fence.close()
        for settlement in self._settlements:
            settlement.close()

    def _settlement(self, sheet: FactSheet) -> Settlement:
        """The networks for what this policy's rules can come to; should a form come to something else, for anything."""
        if sheet.form_outcome is not None and sheet.form_outcome not in self._settlements[0].outcomes:
            if len(self._settlements) == 1:
                self._settlements.append(Settlement(tuple(Outcome), self._fence))
            return self._settlements[1]
        return self._settlements[0]

    def _conclude(self, network: Network, fence: Fence, scope: Scope) -> frozenset[str]:
        bits = {name: int(item in scope.sheet.items) for name, item in network.items}
        for name, node in network.atoms:
            value = evaluate(node, scope)
            if not isinstance(value, Unknown):
                bits[name] = int(value is True)
        for name, place, number in network.told:
            values = (evaluate(told, scope) for _, told in self._policy.rules[place].alternatives[number].told)
            if not any(isinstance(value, Unknown) for value in values):
                bits[name] = 1
        return fence.conclude(bits)

    def _gated(self, gate: _Judged, drawn: frozenset[str], scope: Scope) -> Verdict:
        """A gate that fails is the only finding."""
        finding = _draft(gate, drawn, scope)
        if not isinstance(finding, Finding) or finding.outcome is None:
            raise EngineFault(f"the gate {gate.rule.id} fails without a consequence")
        findings = tuple(finding if one is gate else one.silent for one in self._rules)
        items = tuple(ItemVerdict(item, finding.outcome) for item in scope.sheet.items)
        return Verdict(finding.outcome, findings, items)

    def _settle(self, settlement: Settlement, findings: Iterable[Finding], sheet: FactSheet) -> Settled:
        candidates: dict[Part, set[Outcome]] = {None: set() if sheet.form_outcome is None else {sheet.form_outcome}}
        for finding in findings:
            if finding.outcome is not None:
                candidates.setdefault(self._part_of.get(finding.rule), set()).add(finding.outcome)
        return settlement.settle(candidates, sheet.items)

    def _weighed(
        self, settlement: Settlement, drafts: list[_Draft], known: list[Finding], settled: Settled
    ) -> list[Finding]:
        """The open rules are told where their answer could still matter, else silent."""
        open_rules = [(place, draft) for place, draft in enumerate(drafts) if isinstance(draft, _Open)]
        possible: dict[Part, set[Outcome]] = {}
        for place, draft in open_rules:
            possible.setdefault(self._rules[place].rule.item, set()).update(draft.possible)
        whole = weighed_against(settled.together, settled.items.values())
        relevant = {
            part: settlement.relevant(outcomes, whole if part is None else settled.items[part])
            for part, outcomes in possible.items()
        }
        told = {
            place: draft.finding
            for place, draft in open_rules
            if draft.possible & relevant[self._rules[place].rule.item]
        }
        return [told.get(place, finding) for place, finding in enumerate(known)] if told else known

    def _lacking(self, settled: Settled, granted: Mapping[str, Value | Unknown], scope: Scope) -> Finding | None:
        """Where an approval would follow: that something it grants is not known."""
        if settled.together not in APPROVALS:
            return None
        values = [*granted.values(), *self._amounts(settled.items, scope).values()]
        causes = frozenset[Cause]().union(*(value.causes for value in values if isinstance(value, Unknown)))
        outcome = unknown_outcome(causes) if causes else None
        return None if outcome is None else Finding(RESULT, State.UNKNOWN, outcome, causes=causes)

    def _granted(self, scope: Scope) -> dict[str, Value | Unknown]:
        granted: dict[str, Value | Unknown] = {}
        for result in self._policy.results:
            when = True if result.when is None else evaluate(result.when, scope)
            if isinstance(when, Unknown):
                granted[result.name] = when
            elif when is True:
                granted[result.name] = evaluate(result.value, scope)
        return granted

    def _amounts(self, items: Mapping[str, Outcome], scope: Scope) -> dict[str, Value | Unknown]:
        return {
            item.name: evaluate(item.amount, scope) for item in self._policy.items if items.get(item.name) in APPROVALS
        }

    def _verdict(
        self, findings: list[Finding], settled: Settled, granted: Mapping[str, Value | Unknown], scope: Scope
    ) -> Verdict:
        approved = settled.together in APPROVALS
        amounts = self._amounts(settled.items, scope) if approved else {}
        notes = tuple(
            note.code
            for note in self._policy.notes
            if (approved or not note.on_approval) and evaluate(note.when, scope) is True
        )
        items = (ItemVerdict(item, one, cast("Value", amounts.get(item))) for item, one in settled.items.items())
        result = cast("Mapping[str, Value]", granted if approved else {})
        return Verdict(settled.together, tuple(findings), tuple(items), result, notes)


def _draft(one: _Judged, drawn: frozenset[str], scope: Scope) -> _Draft:
    """What the network concluded about one rule; where it concluded nothing, why that is open."""
    rule, heads = one.rule, one.heads
    fails = [place for place, head in enumerate(heads.fails) if head in drawn]
    holds, silent = heads.holds in drawn, heads.silent in drawn
    if holds + silent + len(fails) > 1:
        raise EngineFault(f"the network contradicts itself about the rule {rule.id}")
    if holds:
        return one.holds
    if silent:
        return one.silent
    if fails:
        consequence = rule.alternatives[fails[0]]
        told = {name: evaluate(value, scope) for name, value in consequence.told}
        known = {name: value for name, value in told.items() if value is not None and not isinstance(value, Unknown)}
        return Finding(rule.id, State.FAILS, consequence.outcome, fails[0], told=known)
    return _undecided(one, drawn, scope)


def _undecided(one: _Judged, drawn: frozenset[str], scope: Scope) -> _Draft:
    causes = _causes(one.rule, scope)
    outcome = unknown_outcome(causes)
    if outcome is None:
        return one.silent
    finding = Finding(one.rule.id, State.UNKNOWN, outcome, causes=causes)
    if any(cause.why is not Why.NOT_ASKED for cause in causes):
        return finding
    excluded = one.heads.excluded
    possible = (
        consequence.outcome
        for place, consequence in enumerate(one.rule.alternatives)
        if excluded is None or excluded[place] not in drawn
    )
    return _Open(finding, frozenset(possible))


def _causes(rule: Rule, scope: Scope) -> frozenset[Cause]:
    """Why a rule is undecided. Raises EngineFault where the interpreter finds it decided: then a join was lost."""
    must = evaluate(rule.must, scope)
    if isinstance(must, Unknown):
        return must.causes
    for one in rule.alternatives:
        when = True if one.when is None else evaluate(one.when, scope)
        if isinstance(when, Unknown):
            return when.causes
        if when is True and must is not True:
            told = (evaluate(value, scope) for _, value in one.told)
            causes = frozenset[Cause]().union(*(value.causes for value in told if isinstance(value, Unknown)))
            if causes:
                return causes
    raise EngineFault(f"the network left the rule {rule.id} open, which is decided")
