"""Facts as the rules see them: known, or unknown with its cause. Plain data; nothing here asks anybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from decision_service.outcome import Outcome
from verifiers.frozen import quickly_made
from verifiers.kinds import Value


class Why(StrEnum):
    """Why a fact is unknown."""

    NOT_ASKED = "not_asked"
    LATE = "late"
    FAULTY = "faulty"
    STALE = "stale"
    NO_RECORD = "no_record"
    PAPER_OFFERED = "paper_offered"  # no record, and the guide offers a paper instead
    PAPER_GIVEN = "paper_given"  # no record, and that paper was handed in: a person must read it
    FORM = "form"  # a field of the form is missing or wrong, which is told as such
    CALENDAR = "calendar"  # the working days of that year are not published
    TABLE = "table"  # no row of a table fits, or more than one of a unique table


class Cause(NamedTuple):
    """One thing that is not known: why, and whose it is (a register, a form field, a table, a year)."""

    why: Why
    source: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known, with every cause that keeps it so."""

    causes: frozenset[Cause]

    @staticmethod
    def of(why: Why, source: str) -> "Unknown":
        """The unknown with a single cause."""
        return _single(why, source)


@lru_cache(1024)
def _single(why: Why, source: str) -> Unknown:
    """One object for each: every decision has many, about the same few registers and fields."""
    return Unknown(frozenset({Cause(why, source)}))


Fact: TypeAlias = Value | Unknown

REFERRALS: Mapping[Why, str] = {
    Why.NOT_ASKED: "R01_VERIFIER_UNAVAILABLE",
    Why.LATE: "R01_VERIFIER_UNAVAILABLE",
    Why.FAULTY: "R01_VERIFIER_UNAVAILABLE",
    Why.STALE: "R02_STALE_DATA",
    Why.NO_RECORD: "R04_NO_RECORD",
    Why.PAPER_GIVEN: "R08_NEEDS_JUDGEMENT",
    Why.CALENDAR: "R17_CALENDAR_UNKNOWN",
    Why.TABLE: "R08_NEEDS_JUDGEMENT",
}
"""The reason with which an unknown rule is referred, by cause."""

PAPER_CODE = "C04_MATERIAL_NEEDED"
"""The reason with which an unknown rule is sent back where nothing but a paper of the guide is lacking."""


def unknown_outcome(causes: Iterable[Cause]) -> Outcome | None:
    """What an unknown rule comes to: None where the form is to blame (told as such), CORRECTION_REQUIRED where all
    that is lacking is a paper that the guide offers, else REFERRED. A paper is never asked for while a register is
    merely slow (RQ-C1)."""
    whys = {cause.why for cause in causes}
    if Why.FORM in whys:
        return None
    return Outcome.CORRECTION_REQUIRED if whys == {Why.PAPER_OFFERED} else Outcome.REFERRED


@quickly_made
@dataclass(frozen=True, slots=True)
class FactSheet:
    """All that is known of one application at one moment.

    `form` has every field of the form: its value, None where an optional one is blank, or Unknown (Why.FORM).
    `registers` has every register that the policy may ask: its facts by field, or the Unknown that stands for all of
    them. `items` are the items applied for (empty where the matter has none). `form_outcome` is what the defects of
    the form come to by themselves, or None. `working_days` are the published years: year -> days off that would
    otherwise be, and extra working days, resolved into a set of working days.
    """

    as_of: date
    form: Mapping[str, Fact] = field(repr=False)
    registers: Mapping[str, Mapping[str, Value] | Unknown] = field(repr=False)
    items: tuple[str, ...] = ()
    form_outcome: Outcome | None = None
    calendar: Mapping[int, frozenset[date]] = field(default_factory=dict)

    def fact(self, register: str, name: str) -> Fact:
        """One field of a register's answer."""
        answer = self.registers[register]
        return answer if isinstance(answer, Unknown) else answer[name]
