"""Whether a case went to an officer only because registers were late or out of date, and waits for them still."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson

from decision_service.ledger.entry import Recorded
from decision_service.outcome import Outcome

LATE_CODES: Final = frozenset({"R01_VERIFIER_UNAVAILABLE", "R02_STALE_DATA"})

UNTOUCHED: Final = frozenset({"rating", "overdue_alarm", "delivery"})
"""Kinds of records after which a case is still nobody's but the machine's. After any other it is left to people."""


def blamed(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The registers for which a case was referred, in the order of its reasons; none where something else did."""
    reasons: Sequence[Mapping[str, Any]] = answer["reasons"]
    if answer["outcome"] != Outcome.REFERRED or any(one["code"] not in LATE_CODES for one in reasons):
        return ()
    return tuple(dict.fromkeys(fact for one in reasons for fact in one["facts"]))


def is_late_still(answer: Mapping[str, Any]) -> bool:
    """Whether a decision rests, beside whatever else, on a register that is late or out of date: made again so, the
    case would have lost its one chance for an answer that may come the next minute."""
    return any(one["code"] in LATE_CODES for one in answer["reasons"])


def waited_for(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The registers for which a case waits: those blamed, unless it stands in another's place already."""
    return () if "replaces" in answer else blamed(answer)


def waits(case: Sequence[Recorded], decisions: Sequence[Recorded]) -> bool:
    """Whether a case, given all its records (its decision first) and all decisions on the application, still waits for
    registers alone: nobody has taken it up or asked for a review, and nothing newer was decided."""
    first = case[0].entry
    if decisions[-1].entry.decision_id != first.decision_id or any(one.entry.is_erased for one in decisions):
        return False
    return all(one.entry.kind in UNTOUCHED for one in case[1:]) and bool(waited_for(orjson.loads(first.answer)))


Word = Literal[
    "decided",  # on record, in the place of the other
    "settled",  # it waits no longer, or can't be decided again at all: it stays with the officer
    "waits",  # a register is late or stale still; nothing is on record
    "credit_owed",  # the credit check is made first, by whoever makes late ones
    "in_work",  # the application is before the desk for something else
    "suspended",
    "rules_missing",  # those that decided are not in the rules folder
    "undecided",  # the engines did not agree, or something broke
    "not_recorded",
]


@dataclass(frozen=True, slots=True)
class Retried:
    """What came of deciding a case again. `came`: for each register that was asked, whether an answer came, whatever it
    said; `answers`: those that can be used by the next try, as the archive writes them."""

    word: Word
    outcome: str = ""
    came: Mapping[str, bool] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
