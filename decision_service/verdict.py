"""What an engine answers: findings, outcome and result. Two verdicts are compared whole, by equality."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from decision_service.facts import Cause
from decision_service.outcome import Outcome
from verifiers.frozen import quickly_made
from verifiers.kinds import Value


class State(StrEnum):
    """How one rule stands."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"
    SILENT = "silent"  # not told: its item was not applied for, the form is to blame, or its answer could not matter


@quickly_made
@dataclass(frozen=True, slots=True)
class Finding:
    """How one rule stands, and what follows.

    `alternative` is the place of the consequence that follows from FAILS. `causes` are those of UNKNOWN.
    `outcome` is what follows, None for HOLDS and SILENT. `told` are the values that the consequence states.
    """

    rule: str
    state: State
    outcome: Outcome | None = None
    alternative: int | None = None
    causes: frozenset[Cause] = frozenset()
    told: Mapping[str, Value] = field(default_factory=dict)


@quickly_made
@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """One item applied for: its outcome, and its amount where it is approved."""

    item: str
    outcome: Outcome
    amount: Value = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Verdict:
    """An engine's whole answer.

    `findings` are in the order of the policy's rules; the last may be the finding RESULT (state UNKNOWN) when an
    approval would follow but something that it grants is not known. `result` are the granted values, empty unless
    something is granted. `notes` are the codes of notes that apply.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    items: tuple[ItemVerdict, ...] = ()
    result: Mapping[str, Value] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


RESULT = "result"
"""The rule name of the finding that something to be granted is not known."""
