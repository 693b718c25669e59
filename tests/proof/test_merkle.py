"""P6: the tree and its proofs are those of RFC 6962, and a proof that is not exactly right is refused."""

import random
from dataclasses import replace

import pytest

from decision_service.proof import merkle
from decision_service.proof.merkle import Growth, Node, ProofError
from tests.proof import cases, oracle
from tests.sizes import size

# Of the trees over the first 0 to 8 of those leaves, as Certificate Transparency publishes them
# (github.com/transparency-dev/merkle, testonly/constants.go).
PUBLISHED = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def holds(case: cases.Inclusion | cases.Consistency) -> bool:
    try:
        if isinstance(case, cases.Inclusion):
            merkle.verify_inclusion(case.leaf, case.index, case.size, case.proof, case.root)
        else:
            merkle.verify_consistency(case.old, case.old_root, case.new, case.new_root, case.proof)
    except ProofError:
        return False
    return True


def grown(leaves: oracle.Leaves) -> tuple[Growth, dict[Node, bytes]]:
    growth, nodes = Growth(0, []), {}
    for leaf in leaves:
        nodes.update(growth.append(merkle.leaf_hash(leaf)))
    return growth, nodes


def test_the_roots_are_the_published_ones() -> None:
    growth = Growth(0, [])
    assert growth.root == merkle.EMPTY_ROOT == bytes.fromhex(PUBLISHED[0])
    for leaf, root in zip(cases.EIGHT, PUBLISHED[1:], strict=True):
        growth.append(merkle.leaf_hash(leaf))
        assert growth.root.hex() == root
    assert [oracle.mth(cases.EIGHT[:n]).hex() for n in range(9)] == PUBLISHED


def test_98_inclusion_cases() -> None:
    every = cases.all_inclusion()
    assert len(every) == 98
    assert [case for case in every if holds(case) != case.holds] == []


def test_98_consistency_cases() -> None:
    every = cases.all_consistency()
    assert len(every) == 98
    assert [case for case in every if holds(case) != case.holds] == []


def test_322_subtree_cases() -> None:
    """A subtree is a tree: the left and the right half of a larger one, and runs of leaves that are none."""
    whole = [*cases.EIGHT, *reversed(cases.EIGHT)]
    every: list[cases.Inclusion | cases.Consistency] = [
        *cases.all_inclusion(whole[:8]),
        *cases.all_inclusion(whole[8:]),
        *cases.all_consistency(whole[8:]),
        *(next(cases.consistency(old, whole[8 : 8 + new])) for new in range(1, 6) for old in range(1, new + 1)),
        *(next(cases.consistency(old, whole[8:14])) for old in range(1, 6)),
        *(
            cases.Inclusion("no such run", index - start, end - start, merkle.leaf_hash(b""), cases.EMPTY, [])
            for index, start, end in ((0, 0, 0), (0, 1, 1), (3, 3, 5), (0, 1, 2), (3, 0, 2), (3, 0, 3), (0, 2, 1))
        ),
        cases.Inclusion("no such run", 0, (1 << 63) + 1, merkle.leaf_hash(b""), cases.EMPTY, []),
    ]
    assert len(every) == 322
    assert [case for case in every if holds(case) != case.holds] == []


def test_random_trees_are_those_of_the_oracle() -> None:
    dice = random.Random(6962)
    for _ in range(size("merkle_trees", quick=1000, full=100_000)):
        leaves = oracle.some_leaves(dice.randrange(0, 2 ** dice.randrange(1, 9)), dice)
        count, root = len(leaves), oracle.mth(leaves)
        growth, nodes = grown(leaves)
        assert (growth.size, growth.root) == (count, root)
        assert merkle.root_of(oracle.reading(leaves)(merkle.frontier(count))) == root
        assert all(oracle.reading(leaves)([node]) == [digest] for node, digest in nodes.items())
        old = dice.randrange(0, count + 1)
        proof = merkle.consistency_proof(old, count, oracle.reading(leaves))
        assert proof == (oracle.proof(old, leaves) if 0 < old < count else [])
        merkle.verify_consistency(old, oracle.mth(leaves[:old]), count, root, proof)
        if count:
            index = dice.randrange(count)
            proof = merkle.inclusion_proof(index, count, oracle.reading(leaves))
            assert proof == oracle.path(index, leaves)
            merkle.verify_inclusion(merkle.leaf_hash(leaves[index]), index, count, proof, root)


@pytest.mark.parametrize("count", [*range(1, 34), 63, 64, 65])
def test_every_proof_of_a_tree_holds(count: int) -> None:
    leaves = [bytes([index]) for index in range(count)]
    root = oracle.mth(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle.inclusion_proof(index, count, oracle.reading(leaves))
        merkle.verify_inclusion(merkle.leaf_hash(leaf), index, count, proof, root)
    for old in range(count + 1):
        proof = merkle.consistency_proof(old, count, oracle.reading(leaves))
        merkle.verify_consistency(old, oracle.mth(leaves[:old]), count, root, proof)


def spoiled(proof: list[bytes]) -> list[list[bytes]]:
    """Every bit of every byte flipped; elements taken away, doubled, put in, cut, stretched; two exchanged."""
    bits = [
        [*proof[:at], each[:byte] + bytes([each[byte] ^ 1 << bit]) + each[byte + 1 :], *proof[at + 1 :]]
        for at, each in enumerate(proof)
        for byte in range(32)
        for bit in range(8)
    ]
    shapes = [
        other
        for at, each in enumerate(proof)
        for other in (
            [*proof[:at], *proof[at + 1 :]],
            [*proof[:at], each, each, *proof[at + 1 :]],
            [*proof[:at], cases.SOME, *proof[at:]],
            [*proof[:at], each[:-1], *proof[at + 1 :]],
            [*proof[:at], each + b"\x00", *proof[at + 1 :]],
            [*proof[:at], *proof[at : at + 2][::-1], *proof[at + 2 :]],
        )
    ]
    return [other for other in bits + shapes if other != proof] + [[*proof, cases.SOME], [*proof, b""]]


def test_a_proof_with_any_bit_or_element_changed_is_refused() -> None:
    leaves = [bytes([index]) for index in range(13)]
    root, refused = oracle.mth(leaves), 0
    for index in range(13):
        leaf = oracle.mth([leaves[index]])
        for proof in spoiled(oracle.path(index, leaves)):
            assert not holds(cases.Inclusion("", index, 13, leaf, root, proof))
            refused += 1
    for old in range(1, 13):
        for proof in spoiled(oracle.proof(old, leaves)):
            assert not holds(cases.Consistency("", old, 13, oracle.mth(leaves[:old]), root, proof))
            refused += 1
    assert refused > 10_000


def test_a_leaf_at_another_index_needs_another_proof() -> None:
    leaves = [bytes([index]) for index in range(11)]
    root = oracle.mth(leaves)
    for index, leaf in enumerate(leaves):
        proof = oracle.path(index, leaves)
        for other in range(-2, 14):
            claim = cases.Inclusion("", other, 11, oracle.mth([leaf]), root, proof)
            assert holds(claim) == (other == index)


def test_roots_that_are_not_those_of_the_proof_are_refused() -> None:
    leaves = [bytes([index]) for index in range(13)]
    for old in range(1, 13):
        roots = oracle.mth(leaves[:old]), oracle.mth(leaves)
        claim = cases.Consistency("", old, 13, *roots, oracle.proof(old, leaves))
        assert holds(claim)
        assert not holds(replace(claim, old_root=cases.SOME))
        assert not holds(replace(claim, new_root=cases.SOME))


def test_a_proof_longer_than_its_tree_is_high_is_refused_whatever_the_root() -> None:
    (leaf, two, three), more, node = (merkle.leaf_hash(bytes([one])) for one in range(3)), cases.SOME, merkle.node_hash
    assert not holds(cases.Inclusion("", 0, 1, leaf, node(more, leaf), [more]))
    old, new = node(two, leaf), node(two, node(leaf, three))
    assert holds(cases.Consistency("", 3, 4, old, new, [leaf, three, two]))
    assert not holds(cases.Consistency("", 3, 4, node(more, old), node(more, new), [leaf, three, two, more]))


@pytest.mark.parametrize(("count", "hashes"), [(-1, []), (1, []), (3, [bytes(32)]), (2, [bytes(31)]), (0, [bytes(32)])])
def test_a_tree_does_not_grow_from_what_is_no_frontier(count: int, hashes: list[bytes]) -> None:
    with pytest.raises(ValueError, match="frontier"):
        Growth(count, hashes)


def test_a_tree_goes_on_from_its_frontier() -> None:
    leaves = oracle.some_leaves(77, random.Random(1))
    for stop in range(78):
        before = grown(leaves[:stop])[0]
        after = Growth(stop, before.frontier)
        for leaf in leaves[stop:]:
            after.append(merkle.leaf_hash(leaf))
        assert after.root == oracle.mth(leaves)
    with pytest.raises(ValueError, match="32 bytes"):
        Growth(0, []).append(b"")


@pytest.mark.parametrize(("index", "count"), [(0, 0), (1, 1), (-1, 3), (3, 2)])
def test_no_proof_is_made_of_what_is_not_there(index: int, count: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(index, count, oracle.reading([]))
    with pytest.raises(ValueError, match="shrink"):
        merkle.consistency_proof(count + 1, count, oracle.reading([]))
