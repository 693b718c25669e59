"""The officer's outcome: checked, and worded with its law and its remedies. It is made of what the officer wrote and
of the published texts alone; nothing of it is taken from what an engine found, and no reason for disagreeing is asked
for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from decision_service.archive import read_archive
from decision_service.casework.case import Case
from decision_service.casework.items import Item, ItemKind
from decision_service.casework.opening import city_of, waits_for_officer
from decision_service.casework.records import Doing, Kind, instant, record, said
from decision_service.casework.refusals import RefusedError, Word, WrongError
from decision_service.casework.values import stated
from decision_service.decision import MARK
from decision_service.ledger.entry import Entry
from decision_service.licences import licence_of
from decision_service.numbering import new_rating_key
from decision_service.outcome import REMEDIED, Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Policy
from decision_service.publishing import Publication
from decision_service.remedies import remedies_in

OPEN_TO_OFFICERS: Final = frozenset(
    {
        Outcome.APPROVED,
        Outcome.APPROVED_ON_COMMITMENT,
        Outcome.PARTIALLY_APPROVED,
        Outcome.NOT_ACCEPTED,
        Outcome.REJECTED,
    }
)
"""What an officer decides. What is missing he asks for while he holds the file; that is no outcome."""

BY_OFFICER: Final = Bilingual(
    "本决定由工作人员作出，不是由系统自动作出。您可以要求由另一名工作人员复核，凭证号：{human_review_key}",
    "An officer made this decision, not the system. You may ask that another officer reviews it; your key is "
    "{human_review_key}",
)


@dataclass(frozen=True, slots=True)
class Written:
    """What an officer writes. `basis` are numbers of the matter's legal basis, `result` is JSON. `false_commitment`:
    it was proven that what the person committed to was not so."""

    outcome: Outcome
    zh: str
    en: str
    basis: tuple[int, ...]
    result: Mapping[str, Any]
    false_commitment: bool = False


def outcome_entry(case: Case, item: Item, written: Written, doing: Doing, publication: Publication) -> Entry:
    """The record of an officer's outcome on an item that he holds. Raises RefusedError, WrongError, LedgerError."""
    if item.kind is ItemKind.BLIND_SAMPLE:
        raise RefusedError(Word.WRONG_KIND)
    if case.again is not None:
        raise RefusedError(Word.MOVED_ON)
    if said(case.standing)["outcome"] == Outcome.CORRECTION_REQUIRED:
        # The applicant goes on with it, at the desk.
        raise RefusedError(Word.NOT_CLOSED)
    if case.was_decided_by(doing.by):
        raise RefusedError(Word.SAME_OFFICER)
    policy = policy_of(case, publication)
    values = checked(written, policy)
    if written.false_commitment and said(case.standing)["outcome"] != Outcome.APPROVED_ON_COMMITMENT:
        raise WrongError(("/false_commitment", "not_allowed"))
    adverse = case.must_be_heard(written.outcome, values)
    if (adverse or written.false_commitment) and not case.was_heard():
        raise RefusedError(Word.NOT_HEARD)
    number = len(case.of(Kind.OFFICER_OUTCOME)) + 1
    beside = {
        "item_id": item.item_id,
        "after": case.standing.entry.record_id,
        "counts": _counts(case, written, values),
    }
    name = f"outcome:{case.decision.entry.decision_id}:{number}"
    told = {"outcome_id": name, **_told(case, written, values, policy, publication.catalogue, doing.at)}
    return record(Kind.OFFICER_OUTCOME, name, case.decision.entry, doing, told, beside)


def policy_of(case: Case, publication: Publication) -> Policy:
    """The rules that the case was decided by. Raises RefusedError where they are not here any more."""
    published = publication.by_digest(case.decision.entry.policy_digest)
    if published is None:
        raise RefusedError(Word.RULES_MISSING)
    return published.policy


def open_to_officers(policy: Policy) -> list[Outcome]:
    """The outcomes that an officer may come to in a matter."""
    with_commitment = policy.commitment is not None
    return [
        one
        for one in Outcome
        if one in OPEN_TO_OFFICERS and (with_commitment or one is not Outcome.APPROVED_ON_COMMITMENT)
    ]


def checked(written: Written, policy: Policy) -> dict[str, object]:
    """The values that it states. Raises WrongError with all that is wrong with it."""
    faults: list[tuple[str, str]] = []
    if written.outcome not in open_to_officers(policy):
        faults.append(("/outcome", "not_allowed"))
    listed = {one.number for one in policy.basis}
    faults += [(f"/basis/{place}", "not_listed") for place, one in enumerate(written.basis) if one not in listed]
    values: dict[str, object] = {}
    try:
        values = stated(policy, written.outcome, written.result)
    except WrongError as error:
        faults += error.faults
    if faults:
        raise WrongError(*faults)
    return values


def _told(
    case: Case, written: Written, values: Mapping[str, object], policy: Policy, catalogue: Catalogue, at: datetime
) -> dict[str, object]:
    machine, occasion = case.answer, read_archive(case.decision.entry.archive).occasion
    told: dict[str, object] = {name: machine[name] for name in ("decision_id", "application_id", "matter", "policy")}
    reason = {"zh": written.zh, "en": written.en or None}
    told |= {
        "decided_by": "officer",
        "decided_at": instant(at),
        "outcome": written.outcome,
        "outcome_text": _both(catalogue.outcomes[written.outcome]),
        "reasons": [reason],
        "basis": [
            {"number": one.number, **_both(one.text), "edition": one.edition}
            for one in policy.basis
            if one.number in written.basis
        ],
        "result": values,
        "obligations": [
            {"code": one.code, **_both(one.text), "due_on": None if one.due is None else values.get(one.due)}
            for one in policy.obligations
            if written.outcome in one.outcomes and one.when is None
        ],
        "remedies": None,
        "feedback": {
            "rating_key": None if _has_rating_key(case) else new_rating_key(),
            "complaint_key": occasion.complaint_key,
        },
        "credit_event": _credit_event(at) if written.false_commitment else None,
    }
    if written.outcome in REMEDIED:
        city = city_of(read_archive(case.decision.entry.archive).form, policy, catalogue.remedies)
        told["remedies"] = remedies_in(catalogue, city, occasion.human_review_key, BY_OFFICER)
    licence = licence_of(policy, written.outcome, f"{machine['decision_id']}:{len(case.of(Kind.OFFICER_OUTCOME)) + 1}")
    if licence is not None:
        told["licence"] = licence
    if policy.illustrative:
        told["mark"] = _both(MARK)
    return told


def _credit_event(at: datetime) -> dict[str, object]:
    """What the credit centre is told, and only from here: a person found it proven, after a hearing (RQ-G5)."""
    return {"kind": "false_commitment", "on": at.date().isoformat()}


def _counts(case: Case, written: Written, values: Mapping[str, object]) -> str:
    """What it means for the machine's record: `left` to an officer from the start, or a decision of its own that an
    officer `upheld`, or overrode (`override`: another outcome, or other values)."""
    if case.waits:
        return "left"
    machine = case.answer
    if case.of(Kind.OFFICER_OUTCOME) or waits_for_officer(machine):
        return "later"
    return "upheld" if agree(machine, written.outcome, values) else "override"


def agree(machine: Mapping[str, Any], outcome: Outcome, values: Mapping[str, object]) -> bool:
    """Whether an officer came to what the machine had: the same outcome, and the same values as far as he states
    any."""
    result = machine["result"]
    return bool(machine["outcome"] == outcome and all(result.get(name) == value for name, value in values.items()))


def _has_rating_key(case: Case) -> bool:
    return any(
        (said(one).get("feedback") or {}).get("rating_key") for one in (case.decision, *case.of(Kind.OFFICER_OUTCOME))
    )


def _both(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
