"""What a trial comes to, whole, as plain data in both languages: the answer, every rule with its values, the plan of
questions, what is wrong with what was put in, and the notice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import orjson

from decision_service.conditions import parts
from decision_service.decision import Decided
from decision_service.explaining import explanation
from decision_service.forms import read_form
from decision_service.guide.page import page as guide_page
from decision_service.guide.published import guide_of
from decision_service.nearest.hindrances import why_not
from decision_service.notice.machine import notice_of_trial
from decision_service.notice.page import Language, page
from decision_service.offline import decide, evidence_of, occasion_of, offline_answer
from decision_service.outcome import Outcome
from decision_service.plantelling import Telling
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Policy
from decision_service.rehearsal import rehearse
from decision_service.sheet import fact_sheet
from decision_service.verdict import State
from decision_service.workbench.kept import Kept
from decision_service.workbench.trying.subjects import Deciders
from verifiers.answers import read_answer
from verifiers.freshness import Moment, age
from verifiers.kinds import HINTS, BadValueError, Kind, read
from verifiers.registers import Register

MOODS: Mapping[str, str] = {
    State.HOLDS: "good",
    State.FAILS: "bad",
    State.UNKNOWN: "warn",
    State.SILENT: "",
    "not_judged": "warn",
}
"""How a rule that stands so is marked."""

OUTCOME_MOODS: Mapping[Outcome, str] = {
    Outcome.APPROVED: "good",
    Outcome.APPROVED_ON_COMMITMENT: "good",
    Outcome.ACCEPTED_TOLERANT: "good",
    Outcome.PARTIALLY_APPROVED: "warn",
    Outcome.CORRECTION_REQUIRED: "warn",
    Outcome.REFERRED: "warn",
    Outcome.NOT_ACCEPTED: "bad",
    Outcome.REJECTED: "bad",
}
"""How an outcome is marked."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial. `told` is the explanation with the answer's own members; `faults` are what is wrong with what was put
    in, by field of the form (`id_no`), register (`deaths`) or field of a register (`deaths.hit`)."""

    kept: Kept = field(repr=False)
    decided: Decided = field(repr=False)
    told: Mapping[str, Any] = field(repr=False)
    plan: Mapping[str, Any] = field(repr=False)
    faults: Mapping[str, Bilingual]

    def why_not(self, wanted: Outcome) -> dict[str, object]:
        """What keeps it from another outcome."""
        return why_not(self.decided, self.told, wanted)

    def notice(self, language: Language) -> str:
        """The page that the citizen would read."""
        occasion = occasion_of(self.decided, self.kept.form, self.kept.facts)
        return page(notice_of_trial(self.decided, self.kept.form, occasion), language)


def tried(policy: Policy, catalogue: Catalogue, kept: Kept, by: Deciders) -> Tried:
    """Decides it, and tells all of it."""
    decided = decide(policy, catalogue, by.engines, kept.form, kept.facts, kept.as_of)
    # As it travels: what is shown is what an answer over HTTP would say.
    answer = orjson.loads(orjson.dumps(offline_answer(decided, kept.form, kept.facts)))
    told: dict[str, Any] = {**answer, **explanation(decided, answer)}
    rules = {one.id: one for one in policy.rules}
    told["rules"] = [
        {**one, "mood": MOODS[one["state"]], "values": parts(decided, rules[one["rule"]]), "must": _must(policy, one)}
        for one in told["rules"]
    ]
    return Tried(kept, decided, told, _plan(policy, catalogue, kept, by), _faults(decided, kept))


def guide(policy: Policy, catalogue: Catalogue) -> str:
    """The page of the published guide."""
    return guide_page(guide_of(policy, catalogue))


def _must(policy: Policy, told: Mapping[str, Any]) -> dict[str, object]:
    """The condition as the file has it, and its line there; 0 where the shared catalogue has it."""
    rule = next(one for one in policy.rules if one.id == told["rule"])
    if rule.must.span is None:
        return {"text": "", "line": 0}
    is_own = rule.must.span.source.name == policy.source
    return {"text": " ".join(rule.must.span.text.split()), "line": rule.must.span.line if is_own else 0}


def _plan(policy: Policy, catalogue: Catalogue, kept: Kept, by: Deciders) -> dict[str, object]:
    reading = read_form(policy, kept.form, kept.as_of, catalogue.prefectures)
    answers = evidence_of(policy, kept.facts, kept.as_of)
    sheet = partial(fact_sheet, policy, reading, as_of=kept.as_of, calendar=catalogue.calendar)
    played = rehearse(by.planner, reading, answers, sheet, by.engines.first)
    return Telling(by.planner, catalogue, reading, played).told()


def _faults(decided: Decided, kept: Kept) -> dict[str, Bilingual]:
    found = {one.field: one.hint or Bilingual("必填", "it is required") for one in decided.form.defects}
    moment = Moment(kept.as_of)
    for name, ask in decided.policy.asks.items():
        answer = kept.facts.get(name)
        if answer is None or read_answer(ask.register, ask.asked_with, answer, moment).status not in {"error", "stale"}:
            continue
        if isinstance(answer, Mapping) and answer.get("status") == "ok":
            kinds = ask.register.answers_when_asked_with(ask.asked_with)
            found |= {f"{name}.{key}": said for key, said in _wrong(answer, kinds).items()}
            found |= {f"{name}.data_as_of": said for said in _day(answer, ask.register, moment)}
        elif not isinstance(answer, Mapping) or answer.get("status") != "error":
            found[name] = Bilingual("登记库不会这样答复", "no register answers so")
    return found


def _wrong(answer: Mapping[str, object], kinds: Mapping[str, Kind]) -> dict[str, Bilingual]:
    found = {}
    for name, kind in kinds.items():
        if name not in answer:
            found[name] = Bilingual(*HINTS["missing"])
            continue
        try:
            read(kind, answer[name])
        except BadValueError as error:
            found[name] = Bilingual(*HINTS[error.hint])
    return found


def _day(answer: Mapping[str, object], register: Register, moment: Moment) -> list[Bilingual]:
    match age(answer.get("data_as_of"), moment):
        case "missing":
            return [Bilingual("缺少数据日期", "the day of the data is missing")]
        case "malformed":
            return [Bilingual(*HINTS["date"])]
        case "future":
            return [Bilingual("在决定之日以后", "it is after the day of decision")]
        case timedelta() as old if old > timedelta(hours=register.max_age_hours):
            zh, en = f"过期：至多{register.max_age_hours}小时", f"too old: at most {register.max_age_hours} h"
            return [Bilingual(zh, en)]
        case _:
            return []
