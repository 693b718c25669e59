"""Where an auditor's walk over a ledger stands: what the next record must be, and what was found wrong so far."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from decision_service.ledger import schema
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.errors import LedgerFaultError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.linking import opened
from decision_service.proof.merkle import Growth, Node
from decision_service.proof.note import Checkpoint, NoteError, VerifierKey, open_note
from decision_service.proof.signature import key_id, signature_holds, signed_bytes
from decision_service.proof.statement import DIGEST_BYTES, genesis, leaf


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in words without values, and at which index; None where it is the file as a whole."""

    index: int | None
    what: str


@dataclass(slots=True)
class Walk:
    """The walk over the log `log`, from its first record on. See `verify.Known` for what it is given."""

    log: str
    trusted: Collection[bytes] | None
    held: Mapping[int, bytes]
    ring: KeyRing | None
    previous: bytes = b""
    expected: int = 0
    records: int = 0
    decisions: int = 0
    bad: int = 0
    read: int = 0
    erased: int = 0
    nodes: int = 0
    checkpoints: int = 0
    first: Finding | None = None
    keys: dict[str, int] = field(default_factory=dict)
    growth: Growth = field(default_factory=lambda: Growth(0, ()))
    _signers: set[bytes] = field(default_factory=set)
    _stored: dict[int, str] = field(default_factory=dict)
    _noted: dict[int, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.previous = genesis(self.log)

    def expect_checkpoints(self, stored: Mapping[int, str], noted: Iterable[Checkpoint]) -> None:
        """The checkpoints that lie in the ledger, by size, and those that someone else kept."""
        self._stored = dict(stored)
        for checkpoint in noted:
            self._noted.setdefault(checkpoint.size, []).append(checkpoint.root)
            if checkpoint.origin != self.log:
                self.note(None, "a checkpoint that someone kept is of another log")

    def visit(self, row: schema.Row) -> list[tuple[Node, bytes]]:
        """Check the next row, then go on from its own leaf, so that one wrong record isn't told of all that follow.
        Answers the subtrees that it completes."""
        position, digest = row[0], row[1]
        what = self._fault(row)
        if what is not None:
            self.bad += 1
            self.note(min(position, self.expected), what)
        self.records += 1
        self.decisions += row[2] == DECISION
        self.expected = position + 1
        self.previous = digest
        completed = self.growth.append(digest) if len(digest) == DIGEST_BYTES else []
        self.nodes += len(completed)
        self._look_at_checkpoints()
        return completed

    def spoil(self, what: str) -> None:
        """Something that belongs to the record just visited is wrong."""
        self.bad += 1
        self.note(self.expected - 1, what)

    def note(self, index: int | None, what: str) -> None:
        """Keep the first finding."""
        if self.first is None:
            self.first = Finding(index, what)

    def end(self) -> None:
        """Records that someone holds a receipt or a checkpoint of, and that the ledger no longer reaches."""
        beyond = [index for index in self.held if index >= self.expected]
        if beyond:
            self.note(self.expected, f"missing: a receipt of record {max(beyond)} exists, the ledger ends before")
        later = [size for size in (*self._stored, *self._noted) if size > self.expected]
        if later:
            self.note(self.expected, f"missing: a checkpoint of {max(later)} records exists, the ledger ends before")

    def _look_at_checkpoints(self) -> None:
        size = self.growth.size
        for root in self._noted.get(size, ()):
            if root != self.growth.root:
                self.spoil(
                    "the records up to here are not those of a checkpoint that someone kept: history was rewritten"
                )
        text = self._stored.get(size)
        if text is not None:
            self.checkpoints += 1
            what = self._checkpoint_fault(text)
            if what is not None:
                self.spoil(what)

    def _checkpoint_fault(self, text: str) -> str | None:
        keys = self._signers if self.trusted is None else self.trusted
        try:
            noted = open_note(text, [VerifierKey(self.log, key) for key in keys])
            checkpoint = Checkpoint.parse(noted.body)
        except NoteError as error:
            return f"the checkpoint after this record does not hold ({error})"
        if checkpoint != Checkpoint(self.log, self.growth.size, self.growth.root):
            return "the checkpoint after this record states another tree"
        return None

    def _fault(self, row: schema.Row) -> str | None:
        if row[0] != self.expected:
            return f"missing: the next record found is {row[0]}"
        try:
            recorded = schema.from_row(self.log, row)
            if len(recorded.leaf) != DIGEST_BYTES:
                return "the leaf is not a digest"
            if leaf(recorded.statement().to_bytes(), self.previous) != recorded.leaf:
                return "the leaf is not that of this record after the one before: changed, moved or put in between"
        except (ValueError, TypeError, AttributeError) as error:
            return f"not a record ({error})"
        return self._signature_fault(recorded) or self._contents_fault(recorded)

    def _signature_fault(self, recorded: Recorded) -> str | None:
        name = key_id(recorded.public_key)
        self.keys[name] = self.keys.get(name, 0) + 1
        self._signers.add(recorded.public_key)
        if self.trusted is not None and recorded.public_key not in self.trusted:
            return f"signed under key {name}, which is not trusted"
        if not signature_holds(
            recorded.public_key, recorded.signature, signed_bytes(self.log, recorded.index, recorded.leaf)
        ):
            return "the signature is not of this record"
        if self.held.get(recorded.index, recorded.leaf) != recorded.leaf:
            return "another record stands here than the receipt that someone holds"
        return None

    def _contents_fault(self, recorded: Recorded) -> str | None:
        if self.ring is None:
            return None
        try:
            erased = opened(recorded, self.ring).entry.is_erased
        except (ValueError, LedgerFaultError) as error:
            return f"the contents are not what the record binds ({error})"
        if erased:
            self.erased += 1
        else:
            self.read += 1
        return None
