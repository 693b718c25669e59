"""Files that are made to cost much: little memory, few problems, and an end."""

import tracemalloc

import pytest

from decision_service.policy.nodes import MOST_BYTES, read_nodes
from decision_service.source import Source
from tests.sizes import size

SMALLER = size("hostile_nodes_smaller", quick=4, full=1)
"""Such a part of the largest file that is read; the memory that it may cost is that part too."""

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE = {
    "billion laughs": LAUGHS,
    "brackets": "[" * (500_000 // SMALLER),
    "braces": "{a: " * (120_000 // SMALLER),
    "dashes": "- " * (250_000 // SMALLER),
    "questions": "? " * (250_000 // SMALLER),
    "entries": "a: b\n" * (100_000 // SMALLER),
    "duplicates": "{" + "a," * (9_000 // SMALLER) + "}",
    "tags": "[" + "!x a," * (9_000 // SMALLER) + "]",
    "one long quote": "'" * (500_000 // SMALLER),
    "blank lines": "a: |\n" + " \n" * (200_000 // SMALLER),
    "folds": "a: >\n" + " x\n  y\n" * (70_000 // SMALLER),
    "long plain": "a: " + "b\n " * (170_000 // SMALLER),
    "tabs": "\t" * (500_000 // SMALLER),
    "escapes": 'a: "' + "\\x07" * (120_000 // SMALLER) + '"',
    "too large": "a" * (MOST_BYTES + 1),
    "too large in bytes": "李" * (MOST_BYTES // 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_cost_little_memory_and_few_problems(name: str) -> None:
    source = Source("x.yaml", HOSTILE[name])
    tracemalloc.start()
    node, problems = read_nodes(source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150 * MOST_BYTES // SMALLER
    assert len(problems) <= 51
    assert (node is None) or name in (
        "billion laughs",
        "blank lines",
        "folds",
        "long plain",
        "one long quote",
        "escapes",
    )
