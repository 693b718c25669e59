"""What a call was made for, as the suffix of its purpose says."""

from typing import Final

from verifiers.journal.records import CallRecord

DEFERRED: Final = ":deferred"
PREFILL: Final = ":prefill"
AGAIN: Final = ":again"
POST_CHECK: Final = ":post_check"


def is_suggestion(call: CallRecord) -> bool:
    """For a form that was being filled in."""
    return call.sent.purpose.endswith(PREFILL)


def is_deferred(call: CallRecord) -> bool:
    """A credit check made after the decision."""
    return call.sent.purpose.endswith(DEFERRED)


def is_again(call: CallRecord) -> bool:
    """To decide a case again that waited for a register."""
    return call.sent.purpose.endswith(AGAIN)


def is_post_check(call: CallRecord) -> bool:
    """A check after a grant."""
    return call.sent.purpose.endswith(POST_CHECK)
