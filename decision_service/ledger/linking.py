"""Entries become records: sealed, chained to the one before, signed, and taken into the tree. What every store does
alike.

A store reads the head inside its write transaction, makes a `Chain` from it, and writes what the chain gives. Nothing
that is remembered from one transaction to the next is trusted without comparing it with the head that was read.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from decision_service.ledger.entry import Entry, Envelope, Recorded, require_unchanged, statement_of
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keyring import KeyRing
from decision_service.ledger.keys import Signer
from decision_service.ledger.sealing import seal, unseal
from decision_service.proof.merkle import Growth, Node, Read, frontier
from decision_service.proof.note import NoteError, VerifierKey
from decision_service.proof.signature import signed_bytes
from decision_service.proof.statement import genesis, leaf

REMEMBERED: Final = 16_384

KeyIdOf = Callable[[bytes], bytes | None]
"""Looks up, in the records, the name of the key that a subject's facts were last sealed under; None if none was."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest record: its index and leaf. Before the first record the index is -1 and the leaf the log's genesis."""

    index: int
    leaf: bytes


class Linker:
    """What turns entries into records of one log: its name, the key that signs, the ring that seals.

    Raises LedgerRefusedError for a name that no signed note can carry.
    """

    def __init__(self, log: str, signer: Signer, ring: KeyRing) -> None:
        self.log = log
        self.signer = signer
        self.ring = ring
        self._key_ids: dict[bytes, bytes] = {}
        self._tree: tuple[Head, Growth] | None = None
        require_name(log)

    def chain(self, head: Head | None, read: Read, key_id_of: KeyIdOf) -> "Chain":
        """The chain that goes on behind `head` (None: an empty log)."""
        head = head or Head(-1, genesis(self.log))
        tree, self._tree = self._tree, None
        if tree is not None and tree[0] == head:
            growth = tree[1]
        else:
            growth = Growth(head.index + 1, read(frontier(head.index + 1)))
        return Chain(self, head, growth, key_id_of)

    def committed(self, chain: "Chain") -> None:
        """What `chain` added is on the medium: the next one can go on from it."""
        self._tree = (chain.head, chain.growth)

    def envelope(self, entry: Entry, key_id_of: KeyIdOf) -> Envelope:
        """The contents of an entry, sealed."""
        if entry.contents is None:
            raise ValueError("entry.contents: an erased entry can't be recorded")
        if not entry.subject:
            return seal(entry, entry.contents, b"", None)
        key_id, key = self._key_of(entry.subject, key_id_of)
        return seal(entry, entry.contents, key_id, key)

    def _key_of(self, subject: bytes, key_id_of: KeyIdOf) -> tuple[bytes, bytes]:
        key_id = self._key_ids.get(subject) or key_id_of(subject)
        key = None if key_id is None else self.ring.key(key_id)
        if key_id is None or key is None:  # somebody new, or somebody whose earlier facts were erased
            key_id, key = self.ring.new()
        if len(self._key_ids) >= REMEMBERED:
            self._key_ids.pop(next(iter(self._key_ids)))
        self._key_ids[subject] = key_id
        return key_id, key


class Chain:
    """The records of one transaction, one behind the other."""

    def __init__(self, linker: Linker, head: Head, growth: Growth, key_id_of: KeyIdOf) -> None:
        self.head = head
        self.growth = growth
        self.nodes: list[tuple[Node, bytes]] = []
        self._linker = linker
        self._key_id_of = key_id_of

    def link(self, entry: Entry) -> Recorded:
        """The record that `entry` becomes if it comes next."""
        linker, index = self._linker, self.head.index + 1
        envelope = linker.envelope(entry, self._key_id_of)
        digest = leaf(statement_of(entry, envelope).to_bytes(), self.head.leaf)
        return Recorded(
            log=linker.log,
            index=index,
            previous=self.head.leaf,
            leaf=digest,
            signature=linker.signer.sign(signed_bytes(linker.log, index, digest)),
            public_key=linker.signer.public_key,
            entry=entry,
            envelope=envelope,
        )

    def accept(self, recorded: Recorded) -> None:
        """The record is written: the next one stands behind it. Its subtrees wait in `nodes` to be written too."""
        self.head = Head(recorded.index, recorded.leaf)
        self.nodes += self.growth.append(recorded.leaf)


def opened(recorded: Recorded, ring: KeyRing) -> Recorded:
    """A record as it was read, checked against its leaf, with the contents that were sealed in it; without them where
    their key was destroyed. Raises ValueError if a byte was changed since it was made."""
    require_unchanged(recorded)
    key_id, key = recorded.envelope.key_id, None
    if key_id:
        key = ring.key(key_id)
        if key is None:
            return recorded
    contents, shown_salt, withheld_salt = unseal(recorded.entry, recorded.envelope, key)
    return replace(
        recorded,
        entry=replace(recorded.entry, contents=contents),
        envelope=replace(recorded.envelope, shown_salt=shown_salt, withheld_salt=withheld_salt),
    )


def require_name(log: str) -> None:
    """Raises LedgerRefusedError unless `log` can name a log and its key in signed notes."""
    try:
        VerifierKey(log, bytes(32))
        log.encode()
    except (NoteError, UnicodeEncodeError):
        raise LedgerRefusedError(
            "ledger: the name of the log must be one line of text without spaces and without '+'"
        ) from None
