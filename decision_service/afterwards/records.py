"""The record of a check after a grant: that it was made, what the registers answered, and which rules have turned. It
is sealed under the key of the person, like the decision."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from decision_service.archive import answer_to_json
from decision_service.casework.records import SYSTEM
from decision_service.inquiry import Answered
from decision_service.ledger.entry import Contents, Entry, canonical
from decision_service.policy.shape import Policy
from verifiers.evidence import Evidence

POST_CHECK: Final = "post_check"
"""The kind of the record."""

FORMAT: Final = "miaopi post-check v1"


def check_id(decision_id: str, due_on: date) -> str:
    """The id of the record of the check of a grant that was due on that day: there is one at most."""
    return f"{POST_CHECK}:{decision_id}:{due_on}"


def check_entry(
    granted: Entry,
    due_on: date,
    at: datetime,
    policy: Policy,
    answers: Mapping[str, Answered],
    turned: Sequence[str],
) -> Entry:
    """The record of a check of the decision `granted`."""
    name = check_id(granted.decision_id, due_on)
    labels = {rule.id: rule.label for rule in policy.rules}
    told: dict[str, Any] = {
        "check": POST_CHECK,
        "decision_id": granted.decision_id,
        "due_on": str(due_on),
        "verifications": [_told(one.evidence) for _, one in sorted(answers.items())],
        "turned": [{"rule": rule, "zh": labels[rule].zh, "en": labels[rule].en} for rule in turned],
    }
    kept = {
        "format": FORMAT,
        "answers": {register: answer_to_json(policy.asks[register], one) for register, one in answers.items()},
    }
    return Entry(
        kind=POST_CHECK,
        record_id=name,
        decision_id=granted.decision_id,
        application_id=granted.application_id,
        matter=granted.matter,
        caller=SYSTEM,
        # No request can carry this key, as those are ASCII.
        key=f"{POST_CHECK}·{granted.decision_id}:{due_on}",
        at=at.isoformat(timespec="milliseconds"),
        policy_digest=granted.policy_digest,
        subject=granted.subject,
        contents=Contents(hashlib.sha256(name.encode()).hexdigest(), canonical(told), canonical(kept)),
    )


def _told(evidence: Evidence) -> dict[str, object]:
    return {
        "register": evidence.register,
        "status": evidence.status,
        "data_as_of": evidence.data_as_of,
        "request_id": evidence.request_id,
        "digest": None if evidence.digest is None else f"sha256:{evidence.digest}",
    }
