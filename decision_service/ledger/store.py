"""What a place that keeps the ledger must do: the protocols `Store` and `TreeStore`, and what it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from decision_service.ledger.entry import Entry, Recorded
from decision_service.proof.merkle import Node


@dataclass(frozen=True, slots=True)
class ByKey:
    """The record that `caller` got for this idempotency key: none or one."""

    caller: str
    key: str


@dataclass(frozen=True, slots=True)
class ByDecision:
    """The decision of this id: none or one. With a `caller`, none where it is another's: the store looks for both at
    once, so that how long it takes does not tell whether somebody else has such a decision."""

    decision_id: str
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Everything on record of one decision's case, the decision itself first, oldest first."""

    decision_id: str


@dataclass(frozen=True, slots=True)
class ByKind:
    """All records of a kind other than decisions, oldest first. For kinds that stay few, such as suspensions."""

    kind: str


@dataclass(frozen=True, slots=True)
class BySubject:
    """All records that hold facts of the person of this mark, oldest first."""

    subject: bytes


@dataclass(frozen=True, slots=True)
class ByApplication:
    """All decisions on an application of `caller`, oldest first; the last is the one that stands."""

    caller: str
    application_id: str


@dataclass(frozen=True, slots=True)
class OfApplication:
    """All decisions on applications of this number, whichever caller's, oldest first. For those who look over the
    shoulders of all callers: it looks once for each caller there is."""

    application_id: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions among the `count` records from index `start`, of `matter` unless that is empty, oldest first. A
    stretch at a time, for searches through millions."""

    start: int
    count: int
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """What was there before a request: the record that `caller` got for its key, and all decisions on its application,
    oldest first. One look for both, as every request begins with it."""

    caller: str
    key: str
    application_id: str


@dataclass(frozen=True, slots=True)
class Last:
    """The newest record of the log: none or one."""


READ_LIMIT: Final = 1000
"""Most records of one `read`: a reader of millions comes back, so that others get their turn."""

Query = ByKey | ByDecision | About | ByKind | BySubject | ByApplication | OfApplication | Decisions | Before | Last


class Refusal(Enum):
    """Why an entry was not written, while the others of its batch were."""

    KEY_CONFLICT = "key conflict"
    RECORD_TAKEN = "record taken"


def standing_for(entry: Entry, standing: Recorded) -> Recorded | Refusal:
    """What an entry gets whose key stands already: that record if it is the same request, else a refusal. Of a record
    whose contents were erased nobody can tell any more: it is given back as it is."""
    if standing.entry.is_erased or standing.entry.fingerprint == entry.fingerprint:
        return standing
    return Refusal.KEY_CONFLICT


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

    def subjects_before(self, before: str, after: bytes, most: int) -> list[bytes]:
        """At most `most` marks behind `after`, in their order, of whom all records are older than the instant `before`.
        For retention: it looks through old records alone."""

    def close(self) -> None:
        """Let go of the medium; what was appended stays."""


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed checkpoint of the log's first `size` records: the note as the log signed it, and the lines that
    witnesses added to it."""

    size: int
    note: str
    cosignatures: str = ""

    @property
    def text(self) -> str:
        """The note with all its signatures."""
        return self.note + self.cosignatures

    def cosignatures_beyond(self, standing: "StoredCheckpoint") -> str:
        """Those of its cosignatures that `standing`, of the same size, lacks."""
        lines = self.cosignatures.splitlines(keepends=True)
        return "".join(one for one in lines if one not in standing.cosignatures)


class TreeStore(Protocol):
    """The Merkle tree over the records, which `Store.append` makes grow in the same transaction. Used from several
    threads. Each method raises LedgerFaultError when the medium fails."""

    def size(self) -> int:
        """How many records there are."""

    def hashes(self, nodes: Sequence[Node]) -> list[bytes]:
        """The hashes of complete subtrees (level 0: leaves), in the order of `nodes`."""

    def keep_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint; on the medium when this returns. One of that size that stands already stays, and takes
        over cosignatures that it lacks."""

    def last_checkpoint(self) -> StoredCheckpoint | None:
        """The checkpoint of the largest size."""

    def tidy(self) -> None:
        """Do what the medium needs done now and then, such as moving the write-ahead log into the file, beside the work
        and never in its way."""


class BothStores(Store, TreeStore, Protocol):
    """A place that keeps the records and the tree over them."""
