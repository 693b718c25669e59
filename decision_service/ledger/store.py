"""What a place that keeps the ledger must do: the protocol `Store`, and what it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from decision_service.ledger.entry import Entry, Recorded


@dataclass(frozen=True, slots=True)
class ByKey:
    """The decision that `caller` got for this idempotency key: none or one."""

    caller: str
    key: str


@dataclass(frozen=True, slots=True)
class ByDecision:
    """The decision of this id: none or one."""

    decision_id: str


@dataclass(frozen=True, slots=True)
class ByApplication:
    """All decisions on an application of `caller`, oldest first; the last is the one that stands."""

    caller: str
    application_id: str


@dataclass(frozen=True, slots=True)
class Last:
    """The newest record of the log: none or one."""


Query = ByKey | ByDecision | ByApplication | Last


class Refusal(Enum):
    """Why an entry was not written, while the others of its batch were."""

    KEY_CONFLICT = "key conflict"
    DECISION_TAKEN = "decision taken"


class Store(Protocol):
    """Keeps records in one order, for good. Used from several threads.

    Each method but close raises LedgerFaultError when the medium fails.

    INVARIANT: what `append` returned is on the medium, and every later `find` returns the same bytes
    (tests/ledger/test_kill.py, tests/ledger/test_model.py).
    """

    def append(self, entries: Sequence[Entry]) -> list[Recorded | Refusal]:
        """Write `entries` in their order, in one transaction that is on the medium when this returns; one result each.

        An entry whose (caller, key) stands already, in the log or earlier in `entries`, is not written again: its
        result is the record that stands if the fingerprints are equal, else a Refusal. When it raises, none of the
        entries may be answered, though a medium that fails late may have kept them.
        """

    def find(self, query: Query) -> tuple[Recorded, ...]:
        """The records that `query` describes, oldest first."""

    def read(self, start: int, count: int) -> tuple[Recorded, ...]:
        """At most `count` records from index `start`, in order."""

    def close(self) -> None:
        """Let go of the medium; what was appended stays."""
