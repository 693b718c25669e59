"""A step of staff as the ledger keeps it. It holds facts of nobody: who did what, when and why, in the open."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Final

import orjson

from decision_service.ledger.entry import Contents, Entry, Recorded, canonical

SUSPENSION: Final = "suspension"
RESUME_REQUEST: Final = "resume_request"
RESUMED: Final = "resumed"
RELEASE_PROPOSED: Final = "release_proposed"
RELEASE_APPROVED: Final = "release_approved"

_NOTHING: Final = b"{}"


def new_number(prefix: str) -> str:
    """A number that nobody can guess, such as SUS-0123456789AB."""
    return f"{prefix}-{secrets.token_hex(6).upper()}"


def step(kind: str, record_id: str, by: str, at: str, said: Mapping[str, object], matter: str = "") -> Entry:
    """The entry of a step that `by` took at `at`, with what it says of itself."""
    answer = canonical(said)
    return Entry(
        kind=kind,
        record_id=record_id,
        decision_id="",
        application_id="",
        matter=matter,
        caller=by,
        key=f"{kind}/{record_id}",
        at=at,
        policy_digest="",
        subject=b"",
        contents=Contents(hashlib.sha256(answer).hexdigest(), answer, _NOTHING),
    )


def said_of(recorded: Recorded) -> dict[str, object]:
    """What a step says of itself."""
    said: dict[str, object] = orjson.loads(recorded.entry.answer)
    return said
