"""Why not another outcome: every rule that stands in its way, with its law and where its facts are from."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from decision_service.decision import Decided
from decision_service.outcome import RANK, Outcome
from decision_service.policy.shape import Bilingual, Policy
from decision_service.verdict import RESULT

_GRANT = Bilingual("批准的内容尚不能确定", "what would be granted is not known yet")
_FORM = Bilingual("表单需要补正", "the form has to be corrected")


def why_not(decided: Decided, told: Mapping[str, Any], wanted: Outcome) -> dict[str, object]:
    """What keeps the decision from coming to `wanted`, as JSON. `told` is its explanation.

    `stands_in_the_way`: what brings a stronger outcome, strongest first, each as the explanation has the rule, with its
    `outcome` and `reasons`. `would_follow_from`: where nothing brings that outcome, the rules of the policy that could.
    """
    hindrances = sorted(_hindrances(decided, told, wanted), key=lambda one: RANK[Outcome(str(one["outcome"]))])
    brought = decided.outcome is wanted or any(one.outcome is wanted for one in decided.verdict.findings)
    could = [] if brought or wanted is Outcome.APPROVED else list(_could(decided.policy, told, wanted))
    return {
        "outcome": wanted.value,
        "is_the_outcome": decided.outcome is wanted,
        "stands_in_the_way": hindrances,
        "would_follow_from": could,
    }


def _hindrances(decided: Decided, told: Mapping[str, Any], wanted: Outcome) -> Iterator[dict[str, object]]:
    reasons = [*told["reasons"], *told["advice"], *(one for item in told.get("items", ()) for one in item["reasons"])]
    if decided.referred_by is not None:
        yield {"rule": None, "outcome": Outcome.REFERRED.value, "reasons": told["reasons"], "sources": []}
        return
    for defect in decided.form.defects if RANK[Outcome.CORRECTION_REQUIRED] < RANK[wanted] else ():
        text = _text(_FORM if defect.hint is None else defect.hint)
        yield {
            "rule": None,
            "outcome": Outcome.CORRECTION_REQUIRED.value,
            "reasons": [{"code": defect.code, **text}],
            "fields": [{"field": defect.field, **_text(defect.label)}],
            "sources": [],
        }
    shown = {one["rule"]: one for one in cast("list[dict[str, object]]", told["rules"])}
    for finding in decided.verdict.findings:
        if finding.outcome is None or RANK[finding.outcome] >= RANK[wanted]:
            continue
        rule = shown.get(finding.rule, {})
        if finding.rule == RESULT:
            rule = {"rule": RESULT, **_text(_GRANT), "sources": []}
        if rule:
            named = [one for one in reasons if one["rule"] == finding.rule]
            yield {**rule, "outcome": finding.outcome.value, "reasons": named}


def _could(policy: Policy, told: Mapping[str, Any], wanted: Outcome) -> Iterator[object]:
    for rule in cast("list[dict[str, object]]", told["rules"]):
        alternatives = next(one.alternatives for one in policy.rules if one.id == rule["rule"])
        if any(one.outcome is wanted for one in alternatives):
            yield rule


def _text(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
