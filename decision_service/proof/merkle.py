"""The Merkle tree of the log: RFC 6962 section 2.1, its proofs verified as RFC 9162 section 2.1 says. Pure functions.

A tree over n leaves is cut into complete subtrees, one for each bit of n: its `frontier`. Every hash of a proof is the
root of a run of leaves that is itself made of few complete subtrees, and a complete subtree never changes once the log
has grown past it: so a log keeps the hashes of complete subtrees, and a proof reads a few of them.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
"""Length of every hash of the tree: SHA-256."""

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of the tree without leaves."""


class ProofError(ValueError):
    """The proof does not show what it should; the text says why and holds no value."""


class Node(NamedTuple):
    """The complete subtree over leaves `index << level` up to, not including, `(index + 1) << level`."""

    level: int
    index: int  # type: ignore[assignment]  # nobody looks for a value in a node: it hides the method of tuples


Read = Callable[[Sequence[Node]], Sequence[bytes]]
"""Looks up hashes of complete subtrees, in the order they are asked for; those of level 0 are the leaf hashes."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def frontier(size: int) -> list[Node]:
    """The complete subtrees of a tree of `size` leaves, left to right: one for each bit of `size`, largest first."""
    return _cover(0, size)


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root of the tree whose frontier has these hashes."""
    remaining = list(hashes)
    if not remaining:
        return EMPTY_ROOT
    root = remaining.pop()
    while remaining:
        root = node_hash(remaining.pop(), root)
    return root


class Growth:
    """A tree that grows leaf by leaf, and needs nothing but the hashes of its frontier to do so."""

    def __init__(self, size: int, frontier_hashes: Sequence[bytes]) -> None:
        """Go on from a tree of `size` leaves; raises ValueError if the hashes can't be those of its frontier."""
        if (
            size < 0
            or len(frontier_hashes) != size.bit_count()
            or any(len(one) != HASH_BYTES for one in frontier_hashes)
        ):
            raise ValueError("these are not the hashes of the frontier of a tree of this size")
        self.size = size
        self._hashes = list(frontier_hashes)

    @property
    def frontier(self) -> tuple[bytes, ...]:
        """The hashes of `frontier(size)`."""
        return tuple(self._hashes)

    @property
    def root(self) -> bytes:
        """The root as the tree stands."""
        return root_of(self._hashes)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Take in the next leaf's hash; answers the subtrees above the leaves that it completed, lowest first."""
        if len(leaf) != HASH_BYTES:
            raise ValueError("a leaf's hash has 32 bytes")
        completed = []
        node = Node(0, self.size)
        while node.index & 1:
            leaf = node_hash(self._hashes.pop(), leaf)
            node = Node(node.level + 1, node.index >> 1)
            completed.append((node, leaf))
        self._hashes.append(leaf)
        self.size += 1
        return completed


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """PATH(index, D[size]): the hashes that lead from a leaf to the root, lowest first. Reads once."""
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    start, end, spans = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return _roots(spans[::-1], read)


def consistency_proof(old: int, new: int, read: Read) -> list[bytes]:
    """PROOF(old, D[new]): the hashes that show the tree of `old` leaves to be the beginning of that of `new`.

    Empty where there is nothing to show: from the empty tree, and from a tree to itself. Reads once.
    """
    if not 0 <= old <= new:
        raise ValueError("a tree does not shrink")
    if old == 0:
        return []
    start, end, spans = 0, new, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start > 0:  # else what remains is the whole old tree, whose root the verifier has
        spans.append((start, end))
    return _roots(spans[::-1], read)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless `proof` shows that the leaf with hash `leaf` is at `index` in the tree of that root."""
    _check_hashes([root])
    steps = way_up(leaf, index, size, proof)
    if (steps[-1].above if steps else leaf) != root:
        raise ProofError("the proof leads to another root")


class Climbed(NamedTuple):
    """One step from a leaf to the root: the hash beside, whether that stands on the left, and the hash above both."""

    beside: bytes
    is_left: bool
    above: bytes


def way_up(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> list[Climbed]:
    """The steps by which `proof` leads from the leaf with hash `leaf` at `index` up to a root of a tree of that size:
    the last one's `above`, or the leaf itself where it is alone. Raises ProofError where it leads to none."""
    _check_hashes([leaf, *proof])
    if not 0 <= index < size:
        raise ProofError("the tree has no leaf at this index")
    position, last, found, steps = index, size - 1, leaf, list[Climbed]()
    for sibling in proof:
        if last == 0:
            raise ProofError("the proof has more hashes than its tree has levels")
        is_left = bool(position & 1) or position == last
        if is_left:
            found = node_hash(sibling, found)
            position, last = _climb(position, last)
        else:
            found = node_hash(found, sibling)
        steps.append(Climbed(sibling, is_left, found))
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the proof ends below the root")
    return steps


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofError unless `proof` shows that the old tree is the beginning of the new one."""
    _check_hashes([old_root, new_root, *proof])
    if not 0 <= old_size <= new_size:
        raise ProofError("the new tree is smaller than the old one")
    for size, root in ((old_size, old_root), (new_size, new_root)):
        if size == 0 and root != EMPTY_ROOT:
            raise ProofError("the tree without leaves has another root")
    if old_size in {0, new_size}:
        if proof:
            raise ProofError("the proof has hashes where nothing is to be shown")
        if old_size == new_size and old_root != new_root:
            raise ProofError("two trees of the same size have different roots")
        return
    # A complete old tree is itself the first hash, so the proof leaves it out.
    hashes = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    found_old, found_new = _climb_both(old_size, new_size, hashes)
    if found_old != old_root:
        raise ProofError("the proof leads to another old root")
    if found_new != new_root:
        raise ProofError("the proof leads to another new root")


def _climb_both(old_size: int, new_size: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots that the hashes of a consistency proof lead to (RFC 9162 section 2.1.4.2)."""
    if not hashes:
        raise ProofError("the proof has no hashes")
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError("the proof has more hashes than its tree has levels")
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            position, last = _climb(position, last)
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the proof ends below the root")
    return old, new


def _climb(position: int, last: int) -> tuple[int, int]:
    """Past the levels where the node at the tree's right edge has no sibling and is passed up as it is."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofError("a hash has not 32 bytes")


def _split(count: int) -> int:
    """The largest power of two smaller than `count`, which is at least 2."""
    return 1 << (count - 1).bit_length() - 1


def _cover(start: int, end: int) -> list[Node]:
    """The complete subtrees of a run of leaves; `start` is a multiple of a power of two not below its length."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def _roots(spans: Sequence[tuple[int, int]], read: Read) -> list[bytes]:
    """The root of each run of leaves."""
    covers = [_cover(start, end) for start, end in spans]
    hashes = iter(read([node for cover in covers for node in cover]))
    return [root_of([next(hashes) for _ in cover]) for cover in covers]
