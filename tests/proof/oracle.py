"""RFC 6962 section 2.1, word for word: MTH, PATH and PROOF over a list of leaves. Slow, recursive, and nothing else."""

import hashlib
import random
from collections.abc import Callable, Sequence

from decision_service.proof.merkle import Node

Leaves = Sequence[bytes]


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k = 2 * k
    return k


def mth(d: Leaves) -> bytes:
    """MTH(D[n]): the Merkle Tree Hash."""
    n = len(d)
    if n == 0:
        return hashlib.sha256().digest()
    if n == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = split(n)
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: Leaves) -> list[bytes]:
    """PATH(m, D[n]): the audit path of the leaf m, from 0."""
    n = len(d)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, d[:k]), mth(d[k:])]
    return [*path(m - k, d[k:]), mth(d[:k])]


def proof(m: int, d: Leaves) -> list[bytes]:
    """PROOF(m, D[n]): the consistency proof from the tree of the first m leaves, 0 < m < n."""
    return subproof(m, d, b=True)


def subproof(m: int, d: Leaves, *, b: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    n = len(d)
    if m == n:
        return [] if b else [mth(d)]
    k = split(n)
    if m <= k:
        return [*subproof(m, d[:k], b=b), mth(d[k:])]
    return [*subproof(m - k, d[k:], b=False), mth(d[:k])]


def reading(d: Leaves) -> Callable[[Sequence[Node]], list[bytes]]:
    """Hashes of complete subtrees of the tree over `d`; fails if called twice, or for a subtree that isn't complete."""
    calls = []

    def read(nodes: Sequence[Node]) -> list[bytes]:
        assert not calls, "read more than once"
        calls.append(nodes)
        runs = [d[node.index << node.level : (node.index + 1) << node.level] for node in nodes]
        assert all(len(run) == 1 << node.level for run, node in zip(runs, nodes, strict=True))
        assert len(nodes) <= 4 * max(1, len(d).bit_length())
        return [mth(run) for run in runs]

    return read


def some_leaves(count: int, dice: random.Random) -> list[bytes]:
    """Leaves of different length, some of them the same."""
    return [dice.randbytes(dice.randrange(0, 5)) for _ in range(count)]
