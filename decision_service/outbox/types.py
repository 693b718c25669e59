"""What the records of the ledger are called as events: by their kind, of a decision also by what it came to."""

from collections.abc import Mapping
from typing import Any, Final

from decision_service.ledger.entry import DECISION
from decision_service.outcome import Outcome

PREFIX: Final = "miaopi."
ERASED: Final = "decision.erased"
GENERIC: Final = "record."
"""Before the kind of a record that this version has no name for: it goes out all the same."""

NAMES: Final[Mapping[str, str]] = {
    "review_request": "review_requested",
    "case_claim": "case.claimed",
    "case_release": "case.released",
    "hearing": "case.heard",
    "officer_outcome": "officer_outcome",
    "task": "task.opened",
    "task_answer": "task.closed",
    "rating": "rating",
    "complaint": "complaint",
    "complaint_reply": "complaint.answered",
    "sampling": "sampling",
    "sample": "sample.drawn",
    "blind_finding": "sample.found",
    "drift_alarm": "alarm.drift",
    "overdue_alarm": "alarm.overdue",
    "delivery": "notice.delivered",
    "post_check": "checked_after_grant",
    "erasure_request": "erasure.requested",
    "erasure": "erasure",
    "suspension": "suspension",
    "resume_request": "suspension.end_requested",
    "resumed": "suspension.ended",
    "release_proposed": "release.proposed",
    "release_approved": "release.approved",
}


def type_of(kind: str, answer: Mapping[str, Any] | None) -> str:
    """The type of the event of a record of `kind` that says `answer`; None where that was erased."""
    if kind != DECISION:
        return PREFIX + NAMES.get(kind, GENERIC + kind)
    if answer is None:
        return PREFIX + ERASED
    if answer.get("replaces"):
        return f"{PREFIX}decision.redecided"
    match answer.get("outcome"):
        case Outcome.CORRECTION_REQUIRED:
            return f"{PREFIX}decision.corrected"
        case Outcome.REFERRED:
            return f"{PREFIX}decision.referred"
        case _:
            return f"{PREFIX}decision.decided"
