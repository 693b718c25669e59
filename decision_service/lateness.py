"""Whether a case went to an officer for nothing but registers that were late, faulty or out of date."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from decision_service.outcome import Outcome

LATE_CODES: Final = frozenset({"R01_VERIFIER_UNAVAILABLE", "R02_STALE_DATA"})


def blamed(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The registers for which a case was referred, in the order of its reasons; none where anything else referred it,
    or where the answer is itself one that was made again."""
    reasons: Sequence[Mapping[str, Any]] = answer["reasons"]
    if answer["outcome"] != Outcome.REFERRED or "replaces" in answer:
        return ()
    if any(one["code"] not in LATE_CODES for one in reasons):
        return ()
    return tuple(dict.fromkeys(fact for one in reasons for fact in one["facts"]))
