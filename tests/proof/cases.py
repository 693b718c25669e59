"""Proofs that hold and, for each, the ways to spoil it that the published test vectors of RFC 6962 have as well.

The published set (github.com/transparency-dev/merkle, testdata) holds 98 inclusion, 98 consistency and 322 subtree
cases. These are as many, of the same kinds, made from the definitions of the standard over the eight leaves that
every implementation tests with. Where that set lets roots of 16 bytes pass (three cases: "sizes are equal"), these
don't: a hash has 32 bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.proof import oracle

EIGHT = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
EIGHT.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
SOME = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
EMPTY = oracle.mth([])


@dataclass(frozen=True)
class Inclusion:
    """A claim that a leaf is in a tree, and whether it holds."""

    what: str
    index: int
    size: int
    leaf: bytes
    root: bytes
    proof: list[bytes]
    holds: bool = False


@dataclass(frozen=True)
class Consistency:
    """A claim that one tree begins another, and whether it holds."""

    what: str
    old: int
    new: int
    old_root: bytes
    new_root: bytes
    proof: list[bytes]
    holds: bool = False


def flipped(proof: list[bytes], at: int, bit: int) -> list[bytes]:
    """The proof with one bit of its element `at` flipped."""
    return [*proof[:at], bytes([proof[at][0] ^ 1 << bit]) + proof[at][1:], *proof[at + 1 :]]


def inclusion(index: int, d: oracle.Leaves) -> Iterator[Inclusion]:
    """The proof of the leaf at `index`, and all that is nearly it."""
    size, leaf, root, proof = len(d), oracle.mth([d[index]]), oracle.mth(d), oracle.path(index, d)
    good = Inclusion("good", index, size, leaf, root, proof, holds=True)
    bad = replace(good, holds=False)
    yield good
    for other in (index - 1, index + 1, index ^ 2):
        yield replace(bad, what=f"index {other}", index=other)
    for other in (size * 2, size // 2):
        yield replace(bad, what=f"size {other}", size=other)
    yield replace(bad, what="leaf of other length", leaf=b"WrongLeaf")
    yield replace(bad, what="root of the empty tree", root=EMPTY)
    yield replace(bad, what="some root", root=SOME)
    for extra in (b"", root):
        yield replace(bad, what="more behind", proof=[*proof, extra])
        yield replace(bad, what="more before", proof=[extra, *proof])
    for at in range(len(proof)):
        yield replace(bad, what=f"bit of {at} flipped", proof=flipped(proof, at, 3))
    if proof:
        yield replace(bad, what="last removed", proof=proof[:-1])
    if len(proof) > 1:
        yield replace(bad, what="inserted", proof=[proof[0], SOME, *proof[1:]])


def odd_inclusion() -> Iterator[Inclusion]:
    """Trees of no or one leaf, with hashes that are none."""
    for index, size in ((0, 0), (0, 1), (1, 0), (2, 1)):
        for leaf, root in ((SOME, b""), (b"", EMPTY), (SOME, EMPTY)):
            yield Inclusion("odd", index, size, leaf, root, [])
    only = oracle.mth([b"data"])
    for leaf, root in ((only, only), (b"", only), (only, b""), (b"", b"")):
        yield Inclusion("single", 0, 1, leaf, root, [], holds=leaf == root == only)


def consistency(old: int, d: oracle.Leaves) -> Iterator[Consistency]:
    """The proof from the first `old` leaves to all, and all that is nearly it."""
    new, first, second = len(d), oracle.mth(d[:old]), oracle.mth(d)
    proof = oracle.proof(old, d) if 0 < old < new else []
    good = Consistency("good", old, new, first, second, proof, holds=True)
    bad = replace(good, holds=False)
    yield good
    if not proof:
        return
    for other in (old - 1, old + 1, old ^ 2):
        yield replace(bad, what=f"old {other}", old=other)
    for other in (new * 2, new // 2):
        yield replace(bad, what=f"new {other}", new=other)
    yield replace(bad, what="old root of other length", old_root=b"WrongRoot")
    yield replace(bad, what="new root of other length", new_root=b"WrongRoot")
    yield replace(bad, what="roots swapped", old_root=second, new_root=first)
    yield replace(bad, what="nothing", proof=[])
    for extra in (b"", first, second):
        yield replace(bad, what="more behind", proof=[*proof, extra])
        yield replace(bad, what="more before", proof=[extra, *proof])
    yield replace(bad, what="first twice", proof=[proof[0], *proof])
    yield replace(bad, what="last removed", proof=proof[:-1])
    for at in range(len(proof)):
        yield replace(bad, what=f"bit of {at} flipped", proof=flipped(proof, at, 4))


def odd_consistency() -> Iterator[Consistency]:
    """Sizes and roots between which there is nothing to prove."""
    one, two = b"don't care 1", b"don't care 2"
    leaf = oracle.mth([b""])
    yield Consistency("same tree", 1, 1, leaf, leaf, [], holds=True)
    yield Consistency("from nothing", 0, 1, EMPTY, leaf, [], holds=True)
    for old, new in ((0, 0), (1, 1), (0, 1), (1, 0), (2, 1), (1, 2)):
        yield Consistency("roots that are none", old, new, one, two, [])
    yield Consistency("the same root that is none", 0, 0, one, one, [])
    yield Consistency("the same root that is none", 1, 1, two, two, [])
    yield Consistency("proof of nothing", 0, 0, EMPTY, EMPTY, [EMPTY])
    yield Consistency("proof of the same", 1, 1, EMPTY, EMPTY, [EMPTY])
    yield Consistency("proof from nothing", 0, 1, EMPTY, EMPTY, [EMPTY])
    yield Consistency("some tree of size none", 0, 0, leaf, leaf, [])


def all_inclusion(d: oracle.Leaves = EIGHT) -> list[Inclusion]:
    """Five proofs with what spoils them, and the odd ones."""
    pairs = ((0, 1), (0, 8), (5, 8), (2, 3), (1, 5))
    return [*(case for index, size in pairs for case in inclusion(index, d[:size])), *odd_inclusion()]


def all_consistency(d: oracle.Leaves = EIGHT) -> list[Consistency]:
    """Five proofs with what spoils them, and the odd ones."""
    pairs = ((1, 1), (1, 8), (6, 8), (2, 5), (6, 7))
    return [*(case for old, new in pairs for case in consistency(old, d[:new])), *odd_consistency()]
