"""What applicants send back: a request that an officer reviews, one rating, complaints. Each is good for whoever
holds the key of the answer, and none of it is read by anything that decides (the import contracts hold that)."""

import hmac
import secrets
from datetime import datetime
from uuid import UUID

from decision_service.archive import read_archive
from decision_service.casework.case import Case
from decision_service.casework.items import Items
from decision_service.casework.records import Doing, Kind, instant, record, said
from decision_service.casework.refusals import RefusedError, Word
from decision_service.casework.tasks import TaskType
from decision_service.ledger.entry import Entry

MOST_COMPLAINTS = 20
"""On one case; after that many replies it is a matter for the remedies."""


def review_entry(case: Case, key: str, statement: str, by: str, at: datetime) -> Entry:
    """The record of a request for review; the first of what stands now counts, however often it is asked. Raises
    RefusedError where the key is not that of the decision."""
    _require(key, read_archive(case.decision.entry.archive).occasion.human_review_key, Word.REVIEW_KEY_WRONG)
    number = len(case.of(Kind.OFFICER_OUTCOME)) + 1
    name = f"review:{case.decision.entry.decision_id}:{number}"
    review_id = f"RV-{secrets.token_hex(8).upper()}"
    told = {"review_id": review_id, "requested_at": instant(at), "statement": statement}
    return record(Kind.REVIEW_REQUEST, name, case.decision.entry, Doing(by, at, name), told)


def rating_entry(case: Case, key: str, level: int, comment: str, by: str, at: datetime) -> Entry:
    """The record of a case's one rating, from 1 (very satisfied) to 5 (very dissatisfied; GB/T 39046 A.8): the ledger
    takes no second one of its id. Raises RefusedError where the case is not closed or the key is wrong."""
    closed = [one for one in (case.decision, *case.of(Kind.OFFICER_OUTCOME)) if _rating_key(said(one))]
    if not closed:
        raise RefusedError(Word.NOT_CLOSED)
    _require(key, str(_rating_key(said(closed[0]))), Word.KEY_WRONG)
    name = f"rating:{case.decision.entry.decision_id}"
    told = {"level": level, "comment": comment, "rated_at": instant(at)}
    # Of its own each time: a second use is refused, and does not read as the first one coming again.
    return record(Kind.RATING, name, case.decision.entry, Doing(by, at, f"{name}:{secrets.token_hex(8)}"), told)


def complaint_entry(case: Case, items: Items, key: str, text: str, doing: Doing) -> Entry:
    """The record of a complaint. Raises RefusedError where the key is wrong or an earlier one still waits for its
    reply."""
    _require(key, read_archive(case.decision.entry.archive).occasion.complaint_key, Word.KEY_WRONG)
    number = len(case.of(Kind.COMPLAINT)) + 1
    if number > MOST_COMPLAINTS or any(one.is_open and one.task_type == TaskType.COMPLAINT for one in items.values()):
        raise RefusedError(Word.COMPLAINT_OPEN)
    name = f"complaint:{case.decision.entry.decision_id}:{number}"
    told = {"complaint_id": name, "text": text, "complained_at": instant(doing.at)}
    return record(Kind.COMPLAINT, name, case.decision.entry, doing, told)


def decision_of(complaint_key: str) -> str | None:
    """The decision that a complaint key is of, if it has the form of one; whether it is right, `is_key_of` tells."""
    parts = complaint_key.split("-")
    if len(parts) != 3 or parts[0] != "CP" or len(parts[1]) != 32:
        return None
    try:
        return str(UUID(hex=parts[1]))
    except ValueError:
        return None


def is_key_of(case: Case, complaint_key: str) -> bool:
    """Whether it is the complaint key of this case."""
    right = read_archive(case.decision.entry.archive).occasion.complaint_key
    return bool(right) and hmac.compare_digest(right.encode(), complaint_key.encode())


def _rating_key(told: dict[str, object]) -> object:
    feedback = told.get("feedback")
    return feedback.get("rating_key") if isinstance(feedback, dict) else None


def _require(shown: str, right: str, word: Word) -> None:
    """An empty key is that of a decision from before there were keys: nobody holds it."""
    if not right or not hmac.compare_digest(shown.encode(), right.encode()):
        raise RefusedError(word)
