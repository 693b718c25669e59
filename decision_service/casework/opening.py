"""Which items a record opens. What follows from a record follows from it alone: nothing has to be written a second
time, so a crash between two steps can lose none of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from decision_service.archive import read_archive
from decision_service.casework.items import Item, ItemKind
from decision_service.casework.records import Kind, day_of, said
from decision_service.casework.tasks import TASKS, TaskType, task_id
from decision_service.casework.working_days import STATUTORY_DAYS
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from decision_service.publishing import Publication

WORST_ANSWERED = 4
"""The level of a rating from which on it is bad and is answered: 4 dissatisfied, 5 very dissatisfied (GB/T 39046
A.8)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A case on which records are read: its decision, where that is, and the rules of then."""

    decision: Recorded
    city: str
    publication: Publication


def ground_of(decision: Recorded, publication: Publication) -> Ground:
    """What is known of the case of `decision`. Raises ErasedError, ArchiveError."""
    published = publication.by_digest(decision.entry.policy_digest)
    if published is None:
        return Ground(decision, "", publication)
    form = read_archive(decision.entry.archive).form
    return Ground(decision, city_of(form, published.policy, publication.catalogue.prefectures), publication)


def city_of(form: Mapping[str, object], policy: Policy, cities: Collection[str]) -> str:
    """The city of an application: that of its form where it is one, else that of the office."""
    for field in policy.fields:
        value = form.get(field.name)
        if field.type_name in ("prefecture", "division") and isinstance(value, str):
            city = f"{value[:4]}00"
            return city if city in cities else f"{policy.office[2:6]}00"
    return f"{policy.office[2:6]}00"


def waits_for_officer(answer: Mapping[str, Any]) -> bool:
    """Whether a decision left something to an officer: all of it, or some of its items."""
    return answer["outcome"] == Outcome.REFERRED or bool(answer["result"].get("referred_items"))


def opened_by(recorded: Recorded, ground: Ground) -> tuple[Item, ...]:
    """The items that a record opens, with their due days. Raises ErasedError."""
    calendar = ground.publication.catalogue.calendar
    return tuple(one.with_due(calendar) for one in _opened(recorded, ground))


def _opened(recorded: Recorded, ground: Ground) -> tuple[Item, ...]:
    entry = recorded.entry
    match entry.kind:
        case _ if entry.kind == DECISION:
            return _by_decision(said(recorded), recorded, ground)
        case Kind.REVIEW_REQUEST:
            return (_item(recorded, ground, entry.record_id, ItemKind.REVIEW),)
        case Kind.SAMPLE:
            return (_item(recorded, ground, entry.record_id, ItemKind.BLIND_SAMPLE),)
        case Kind.TASK:
            return (_of_record(said(recorded), recorded, ground),)
        case Kind.OFFICER_OUTCOME:
            told = said(recorded)
            return _supervised(told, recorded, ground, entry.record_id)
        case Kind.RATING if said(recorded)["level"] >= WORST_ANSWERED:
            return (_task(recorded, ground, TaskType.BAD_RATING, (f"level_{said(recorded)['level']}",)),)
        case Kind.COMPLAINT:
            return (_task(recorded, ground, TaskType.COMPLAINT),)
        case Kind.BLIND_FINDING if not said(recorded)["agrees"] and said(recorded)["approved"]:
            return (_task(recorded, ground, TaskType.WRONG_APPROVAL, ("blind_sample",)),)
        case _:
            return ()


def _by_decision(answer: Mapping[str, Any], recorded: Recorded, ground: Ground) -> tuple[Item, ...]:
    found: list[Item] = []
    if waits_for_officer(answer):
        reasons = tuple(dict.fromkeys(str(one["code"]) for one in answer["reasons"]))
        item = _item(recorded, ground, f"referral:{recorded.entry.decision_id}", ItemKind.REFERRAL)
        start, days = _term(answer)
        found.append(replace(item, reasons=reasons, start=start, days=days))
    return (*found, *_supervised(answer, recorded, ground, ""))


def _term(answer: Mapping[str, Any]) -> tuple[date, int]:
    """From when the statutory term of a referral is counted: from the working day on which an officer takes it up, as
    the answer told; where it told none, from the first one after the decision."""
    on = (answer["next_step"] or {}).get("on")
    if on is not None:
        return date.fromisoformat(on), STATUTORY_DAYS
    return date.fromisoformat(answer["as_of"]), 1 + STATUTORY_DAYS


def _supervised(answer: Mapping[str, Any], recorded: Recorded, ground: Ground, occasion: str) -> tuple[Item, ...]:
    """The check that each grant on commitment brings with it (RQ-G5), due on the day that the person was told."""
    if answer["outcome"] != Outcome.APPROVED_ON_COMMITMENT:
        return ()
    told = [one["due_on"] for one in answer.get("obligations", ()) if one["due_on"] is not None]
    name = task_id(TaskType.SUPERVISE_COMMITMENT, recorded.entry.decision_id, occasion)
    due = date.fromisoformat(min(told)) if told else None
    return (_task(recorded, ground, TaskType.SUPERVISE_COMMITMENT, name=name, due=due),)


def _of_record(told: Mapping[str, Any], recorded: Recorded, ground: Ground) -> Item:
    due = None if told["due_on"] is None else date.fromisoformat(told["due_on"])
    return _task(recorded, ground, TaskType(told["type"]), name=recorded.entry.record_id, due=due)


def _task(
    recorded: Recorded,
    ground: Ground,
    type_: TaskType,
    reasons: tuple[str, ...] = (),
    name: str = "",
    due: date | None = None,
) -> Item:
    task = _item(recorded, ground, name or f"task:{type_}:{recorded.entry.record_id}", ItemKind.TASK)
    return replace(task, task_type=type_, reasons=reasons, days=TASKS[type_].days, due=due)


def _item(recorded: Recorded, ground: Ground, name: str, kind: ItemKind) -> Item:
    """An item that is due by the statutory term, counted from its record."""
    entry = recorded.entry
    return Item(
        item_id=name,
        kind=kind,
        task_type="",
        decision_id=entry.decision_id,
        matter=entry.matter,
        city=ground.city,
        reasons=(),
        opened_at=entry.at,
        due=None,
        start=day_of(entry.at),
        days=STATUTORY_DAYS,
    )
