"""Why a decision came out as it did, in plain words: each rule with how it stands, its law, and where its facts are
from; what would change it; and what an officer decided since. No value of the form or of a register is told, only which
source and of which date."""

from collections.abc import Iterator, Mapping
from typing import Any

from decision_service.decision import MARK, Decided
from decision_service.outcome import Outcome
from decision_service.policy.needs import fields_read, registers_read
from decision_service.policy.shape import Bilingual, Rule
from decision_service.verdict import State
from decision_service.wording import Words, label

STANDINGS: Mapping[State, Bilingual] = {
    State.HOLDS: Bilingual("符合", "met"),
    State.FAILS: Bilingual("不符合", "not met"),
    State.UNKNOWN: Bilingual("未能核实", "could not be checked"),
    State.SILENT: Bilingual("未涉及", "did not matter"),
}
"""How a rule stands, for people."""

NOT_JUDGED = Bilingual("留给工作人员判断", "left to an officer")
"""How every rule stands where a machine may not decide at all (R15, R16, R18)."""


def explanation(
    decided: Decided, answer: Mapping[str, object], officer: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The explanation of a decision whose recorded answer is `answer`; `officer` is the outcome of an officer that
    stands in its place now, if one does."""
    told = {
        name: answer[name]
        for name in ("decision_id", "application_id", "matter", "policy", "as_of", "outcome", "outcome_text")
    }
    told |= {name: answer[name] for name in ("reasons", "advice", "notes", "verifications")}
    if "parties" in answer:
        told["parties"] = answer["parties"]
    told["rules"] = list(_unjudged(decided) if decided.referred_by is not None else _rules(decided))
    told["counterfactual"] = list(_counterfactual(Words(decided.policy, decided.catalogue), answer))
    told["officer"] = None if officer is None else {name: officer[name] for name in _OF_OFFICER}
    if decided.policy.illustrative:
        told["mark"] = {"zh": MARK.zh, "en": MARK.en}
    return told


_OF_OFFICER = ("outcome_id", "decided_at", "outcome", "outcome_text", "reasons", "basis")


def _counterfactual(words: Words, answer: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What would change the outcome, as far as the answer knows it: a day, an office."""
    result, step = answer["result"], answer["next_step"]
    day, city = result.get("can_apply_from"), result.get("redirect_city")
    if day is not None:
        yield {"zh": f"从{day}起可以再次申请", "en": f"from {day} you can apply again"}
    if city is not None:
        office = words.office(city)
        yield {"zh": f"可以向{office.zh}申请", "en": f"you can apply to {office.en}"}
    if answer["outcome"] == Outcome.REJECTED and step is not None and day is None and step["zh"]:
        yield {"zh": step["zh"], "en": step["en"]}


def _unjudged(decided: Decided) -> Iterator[dict[str, object]]:
    """Each rule where the machine decided none: what was asked meanwhile is told with its date all the same."""
    words = Words(decided.policy, decided.catalogue)
    for rule in decided.policy.rules:
        told = _rule(decided, words, rule, State.UNKNOWN)
        yield told | {"state": "not_judged", "state_text": _text(NOT_JUDGED)}


def _rules(decided: Decided) -> Iterator[dict[str, object]]:
    words = Words(decided.policy, decided.catalogue)
    findings = {finding.rule: finding for finding in decided.verdict.findings}
    gated = any(rule.gate and findings[rule.id].state is State.FAILS for rule in decided.policy.rules)
    for rule in decided.policy.rules:
        finding = findings[rule.id]
        # Once the identity is in doubt nothing that a register holds about that person is told (RQ: identity).
        if not gated or rule.gate:
            yield _rule(decided, words, rule, finding.state)


def _rule(decided: Decided, words: Words, rule: Rule, state: State) -> dict[str, object]:
    standing = STANDINGS[state]
    fields = sorted(fields_read(decided.policy, [rule.must]))
    return {
        "rule": rule.id,
        "zh": rule.label.zh,
        "en": rule.label.en,
        "state": state.value,
        "state_text": {"zh": standing.zh, "en": standing.en},
        "basis": list(words.basis_of(rule)),
        "fields": [{"field": name, **_text(decided.policy.field(name).label)} for name in fields],
        "sources": [
            _source(decided, name)
            for name in sorted(registers_read(decided.policy, [rule.must]))
            if state is not State.SILENT
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
