"""What casework puts on record: each thing that somebody does is one entry of the ledger, of a kind of its own.

Ids are made of the case and a number (the second claim of an item, the first outcome of a case), so that of two
people who do the same at once the ledger takes one and refuses the other, whichever process they use.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from decision_service.ledger.entry import Contents, Entry, Recorded, canonical

SYSTEM: Final = "miaopi"
"""Who does what the service does by itself: draws samples, raises alarms. Never an outcome."""


class Kind(StrEnum):
    """The kinds of records that casework makes."""

    REVIEW_REQUEST = "review_request"
    CASE_CLAIM = "case_claim"
    CASE_RELEASE = "case_release"
    HEARING = "hearing"
    OFFICER_OUTCOME = "officer_outcome"
    TASK = "task"
    TASK_ANSWER = "task_answer"
    RATING = "rating"
    COMPLAINT = "complaint"
    COMPLAINT_REPLY = "complaint_reply"
    SAMPLING = "sampling"
    SAMPLE = "sample"
    BLIND_FINDING = "blind_finding"
    DRIFT_ALARM = "drift_alarm"
    OVERDUE_ALARM = "overdue_alarm"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something, when, and what makes it once: `key` is his own for it. `asked` is what he asked for, so that
    the same key is not used for something else."""

    by: str
    at: datetime
    key: str
    asked: object = None


def record(
    kind: Kind, record_id: str, about: Entry, doing: Doing, told: Mapping[str, object], kept: object = None
) -> Entry:
    """A record of the case of `about`, sealed under the same person's key. `told` is what it says (not empty), `kept`
    what else is to be proved later. Raises ValueError where the ledger couldn't take it."""
    return Entry(
        kind=kind,
        record_id=record_id,
        decision_id=about.decision_id,
        application_id=about.application_id,
        matter=about.matter,
        caller=doing.by,
        key=own_key(kind, doing.key),
        at=instant(doing.at),
        policy_digest=about.policy_digest,
        subject=about.subject,
        contents=_contents(doing.asked, told, kept),
    )


def open_record(
    kind: Kind, record_id: str, doing: Doing, told: Mapping[str, object], *, decision_id: str = "", matter: str = ""
) -> Entry:
    """A record that says nothing of a person, and so is not lost with anybody's key."""
    return Entry(
        kind=kind,
        record_id=record_id,
        decision_id=decision_id,
        application_id="",
        matter=matter,
        caller=doing.by,
        key=own_key(kind, doing.key),
        at=instant(doing.at),
        policy_digest="",
        subject=b"",
        contents=_contents(doing.asked, told, None),
    )


def own_key(kind: Kind, key: str) -> str:
    """An idempotency key that no request can carry, as those are ASCII: nobody's application can take its place."""
    return f"{kind}·{key}"


def fingerprint(asked: object) -> str:
    """What was asked for, so that one key is not used for two things."""
    return hashlib.sha256(canonical(asked)).hexdigest()


def said(recorded: Recorded) -> dict[str, Any]:
    """What a record says. Raises ErasedError."""
    told: dict[str, Any] = orjson.loads(recorded.entry.answer)
    return told


def kept(recorded: Recorded) -> dict[str, Any]:
    """What a record keeps beside. Raises ErasedError."""
    told: dict[str, Any] = orjson.loads(recorded.entry.archive)
    return told


def instant(at: datetime) -> str:
    """An instant as records write it."""
    return at.isoformat(timespec="milliseconds")


def day_of(at: str) -> date:
    """The day of a record, in the time of its place."""
    return datetime.fromisoformat(at).date()


def _contents(asked: object, told: Mapping[str, object], beside: object) -> Contents:
    return Contents(fingerprint(asked), canonical(told), canonical(beside if beside is not None else {}))
