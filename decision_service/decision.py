"""The decision: a verdict said in full, with its law, its remedies and its evidence. Plain data, JSON by its shape."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from decision_service.facts import FactSheet
from decision_service.forms import FormReading
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.licences import licence_of
from decision_service.mandate import Agent, parties
from decision_service.outcome import APPROVALS, FAVOURABLE, OPEN, REMEDIED, Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.derived import Derived
from decision_service.policy.shape import Bilingual, Policy, Rule
from decision_service.remedies import remedies_in
from decision_service.telling import Told, tell
from decision_service.verdict import Finding, State, Verdict
from decision_service.wording import Reason, Words, as_json
from verifiers.evidence import Evidence
from verifiers.freshness import CHINA
from verifiers.frozen import quickly_made
from verifiers.kinds import Kind

MARK = Bilingual(
    "示例政策：金额、机关和地址均为虚构，不是任何城市的政策。",
    "Illustrative policy: amounts, bodies and addresses are fictitious and not the policy of any real city.",
)
"""What everything that comes from an illustrative policy carries visibly."""

_KINDS: Derived[Policy, dict[str, Kind]] = Derived(
    lambda policy: {result.name: result.value.kind for result in policy.results}
)

_VERSION: Derived[Policy, dict[str, object]] = Derived(
    lambda policy: {
        "version": str(policy.effective_from),
        "digest": f"sha256:{policy.digest}",
        "effective_from": str(policy.effective_from),
        "illustrative": policy.illustrative,
    }
)

ENGINES_DIFFER = "R15_ENGINES_DIFFER"
SUSPENDED = "R16_SUSPENDED"
WORKER_LOST = "R18_WORKER_LOST"
"""Whoever was deciding it, a process of this service, was lost: nobody knows how far it had come."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Occasion:
    """What is fixed about one decision besides its facts. `decided_at` is an instant of RFC 3339. The keys of feedback
    are empty on decisions of before there were any. `replaces` is the id of the decision in whose place this one was
    made, since the registers that it waited for have answered."""

    decision_id: str
    application_id: str
    channel: str
    decided_at: str
    human_review_key: str = dataclasses.field(repr=False)
    elapsed_ms: int = 0
    rating_key: str = dataclasses.field(default="", repr=False)
    complaint_key: str = dataclasses.field(default="", repr=False)
    replaces: str | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Decided:
    """What was found: `referred_by` replaces all findings by one reason (R15, R16, R18) where a machine may not decide.
    `agent` handed the application in, if anybody did; what is wrong with that is among the defects of `form`."""

    policy: Policy
    catalogue: Catalogue
    form: FormReading
    sheet: FactSheet
    evidence: Mapping[str, Evidence]
    verdict: Verdict
    referred_by: str | None = None
    agent: Agent | None = None

    @property
    def outcome(self) -> Outcome:
        """What the decision comes to."""
        return Outcome.REFERRED if self.referred_by is not None else self.verdict.outcome


def answer(decided: Decided, occasion: Occasion) -> dict[str, object]:
    """The answer of the decision API, without its `record`."""
    words = Words(decided.policy, decided.catalogue)
    told = _told(decided, words)
    values = _values(decided)
    policy = decided.policy
    reply: dict[str, object] = {
        "decision_id": occasion.decision_id,
        "application_id": occasion.application_id,
        "matter": policy.matter,
        "channel": occasion.channel,
        "policy": _VERSION.of(policy),
        "as_of": str(decided.sheet.as_of),
        "decided_at": occasion.decided_at,
        "outcome": decided.outcome.value,
        "outcome_text": _json(decided.catalogue.outcomes[decided.outcome]),
        "reasons": [one.as_json() for one in told.reasons],
        "advice": [one.as_json() for one in told.advice],
        "notes": [one.as_json() for one in told.notes],
        "result": values,
        "items": _items(decided, told),
        "obligations": _obligations(decided, values),
        "remedies": _remedies(decided, occasion),
        "next_step": _next_step(decided, occasion, values),
        "verifications": [_verification(one) for _, one in sorted(decided.evidence.items())],
        "engines": {"agree": decided.referred_by != ENGINES_DIFFER},
        "elapsed_ms": occasion.elapsed_ms,
    }
    return reply | _where_it_applies(decided, occasion)


def _where_it_applies(decided: Decided, occasion: Occasion) -> dict[str, object]:
    """What only some answers have. A member that does not apply is left out, so older records come out the same."""
    found: dict[str, object] = {}
    if occasion.complaint_key:
        found["feedback"] = _feedback(decided, occasion)
    if occasion.replaces is not None:
        found["replaces"] = occasion.replaces
    if decided.agent is not None:
        found["parties"] = parties(decided.form, decided.agent)
    licence = licence_of(decided.policy, decided.outcome, occasion.decision_id)
    if licence is not None:
        found["licence"] = licence
    if decided.policy.illustrative:
        found["mark"] = _json(MARK)
    return found


def _feedback(decided: Decided, occasion: Occasion) -> dict[str, object]:
    """With what the case may be rated, once and only when it is closed, and complained of at any time (RQ-G1, G2)."""
    waits = decided.referred_by is None and any(one.outcome is Outcome.REFERRED for one in decided.verdict.items)
    closed = decided.outcome not in OPEN and not waits
    return {"rating_key": occasion.rating_key if closed else None, "complaint_key": occasion.complaint_key}


def _json(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _told(decided: Decided, words: Words) -> Told:
    if decided.referred_by is not None:
        sentence = words.sentence(decided.referred_by, {})
        reason = Reason(decided.referred_by, "system", sentence.zh, sentence.en)
        return Told((reason,), (), (), {})
    return tell(words, decided.form, decided.evidence, decided.verdict)


def _values(decided: Decided) -> dict[str, object]:
    """`result`: what is granted, and what the findings that stand state (when to apply again, where to go)."""
    if decided.referred_by is not None:
        return {}
    policy, verdict = decided.policy, decided.verdict
    kinds = _KINDS.of(policy)
    values = {name: as_json(value, kinds.get(name)) for name, value in verdict.result.items()}
    # What decides is stated before what only advises, whose values may be hidden by a question that was not needed.
    failing = [one for one in verdict.findings if one.state is State.FAILS]
    standing = [one for one in failing if _stands(one, verdict.outcome)]
    for finding in sorted(standing, key=lambda one: one.outcome is not verdict.outcome):
        if finding.told:
            rule = next(rule for rule in policy.rules if rule.id == finding.rule)
            told = dict(rule.alternatives[cast("int", finding.alternative)].told)
            for name, value in finding.told.items():
                values.setdefault(name, as_json(value, told[name].kind))
    return values | _item_values(decided)


def _stands(finding: Finding, outcome: Outcome) -> bool:
    """What a finding that fails states is told unless it is a favour that the outcome does not grant."""
    return finding.outcome not in FAVOURABLE or finding.outcome is outcome


def _item_values(decided: Decided) -> dict[str, object]:
    verdict = decided.verdict
    if not verdict.items:
        return {}
    values: dict[str, object] = {}
    if verdict.outcome in APPROVALS:
        kinds = {item.name: item.amount.kind for item in decided.policy.items}
        granted = [item for item in verdict.items if item.outcome in APPROVALS]
        total = sum((cast("Decimal", item.amount) for item in granted), Decimal(0))
        values["awards"] = {item.item: as_json(item.amount, kinds[item.item]) for item in granted}
        values["total"] = as_json(total, kinds[verdict.items[0].item])
    for outcome, name in ((Outcome.REFERRED, "referred_items"), (Outcome.REJECTED, "rejected_items")):
        found = [item.item for item in verdict.items if item.outcome is outcome]
        if found:
            values[name] = found
    return values


def _items(decided: Decided, told: Told) -> list[dict[str, object]]:
    if decided.referred_by is not None:
        return []
    kinds = {item.name: item.amount.kind for item in decided.policy.items}
    return [
        {
            "item": item.item,
            "outcome": item.outcome.value,
            "reasons": [one.as_json() for one in told.by_item.get(item.item, ())],
            "amount": as_json(item.amount, kinds[item.item]),
        }
        for item in decided.verdict.items
    ]


def _obligations(decided: Decided, values: Mapping[str, object]) -> list[dict[str, object]]:
    if not decided.policy.obligations:
        return []
    scope = scope_of(decided.policy, decided.sheet)
    return [
        {"code": one.code, **_json(one.text), "due_on": values.get(one.due) if one.due is not None else None}
        for one in decided.policy.obligations
        if decided.outcome in one.outcomes and (one.when is None or evaluate(one.when, scope) is True)
    ]


def city_of(decided: Decided) -> str:
    """The city whose bodies are competent for a remedy: that of the application, else that of the office."""
    for field in decided.policy.fields:
        value = decided.form.values.get(field.name)
        if field.type_name in ("prefecture", "division") and isinstance(value, str):
            return f"{value[:4]}00"
    return f"{decided.policy.office[2:6]}00"


def _remedies(decided: Decided, occasion: Occasion) -> dict[str, object] | None:
    if decided.outcome not in REMEDIED:
        return None
    texts = decided.catalogue.remedy_texts
    return remedies_in(decided.catalogue, city_of(decided), occasion.human_review_key, texts["human_review"])


def _next_step(decided: Decided, occasion: Occasion, values: Mapping[str, object]) -> dict[str, object] | None:
    """What comes next: after a referral when an officer takes it up, after a refusal how to apply again."""
    if decided.outcome is Outcome.REFERRED:
        return _taken_up(decided, occasion)
    if decided.outcome is Outcome.REJECTED:
        again = [rule.refusal.apply_again for rule in _refusing(decided) if rule.refusal is not None]
        texts = {"zh": "；".join(one.zh for one in again), "en": "; ".join(one.en for one in again)}
        return {"on": values.get("can_apply_from"), **texts}
    return None


def _taken_up(decided: Decided, occasion: Occasion) -> dict[str, object]:
    """From when an officer works on it, to the minute; a catalogue without office hours gives the day alone."""
    hours, calendar = decided.catalogue.office_hours, decided.sheet.calendar
    if hours is None:
        on = _next_working_day(decided.sheet)
        return {"on": on, **_continues(on)}
    at = hours.open_from(datetime.fromisoformat(occasion.decided_at).astimezone(CHINA), calendar)
    if at is None:
        return {"on": None, "at": None, **_continues(None)}
    stated = {"on": at.date().isoformat(), "at": at.isoformat(timespec="minutes")}
    return {**stated, **_continues(f"{at:%Y-%m-%d %H:%M}")}


def _continues(when: str | None) -> dict[str, str]:
    return {
        "zh": f"工作人员将{'在下一个工作日' if when is None else f'从{when}'}起处理，您无需重复提交",
        "en": f"an officer will continue from {when or 'the next working day'}; nothing needs to be sent again",
    }


def _next_working_day(sheet: FactSheet) -> str | None:
    """The first working day after the decision; None where that year's calendar is not published."""
    day = sheet.as_of + timedelta(days=1)
    while day.year in sheet.calendar:
        if day in sheet.calendar[day.year]:
            return day.isoformat()
        day += timedelta(days=1)
    return None


def _refusing(decided: Decided) -> list[Rule]:
    refused = {one.rule for one in decided.verdict.findings if one.outcome is Outcome.REJECTED}
    return [rule for rule in decided.policy.rules if rule.id in refused]


def _verification(evidence: Evidence) -> dict[str, object]:
    return {
        "register": evidence.register,
        "status": evidence.status,
        "data_as_of": evidence.data_as_of,
        "request_id": evidence.request_id,
        "digest": None if evidence.digest is None else f"sha256:{evidence.digest}",
        "elapsed_ms": evidence.elapsed_ms,
        "origin": evidence.origin,
        "credential": evidence.credential,
    }
