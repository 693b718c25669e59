"""Outcomes, and the one table that settles which of several wins. Every reading uses this table and no other.

Source of the order: `outcome_precedence` of the domain; why an officer's look (REFERRED) beats a refusal: an officer
should see the whole file when anything at all is doubtful.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """What a decision, or an item of it, comes to."""

    NOT_ACCEPTED = "NOT_ACCEPTED"
    CORRECTION_REQUIRED = "CORRECTION_REQUIRED"
    REFERRED = "REFERRED"
    REJECTED = "REJECTED"
    PARTIALLY_APPROVED = "PARTIALLY_APPROVED"
    ACCEPTED_TOLERANT = "ACCEPTED_TOLERANT"
    APPROVED_ON_COMMITMENT = "APPROVED_ON_COMMITMENT"
    APPROVED = "APPROVED"


PRECEDENCE: tuple[Outcome, ...] = tuple(Outcome)
"""Strongest first: the first that follows from any rule wins. APPROVED is what is left when nothing else follows."""

RANK = {outcome: place for place, outcome in enumerate(PRECEDENCE)}
"""0 is the strongest."""

APPROVALS = frozenset({Outcome.PARTIALLY_APPROVED, Outcome.APPROVED_ON_COMMITMENT, Outcome.APPROVED})
"""Outcomes that grant something."""

FAVOURABLE = APPROVALS | {Outcome.ACCEPTED_TOLERANT}
"""Outcomes that may stand only on known facts."""

REMEDIED = frozenset({Outcome.NOT_ACCEPTED, Outcome.REJECTED, Outcome.PARTIALLY_APPROVED})
"""Outcomes whose notice must carry remedies (domain 2.4)."""


OPEN = frozenset({Outcome.REFERRED, Outcome.CORRECTION_REQUIRED, Outcome.ACCEPTED_TOLERANT})
"""Outcomes after which the case goes on: somebody still has to do something before it is closed."""


def ranked(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Each once, strongest first; sets of texts have no order of their own that would be the same in every run."""
    return sorted(set(outcomes), key=RANK.__getitem__)


def settle(outcomes: Iterable[Outcome]) -> Outcome:
    """The strongest of `outcomes`; APPROVED where there is none."""
    return min(outcomes, key=RANK.__getitem__, default=Outcome.APPROVED)


def settle_items(items: Iterable[Outcome]) -> Outcome:
    """What items come to together: alike: that; some approved and some not: PARTIALLY_APPROVED; else the strongest."""
    settled = tuple(items)
    approved = sum(outcome in APPROVALS for outcome in settled)
    if approved and approved < len(settled):
        return Outcome.PARTIALLY_APPROVED
    return settle(settled)


def weighed_against(together: Outcome, items: Collection[Outcome]) -> Outcome:
    """What an open rule of the whole must reach to matter: the outcome, or where something is granted the item that
    stands best, which such a rule would pull down."""
    return max(items, key=RANK.__getitem__) if items and together in APPROVALS else together


def settle_parts(outcomes: Iterable[Outcome]) -> Outcome:
    """What the parts of a bundle come to: all alike: that; any approval among them: PARTIALLY_APPROVED; else the
    strongest."""
    parts = tuple(outcomes)
    if len(set(parts)) > 1 and any(part in APPROVALS for part in parts):
        return Outcome.PARTIALLY_APPROVED
    return settle(parts)
