"""The acknowledgement of receipt (送达回证), and the days that run from it."""

import calendar
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from decision_service.casework.case import Case
from decision_service.casework.records import Doing, Kind, day_of, instant, record, said
from decision_service.casework.refusals import WrongError
from decision_service.ledger.entry import Entry, Recorded
from verifiers.freshness import CHINA

Way = Literal["app", "message", "counter", "post", "public"]
"""How it reached the person: in the platform's app, by message, at the counter, by post, by public announcement."""

RECONSIDERATION_DAYS: Final = 60
"""行政复议法 art. 20."""

LAWSUIT_MONTHS: Final = 6
"""行政诉讼法 art. 46."""


def acknowledged(case: Case) -> Recorded | None:
    """The acknowledgement of what stands, if there is one. Raises ErasedError."""
    stands = case.standing.entry.record_id
    return next((one for one in case.of(Kind.DELIVERY) if said(one)["document"] == stands), None)


def acknowledgement_entry(case: Case, received_at: datetime, way: Way, by: str, now: datetime) -> Entry:
    """The record of the receipt of what stands. Raises WrongError where it was received before it was decided, or will
    be only; ErasedError."""
    stands = case.standing
    # By days, as the periods are: neither the platform's clock nor ours is right to the second.
    on = received_at.astimezone(CHINA).date()
    if not day_of(stands.entry.at) <= on <= now.astimezone(CHINA).date():
        raise WrongError(("/received_at", "out_of_range"))
    name = f"delivery:{stands.entry.record_id}"
    told: dict[str, object] = {
        "delivery_id": name,
        "decision_id": case.decision.entry.decision_id,
        "document": stands.entry.record_id,
        "received_at": instant(received_at),
        "way": way,
        "remedies_until": _until(on) if is_adverse(said(stands)) else None,
    }
    return record(Kind.DELIVERY, name, case.decision.entry, Doing(by, now, name), told)


def is_adverse(answer: dict[str, Any]) -> bool:
    """Whether a notice carries remedies, whose periods run from its receipt."""
    return answer.get("remedies") is not None


def _until(received: date) -> dict[str, str]:
    """The last days, as the periods count them; where the last one is no working day it is the next (not told here)."""
    return {
        "reconsideration": str(received + timedelta(days=RECONSIDERATION_DAYS)),
        "lawsuit": str(months_later(received, LAWSUIT_MONTHS)),
    }


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day."""
    place = day.month - 1 + months
    year, month = day.year + place // 12, place % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
