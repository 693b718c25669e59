"""What the service answers, typed. Members that are not known here are passed over, so an older client reads a newer
service; an outcome that is not known is an error, as nobody could act on it."""

from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from decision_service.client.errors import AnswerError

Json = dict[str, Any]


class Outcome(StrEnum):
    """What a decision comes to."""

    APPROVED = "APPROVED"
    APPROVED_ON_COMMITMENT = "APPROVED_ON_COMMITMENT"
    ACCEPTED_TOLERANT = "ACCEPTED_TOLERANT"
    PARTIALLY_APPROVED = "PARTIALLY_APPROVED"
    CORRECTION_REQUIRED = "CORRECTION_REQUIRED"
    REFERRED = "REFERRED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    REJECTED = "REJECTED"


class _Personal(msgspec.Struct, frozen=True):
    """An answer that concerns a person: `repr`, and rich by it, show no more than its number."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class Text(msgspec.Struct, frozen=True):
    """A text in Chinese and in English."""

    zh: str
    en: str


class Reason(msgspec.Struct, frozen=True):
    """A sentence of a decision. `facts` are the fields and registers that it is about."""

    code: str
    rule: str
    zh: str
    en: str
    basis: list[str] = []
    facts: list[str] = []


class PolicyVersion(msgspec.Struct, frozen=True):
    """The rules that decided."""

    version: str
    digest: str
    effective_from: str
    illustrative: bool = False


class Verification(msgspec.Struct, frozen=True):
    """A register that was asked, or a credential that stood for it."""

    register: str
    status: str
    data_as_of: str | None = None
    request_id: str | None = None
    digest: str | None = None
    elapsed_ms: int = 0


class Item(msgspec.Struct, frozen=True):
    """One item of an application with several, with an outcome of its own. `amount` is money as text."""

    item: str
    outcome: Outcome
    reasons: list[Reason] = []
    amount: str | None = None


class Obligation(msgspec.Struct, frozen=True):
    """What is owed after an approval, by a day where one is set."""

    code: str
    zh: str
    en: str
    due_on: str | None = None


class NextStep(msgspec.Struct, frozen=True):
    """What comes next: from when an officer continues (`at`), or from when to apply again (`on`)."""

    zh: str
    en: str
    on: str | None = None
    at: str | None = None


class Record(msgspec.Struct, frozen=True):
    """The place in the log."""

    index: int
    leaf: str
    signature: str


class Feedback(msgspec.Struct, frozen=True):
    """The keys to rate a closed case once and to complain of it."""

    complaint_key: str
    rating_key: str | None = None


class Decision(_Personal, frozen=True, kw_only=True):
    """A decision. `raw` are its bytes as they came: file them, a receipt is checked against them. `replayed`: an
    earlier request under the same key was answered with it first."""

    decision_id: str
    application_id: str
    matter: str
    policy: PolicyVersion
    as_of: str
    decided_at: str
    outcome: Outcome
    outcome_text: Text
    reasons: list[Reason]
    advice: list[Reason] = []
    notes: list[Reason] = []
    result: Json = {}
    items: list[Item] = []
    obligations: list[Obligation] = []
    remedies: Json | None = None
    next_step: NextStep | None = None
    verifications: list[Verification] = []
    parties: Json | None = None
    feedback: Feedback | None = None
    replaces: str | None = None
    mark: Text | None = None
    record: Record
    # Not of the wire: set by `read_decision`, whatever a text may hold under these names.
    raw: bytes = msgspec.field(default=b"", name="(raw)")
    replayed: bool = msgspec.field(default=False, name="(replayed)")

    def __repr__(self) -> str:
        """Without what concerns the person."""
        return f"Decision({self.outcome.value}, {self.decision_id!r})"


class BundleDecision(_Personal, frozen=True, kw_only=True):
    """What a bundle comes to, and the decision of each of its matters."""

    bundle: str
    application_id: str
    outcome: Outcome
    outcome_text: Text
    parts: dict[str, Decision]

    def __repr__(self) -> str:
        """Without what concerns the person."""
        return f"BundleDecision({self.outcome.value}, {self.bundle!r})"


class Explained(msgspec.Struct, frozen=True):
    """One rule and how it stands: `state` is holds, fails, unknown or silent."""

    rule: str
    zh: str
    en: str
    state: str
    state_text: Text
    basis: list[str] = []
    fields: list[Json] = []
    sources: list[Json] = []


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a decision came out as it did."""

    decision_id: str
    outcome: Outcome
    outcome_text: Text
    rules: list[Explained]
    reasons: list[Reason] = []
    advice: list[Reason] = []
    notes: list[Reason] = []


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A request for an officer that is on file."""

    review_id: str
    decision_id: str
    requested_at: str


class Waiting(msgspec.Struct, frozen=True):
    """Since when an officer is waited for, and until when; null where the working days of that year are not known."""

    since: str
    due: str | None = None


class Case(_Personal, frozen=True, kw_only=True):
    """How a case stands: `status` is decided, waiting, officer_outcome or decided_again (then see `replaced_by`)."""

    decision_id: str
    application_id: str
    matter: str
    status: str
    status_text: Text
    waiting: Waiting | None = None
    officer_outcome: Json | None = None
    replaced_by: str | None = None
    under_review: bool = False
    reviews: list[Json] = []
    hearing: list[Json] = []
    rating: Json | None = None
    complaints: list[Json] = []

    def __repr__(self) -> str:
        """Without what concerns the person."""
        return f"Case({self.status}, {self.decision_id!r})"


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """A rating that is on record."""

    level: int
    rated_at: str


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint that is on record; the reply will stand in the case."""

    complaint_id: str
    complained_at: str


class MatterInForce(msgspec.Struct, frozen=True, kw_only=True):
    """A matter that is served today."""

    matter: str
    zh: str
    en: str
    item_code: str
    version: str
    digest: str
    illustrative: bool = False
    suspended: bool = False
    deadline_ms: int = 0


class Precheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a form meets with before it is submitted."""

    matter: str
    ready: bool
    correct: list[Reason]
    would_ask: list[Json]


class Suggestion(_Personal, frozen=True, kw_only=True):
    """A value for a field of the form, and whose it is. It counts only once it is submitted."""

    field: str
    value: Any
    confirmable: bool = False
    sources: list[Json] = []

    def __repr__(self) -> str:
        """Without its value."""
        return f"Suggestion({self.field!r})"


class Prefill(msgspec.Struct, frozen=True, kw_only=True):
    """What a form can be filled with."""

    matter: str
    suggestions: list[Suggestion]
    left_out: list[Json]
    correct: list[Reason]


Answer = TypeVar("Answer")


def read(body: bytes, kind: type[Answer]) -> Answer:
    """The answer in `body`. Raises AnswerError, which says where it is not as it should be."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        place = str(error).rpartition(" - at ")[2] if isinstance(error, msgspec.ValidationError) else "the whole"
    raise AnswerError(f"not {kind.__name__} as this client knows it: {place}", body)


def read_decision(body: bytes, *, replayed: bool) -> Decision:
    """The decision in `body`, with its bytes. Raises AnswerError."""
    return msgspec.structs.replace(read(body, Decision), raw=body, replayed=replayed)
