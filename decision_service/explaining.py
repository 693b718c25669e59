"""Why a decision came out as it did, in plain words: each rule with how it stands, its law, and where its facts are
from. No value of the form or of a register is told, only which source and of which date."""

from collections.abc import Iterator, Mapping

from decision_service.decision import MARK, Decided
from decision_service.policy.needs import fields_read, registers_read
from decision_service.policy.shape import Bilingual, Rule
from decision_service.verdict import Finding, State
from decision_service.wording import Words, label

STANDINGS: Mapping[State, Bilingual] = {
    State.HOLDS: Bilingual("符合", "met"),
    State.FAILS: Bilingual("不符合", "not met"),
    State.UNKNOWN: Bilingual("未能核实", "could not be checked"),
    State.SILENT: Bilingual("未涉及", "did not matter"),
}
"""How a rule stands, for people."""


def explanation(decided: Decided, answer: Mapping[str, object]) -> dict[str, object]:
    """The explanation of a decision whose recorded answer is `answer`."""
    told = {
        name: answer[name]
        for name in ("decision_id", "application_id", "matter", "policy", "as_of", "outcome", "outcome_text")
    }
    told |= {name: answer[name] for name in ("reasons", "advice", "notes", "verifications")}
    if "parties" in answer:
        told["parties"] = answer["parties"]
    told["rules"] = [] if decided.referred_by is not None else list(_rules(decided))
    if decided.policy.illustrative:
        told["mark"] = {"zh": MARK.zh, "en": MARK.en}
    return told


def _rules(decided: Decided) -> Iterator[dict[str, object]]:
    words = Words(decided.policy, decided.catalogue)
    findings = {finding.rule: finding for finding in decided.verdict.findings}
    gated = any(rule.gate and findings[rule.id].state is State.FAILS for rule in decided.policy.rules)
    for rule in decided.policy.rules:
        finding = findings[rule.id]
        # Once the identity is in doubt nothing that a register holds about that person is told (RQ: identity).
        if not gated or rule.gate:
            yield _rule(decided, words, rule, finding)


def _rule(decided: Decided, words: Words, rule: Rule, finding: Finding) -> dict[str, object]:
    standing = STANDINGS[finding.state]
    fields = sorted(fields_read(decided.policy, [rule.must]))
    return {
        "rule": rule.id,
        "zh": rule.label.zh,
        "en": rule.label.en,
        "state": finding.state.value,
        "state_text": {"zh": standing.zh, "en": standing.en},
        "basis": list(words.basis_of(rule)),
        "fields": [{"field": name, **_text(decided.policy.field(name).label)} for name in fields],
        "sources": [
            _source(decided, name)
            for name in sorted(registers_read(decided.policy, [rule.must]))
            if finding.state is not State.SILENT
        ],
    }


def _source(decided: Decided, name: str) -> dict[str, object]:
    found = decided.evidence.get(name)
    return {
        "register": name,
        **_text(label(decided.policy.asks[name].register)),
        "status": "not_asked" if found is None else found.status,
        "data_as_of": None if found is None else found.data_as_of,
    }


def _text(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
