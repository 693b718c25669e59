"""Verdict to reasons, advice and notes: which findings decide, which are told besides, each said once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from decision_service.facts import PAPER_CODE, REFERRALS, Cause, Why
from decision_service.forms import FormReading
from decision_service.language.tree import FactRef
from decision_service.outcome import Outcome
from decision_service.policy.derived import Derived
from decision_service.policy.needs import reads
from decision_service.policy.shape import Bilingual, Policy, Rule
from decision_service.verdict import Finding, State, Verdict
from decision_service.wording import Reason, Words, label
from verifiers.evidence import Evidence
from verifiers.frozen import quickly_made

CREDIT = "credit"
DEFERRED = "I05_DEFERRED_CHECK"


@quickly_made
@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says: what decides, what is told besides, and information."""

    reasons: tuple[Reason, ...]
    advice: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    by_item: Mapping[str, tuple[Reason, ...]]


def tell(words: Words, form: FormReading, evidence: Mapping[str, Evidence], verdict: Verdict) -> Told:
    """Everything that can be told of a verdict."""
    return _Teller(words, form, evidence, verdict).told()


def _facts_of_rules(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The names of what each rule rests on."""
    lets = {let.name: let for let in policy.lets}
    told = {}
    for rule in policy.rules:
        found = reads([rule.must], lets, policy.tables)
        names = (f"{one.register}.{one.field_name}" if isinstance(one, FactRef) else one.field_name for one in found)
        told[rule.id] = tuple(sorted(set(names)))
    return told


_RULES: Derived[Policy, dict[str, Rule]] = Derived(lambda policy: {rule.id: rule for rule in policy.rules})
_FACTS = Derived(_facts_of_rules)


class _Teller:
    def __init__(self, words: Words, form: FormReading, evidence: Mapping[str, Evidence], verdict: Verdict) -> None:
        self.words = words
        self.policy: Policy = words.policy
        self.form = form
        self.evidence = evidence
        self.verdict = verdict
        self.rules = _RULES.of(self.policy)
        self.gated = any(
            one.state is State.FAILS and one.rule in self.rules and self.rules[one.rule].gate
            for one in verdict.findings
        )

    def told(self) -> Told:
        """Sorts every reason into what decides and what is told besides."""
        items = {item.item: item.outcome for item in self.verdict.items}
        deciding: list[Reason] = []
        besides: list[Reason] = []
        by_item: dict[str, list[Reason]] = {item: [] for item in items}
        for outcome, item, reason in self._all():
            target = self.verdict.outcome
            if item is not None and outcome == items.get(item):
                by_item[item].append(reason)
            partly = target is Outcome.PARTIALLY_APPROVED and item is not None and outcome == items.get(item)
            (deciding if outcome is target or partly else besides).append(reason)
        reasons = _once(deciding)
        said_already = {(one.code, one.zh) for one in reasons}
        advice = tuple(one for one in _once(besides) if (one.code, one.zh) not in said_already)
        notes = _once(self._notes())
        return Told(reasons, advice, notes, {item: _once(found) for item, found in by_item.items()})

    def _all(self) -> Iterator[tuple[Outcome, str | None, Reason]]:
        if not self.gated:
            for reason in self._form_reasons():
                yield Outcome.CORRECTION_REQUIRED, None, reason
        for finding in self.verdict.findings:
            if finding.outcome is None:
                continue
            rule = self.rules.get(finding.rule)
            item = None if rule is None else rule.item
            for reason in self._reasons(finding, rule):
                if not reason.code.startswith("I"):
                    yield finding.outcome, item, reason

    def _form_reasons(self) -> Iterator[Reason]:
        for defect in self.form.defects:
            hint = defect.hint or Bilingual("", "")
            sentence = self.words.sentence(defect.code, {"field": defect.label, "hint": hint})
            yield Reason(defect.code, "form", sentence.zh, sentence.en, (), (defect.field,))

    def _reasons(self, finding: Finding, rule: Rule | None) -> Iterator[Reason]:
        if finding.state is State.FAILS and rule is not None and finding.alternative is not None:
            one = rule.alternatives[finding.alternative]
            filled = self.words.automatic(rule) | self.words.fills(one.fills, finding.told)
            sentence = self.words.sentence(one.code, filled)
            yield Reason(one.code, rule.id, sentence.zh, sentence.en, self.words.basis_of(rule), self._facts(rule))
            return
        # Who was not asked because nothing hung on it any more was not out of reach either.
        idle = finding.outcome is not self.verdict.outcome and {one.why for one in finding.causes} != {Why.NOT_ASKED}
        for cause in sorted(finding.causes, key=lambda one: (one.why, one.source)):
            if idle and cause.why is Why.NOT_ASKED:
                continue
            reason = self._unknown(finding, cause, rule)
            if reason is not None:
                yield reason

    def _unknown(self, finding: Finding, cause: Cause, rule: Rule | None) -> Reason | None:
        correcting = finding.outcome is Outcome.CORRECTION_REQUIRED
        code = PAPER_CODE if correcting and cause.why is Why.PAPER_OFFERED else REFERRALS.get(cause.why)
        if code is None or correcting != (code == PAPER_CODE):
            return None
        filled = self._of_cause(cause)
        sentence = self.words.sentence(code, filled)
        basis = () if rule is None else self.words.basis_of(rule)
        return Reason(code, finding.rule, sentence.zh, sentence.en, basis, (cause.source,))

    def _of_cause(self, cause: Cause) -> dict[str, Bilingual]:
        ask = self.policy.asks.get(cause.source)
        if ask is None:
            return {}
        found = self.evidence.get(cause.source)
        day = "" if found is None or found.data_as_of is None else found.data_as_of
        filled = {"source": label(ask.register), "date": Bilingual(day, day)}
        if ask.fallback is not None:
            filled["material"] = self.policy.field(ask.fallback).label
        return filled

    def _facts(self, rule: Rule) -> tuple[str, ...]:
        return _FACTS.of(self.policy)[rule.id]

    def _notes(self) -> Iterator[Reason]:
        for finding in self.verdict.findings:
            rule = self.rules.get(finding.rule)
            if finding.state is State.FAILS and finding.outcome is self.verdict.outcome and rule is not None:
                yield from (reason for reason in self._reasons(finding, rule) if reason.code.startswith("I"))
        for note in self.policy.notes:
            if note.code in self.verdict.notes:
                sentence = self.words.sentence(note.code, self.words.fills(note.fills, {}))
                yield Reason(note.code, "note", sentence.zh, sentence.en)
        if self._credit_deferred():
            check = label(self.policy.asks[CREDIT].register)
            sentence = self.words.sentence(DEFERRED, {"check": check})
            yield Reason(DEFERRED, "note", sentence.zh, sentence.en, (), (CREDIT,))

    def _credit_deferred(self) -> bool:
        """Credit is not known, was called for, and cannot change the outcome (I05): without what it keeps unknown the
        outcome would be the same."""
        if CREDIT not in self.policy.asks or self.form.stopped:
            return False
        found = self.evidence.get(CREDIT)
        if found is not None and found.status in ("ok", "no_record"):
            return False
        by_credit = {one.rule for one in self.verdict.findings if any(c.source == CREDIT for c in one.causes)}
        others = [one.outcome for one in self.verdict.findings if one.rule not in by_credit]
        form = [Outcome.CORRECTION_REQUIRED] if self.form.defects else []
        return not by_credit or self.verdict.outcome in (*others, *form)


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each sentence once, in the order of the rules."""
    found: dict[tuple[str, str], Reason] = {}
    for reason in reasons:
        found.setdefault((reason.code, reason.zh), reason)
    return tuple(found.values())
