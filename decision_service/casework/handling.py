"""What an officer does with an item besides deciding: take it, put it back, hear the person, find blind, answer,
doubt."""

from datetime import date
from typing import Literal

from decision_service.casework.case import Case
from decision_service.casework.folding import REPLIED
from decision_service.casework.items import Item, ItemKind
from decision_service.casework.outcomes import Written, agree, checked, policy_of
from decision_service.casework.records import Doing, Kind, open_record, record, said
from decision_service.casework.refusals import RefusedError, Word, WrongError
from decision_service.casework.tasks import NewTask, TaskType, task_entry
from decision_service.ledger.entry import Entry
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.shape import Bilingual
from decision_service.publishing import Publication

Step = Literal["told", "statement", "no_statement"]
"""Steps of a hearing: the person was told what is intended and until when to answer (告知); what was said (陈述申辩);
nothing was said by that day."""


def claim_entry(item: Item, case: Case, doing: Doing) -> Entry:
    """The record that an officer takes an open item. Raises RefusedError."""
    if item.claimed_by:
        raise RefusedError(Word.CLAIMED_BY_ANOTHER)
    if item.kind is not ItemKind.BLIND_SAMPLE and item.task_type not in REPLIED and case.was_decided_by(doing.by):
        # Who reviews is not who decided: seen when the file is taken, not when the work is done.
        raise RefusedError(Word.SAME_OFFICER)
    name = f"claim:{item.claims + 1}:{item.item_id}"
    told = {"item_id": item.item_id, "number": item.claims + 1}
    return open_record(Kind.CASE_CLAIM, name, doing, told, decision_id=item.decision_id, matter=item.matter)


def release_entry(item: Item, doing: Doing) -> Entry:
    """The record that an officer puts an item back."""
    name = f"release:{item.claims}:{item.item_id}"
    told = {"item_id": item.item_id, "number": item.claims}
    return open_record(Kind.CASE_RELEASE, name, doing, told, decision_id=item.decision_id, matter=item.matter)


def hearing_entry(case: Case, item: Item, step: Step, text: str, respond_by: date | None, doing: Doing) -> Entry:
    """The record of a step of a hearing. Raises RefusedError where it is out of order, WrongError."""
    if item.kind is ItemKind.BLIND_SAMPLE:
        raise RefusedError(Word.WRONG_KIND)
    today = doing.at.date()
    if step == "told":
        if respond_by is None or respond_by <= today:
            raise WrongError(("/respond_by", "missing" if respond_by is None else "too_early"))
    elif respond_by is not None:
        raise WrongError(("/respond_by", "not_allowed"))
    else:
        until = case.respond_by()
        if until is None or (step == "no_statement" and today <= until):
            raise RefusedError(Word.ORDER)
    number = len(case.of(Kind.HEARING)) + 1
    told = {"step": step, "text": text, "respond_by": None if respond_by is None else respond_by.isoformat()}
    name = f"hearing:{case.decision.entry.decision_id}:{number}"
    return record(Kind.HEARING, name, case.decision.entry, doing, told, {"item_id": item.item_id})


def finding_entry(case: Case, item: Item, written: Written, doing: Doing, publication: Publication) -> Entry:
    """The record of what an officer found who did not know what the machine had. Raises RefusedError, WrongError."""
    if item.kind is not ItemKind.BLIND_SAMPLE:
        raise RefusedError(Word.WRONG_KIND)
    values = checked(written, policy_of(case, publication))
    machine = case.answer
    told = {
        "item_id": item.item_id,
        "outcome": written.outcome,
        "result": values,
        "zh": written.zh,
        "en": written.en or None,
        "agrees": agree(machine, written.outcome, values),
        "approved": Outcome(machine["outcome"]) in APPROVALS,
    }
    return record(Kind.BLIND_FINDING, f"finding:{item.item_id}", case.decision.entry, doing, told)


def answer_entry(case: Case, item: Item, zh: str, en: str, doing: Doing) -> Entry:
    """The record that ends a task without another outcome: why nothing changes, or the reply to who rated or
    complained. Raises RefusedError."""
    if item.kind is not ItemKind.TASK:
        raise RefusedError(Word.WRONG_KIND)
    is_reply = item.task_type == TaskType.COMPLAINT
    told = {"item_id": item.item_id, "zh": zh, "en": en or None}
    kind = Kind.COMPLAINT_REPLY if is_reply else Kind.TASK_ANSWER
    return record(kind, f"answer:{item.item_id}", case.decision.entry, doing, told)


def doubt_entry(case: Case, reason: Bilingual, doing: Doing) -> Entry:
    """The record that a grant is doubted: a task, and nothing else. Raises RefusedError where nothing was granted."""
    if Outcome(said(case.standing)["outcome"]) not in APPROVALS:
        raise RefusedError(Word.NOT_GRANTED)
    number = len(case.of(Kind.TASK)) + 1
    new = NewTask(TaskType.WRONG_APPROVAL, reason, str(number))
    return task_entry(new, case.decision.entry, doing)
