"""A case as it is shown: to the platform that brought it, and whole to the officer who holds it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

import orjson

from decision_service.archive import Archive, read_archive
from decision_service.casework.case import Case
from decision_service.casework.items import Item, ItemKind, Items
from decision_service.casework.outcomes import policy_of
from decision_service.casework.records import Kind, said
from decision_service.casework.tasks import TASKS, TaskType
from decision_service.conditions import parts
from decision_service.explaining import explanation
from decision_service.ledger.entry import Recorded
from decision_service.ledger.receipt import full_answer
from decision_service.policy.shape import Bilingual, Policy
from decision_service.publishing import Publication
from decision_service.replay import Again, decide_again
from decision_service.verdict import State
from decision_service.wording import label
from verifiers.freshness import Moment, age

STATUSES: Final[Mapping[str, Bilingual]] = {
    "decided": Bilingual("已作出决定", "decided"),
    "waiting": Bilingual("等待工作人员办理", "waiting for an officer"),
    "officer_outcome": Bilingual("工作人员已作出决定", "an officer has decided"),
    "decided_again": Bilingual("登记库答复后已重新作出决定", "decided again when a register answered"),
}


def case_view(case: Case, items: Items) -> dict[str, object]:
    """The case as it stands, for the platform. An officer's name is not in it: the authority decides."""
    answer, outcomes = case.answer, case.of(Kind.OFFICER_OUTCOME)
    status = "officer_outcome" if outcomes else "waiting" if case.waits else "decided"
    if case.again is not None and not outcomes:
        status = "decided_again"
    reviewed = [one for one in items.values() if one.kind is ItemKind.REVIEW]
    return {
        "decision_id": case.decision.entry.decision_id,
        "application_id": case.decision.entry.application_id,
        "matter": case.decision.entry.matter,
        "status": status,
        "status_text": _both(STATUSES[status]),
        "decision": {name: answer[name] for name in ("outcome", "outcome_text", "decided_at")},
        "waiting": _waiting(items) if status == "waiting" else None,
        "officer_outcome": orjson.Fragment(full_answer(outcomes[-1])) if outcomes else None,
        "earlier_outcomes": [orjson.Fragment(full_answer(one)) for one in outcomes[:-1]],
        "replaced_by": None if case.again is None else case.again.entry.decision_id,
        "reviews": [{**said(one), **_due(items.get(one.entry.record_id))} for one in case.of(Kind.REVIEW_REQUEST)],
        "under_review": any(one.is_open for one in reviewed),
        "hearing": [{**said(one), "at": one.entry.at} for one in case.of(Kind.HEARING)],
        "rating": _rating(case),
        "complaints": list(_complaints(case)),
    }


def item_view(item: Item, now_day: date) -> dict[str, object]:
    """An item in a list of officers: nothing in it tells whose it is."""
    about = TASKS[TaskType(item.task_type)] if item.task_type else None
    return {
        "item_id": item.item_id,
        "kind": item.kind,
        "task_type": item.task_type or None,
        "task_text": None if about is None else _both(about.text),
        "decision_id": item.decision_id,
        "matter": item.matter,
        "city": item.city,
        "reasons": list(item.reasons),
        "opened_at": item.opened_at,
        "age_days": (now_day - date.fromisoformat(item.opened_at[:10])).days,
        **_due(item),
        "is_overdue": item.due is not None and item.due < now_day,
        "claimed_by": item.claimed_by or None,
    }


def file_view(case: Case, item: Item, publication: Publication) -> dict[str, object]:
    """The whole file for the officer who holds `item`: the form, what registers said with source and date, the answer
    with its reasons, the explanation, and what happened since. For a blind sample: form and registers alone. Raises
    ArchiveError, ReplayError, RefusedError, ErasedError."""
    told = {"item_id": item.item_id, "kind": item.kind} | _asked(case, publication)
    if item.kind is ItemKind.BLIND_SAMPLE:
        return told
    about = TASKS[TaskType(item.task_type)] if item.task_type else None
    steps = [] if about is None else [_both(one) for one in about.steps]
    return told | _answered(case, publication) | {"steps": steps}


def decision_view(case: Case, publication: Publication) -> dict[str, object]:
    """The whole of a case for who audits it, whether anything waits on it or not: what `file_view` holds. Raises
    ArchiveError, ReplayError, RefusedError, ErasedError."""
    occasion = read_archive(case.decision.entry.archive).occasion
    told: dict[str, object] = {"application_id": occasion.application_id, "channel": occasion.channel}
    return told | _asked(case, publication) | _answered(case, publication)


def _asked(case: Case, publication: Publication) -> dict[str, object]:
    policy = policy_of(case, publication)
    archive = read_archive(case.decision.entry.archive)
    return {
        "decision_id": case.decision.entry.decision_id,
        "matter": {"code": policy.matter, **_both(policy.name)},
        "as_of": str(archive.as_of),
        "form": list(_form(policy, archive.form)),
        "facts": list(_facts(policy, archive)),
        "basis": [{"number": one.number, **_both(one.text), "edition": one.edition} for one in policy.basis],
        "results": [one.name for one in policy.results],
    }


def _answered(case: Case, publication: Publication) -> dict[str, object]:
    again = decide_again(case.decision, publication, None, None)
    return {
        "answer": orjson.Fragment(full_answer(case.decision)),
        "explanation": _with_values(explanation(again.decided, case.answer), again),
        "history": [_event(one) for one in case.records[1:]],
    }


def _with_values(told: dict[str, Any], again: Again) -> dict[str, Any]:
    """An explanation with what the condition of each rule that was judged named, and what that came to."""
    if again.archive.referred_by is None:
        rules = {one.id: one for one in again.decided.policy.rules}
        judged = [one for one in told["rules"] if one["state"] != State.SILENT]
        for one in judged:
            one["values"] = parts(again.decided, rules[one["rule"]])
    return told


def _event(recorded: Recorded) -> dict[str, object]:
    entry = recorded.entry
    told: object = None if entry.is_erased else orjson.Fragment(entry.answer)
    return {"kind": entry.kind, "record_id": entry.record_id, "at": entry.at, "by": entry.caller, "says": told}


def _form(policy: Policy, form: Mapping[str, object]) -> Iterator[dict[str, object]]:
    fields = {one.name: one for one in policy.fields}
    for name, value in form.items():
        field = fields.get(name)
        called = None if field is None else field.values.get(str(value))
        yield {
            "field": name,
            **({"zh": name, "en": name} if field is None else _both(field.label)),
            "value": value,
            "called": None if called is None else _both(called),
        }


_OF_AN_ANSWER: Final = (
    "status", "data_as_of", "origin", "facts", "asked_at", "elapsed_ms", "request_id", "credential", "fault",
)  # fmt: skip
"""All but what was sent to the register."""


def _facts(policy: Policy, archive: Archive) -> Iterator[dict[str, object]]:
    decided = Moment(archive.as_of, datetime.fromisoformat(archive.occasion.decided_at))
    for name, answer in sorted(archive.answers.items()):
        asked, old = policy.asks.get(name), age(answer["data_as_of"], decided)
        yield {
            "register": name,
            **({"zh": name, "en": name} if asked is None else _both(label(asked.register))),
            **{part: answer[part] for part in _OF_AN_ANSWER},
            "digest": None if answer["digest"] is None else f"sha256:{answer['digest']}",
            "age_seconds": int(old.total_seconds()) if isinstance(old, timedelta) else None,
        }


def _waiting(items: Items) -> dict[str, object] | None:
    found = next((one for one in items.values() if one.kind is ItemKind.REFERRAL), None)
    return None if found is None else {"since": found.opened_at, **_due(found)}


def _due(item: Item | None) -> dict[str, object]:
    if item is None:
        return {"due": None, "due_text": None}
    if item.due is not None:
        return {
            "due": item.due.isoformat(),
            "due_text": {"zh": f"应于{item.due}前办结", "en": f"due by {item.due}"},
        }
    year = item.unknown_year
    zh = f"{year}年的工作日历尚未公布，办结期限待定"
    return {"due": None, "due_text": {"zh": zh, "en": f"no due day yet: the working days of {year} are not published"}}


def _rating(case: Case) -> dict[str, object] | None:
    rated = case.of(Kind.RATING)
    if not rated:
        return None
    answers = {said(one)["item_id"]: said(one) for one in case.of(Kind.TASK_ANSWER)}
    told, answer = said(rated[0]), answers.get(f"task:{TaskType.BAD_RATING}:{rated[0].entry.record_id}")
    return {**told, "answer": None if answer is None else {"zh": answer["zh"], "en": answer["en"]}}


def _complaints(case: Case) -> Iterator[dict[str, object]]:
    replies = {said(one)["item_id"]: one for one in case.of(Kind.COMPLAINT_REPLY)}
    for one in case.of(Kind.COMPLAINT):
        reply = replies.get(f"task:{TaskType.COMPLAINT}:{one.entry.record_id}")
        answer = None
        if reply is not None:
            answer = {"zh": said(reply)["zh"], "en": said(reply)["en"], "replied_at": reply.entry.at}
        yield {**said(one), "reply": answer}


def _both(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
