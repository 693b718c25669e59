"""docs/reference/language.md is run, and has every construct, function, kind, cell and hit policy of the language."""

import re

import pytest
from lark import Token, Tree

from decision_service.facts import Fact, Unknown
from decision_service.interpreter import look_up
from decision_service.language.cells import test_cell as read_cell
from decision_service.language.check import check
from decision_service.language.functions import SIGNATURES
from decision_service.language.kinds import WORDS, plain
from decision_service.language.meaning import evaluate
from decision_service.language.parse import MAX_CHAIN, MAX_DEPTH, MAX_LENGTH, parse
from decision_service.language.tree import Literal
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.nodes import MapNode, TextNode, read_nodes
from decision_service.policy.tables import HIT_POLICIES, read_table
from decision_service.source import Problem, Source, Span
from tests.docs.page import DOCS, blocks, section
from tests.docs.sample import scope, value_of, words
from verifiers.kinds import Kind

PAGE = (DOCS / "reference" / "language.md").read_text(encoding="utf-8")
GRAMMAR = (DOCS.parent / "decision_service" / "language" / "grammar.lark").read_text(encoding="utf-8")
LINES = [line for block in blocks(PAGE) if block.language == "feel" for line in block.text.splitlines()]
EXPRESSIONS = [part.strip() for line in LINES for part in line.split("=>")]


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    lines = [line for line in section(PAGE, title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def coded(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


CELLS = [(coded(row[0])[0], coded(row[1]), coded(row[2])) for row in rows("Test cells")]


@pytest.mark.parametrize("line", LINES)
def test_each_expression_has_the_value_beside_it(line: str) -> None:
    left, right = (value_of(part.strip()) for part in line.split("=>"))
    assert left == right


@pytest.mark.parametrize(("cell", "fitting", "others"), CELLS, ids=[cell for cell, *_ in CELLS])
def test_each_cell_fits_what_the_page_says(cell: str, fitting: list[str], others: list[str]) -> None:
    assert [fits(cell, text) for text in fitting] == [True] * len(fitting)
    assert [fits(cell, text) for text in others] == [False] * len(others)
    assert fitting


def fits(cell: str, value: str) -> Fact:
    source = Source("page", cell)
    node = check(value, lambda *_: Span(source, 0, 0), words())
    assert isinstance(node, Literal)
    kind = Kind("text", nullable=cell == "null") if node.kind.name in ("text", "null") else plain(node.kind)
    test = read_cell(cell, lambda start, length: Span(source, start, start + length), Literal(node.value, kind))
    assert not isinstance(test, Problem), test
    return True if test is None else evaluate(test, scope())


@pytest.mark.parametrize("row", rows("Hit policies"), ids=lambda row: coded(row[0])[0])
def test_each_hit_policy_gives_what_the_page_says(row: list[str]) -> None:
    hit = coded(row[0])[0]
    assert [shown(looked_up(hit, score)) for score in (5, 15, 25)] == row[1:4]


def looked_up(hit: str, score: int) -> Fact:
    written = next(block.text for block in blocks(PAGE) if block.text.startswith("score"))
    lines = written.replace("score", str(score), 1).splitlines()
    order = coded(rows("Hit policies")[3][4])[1] if "order" in hit or hit == "priority" else ""
    text = "\n".join(
        [f"hit: {hit}", *([order] if order and hit != "rule order" else []), "table: |", *("  " + one for one in lines)]
    )
    node, problems = read_nodes(Source("page", text + "\n"))
    assert isinstance(node, MapNode)
    assert not problems
    complaints = Complaints()
    block = node.get("table")
    assert isinstance(block, TextNode)
    table = read_table("t", Entries(node, complaints, ("", "")), block, words(), None, (), varies=False)
    assert table is not None, complaints.problems
    return look_up(table, scope())


def shown(value: Fact) -> str:
    match value:
        case Unknown():
            return "unknown"
        case tuple():
            return f"[{', '.join(str(one) for one in value)}]"
        case _:
            return str(value)


def syntax(text: str, start: str = "expression") -> Tree[Token]:
    source = Source("page", text)
    found = parse(text, lambda first, length: Span(source, first, first + length), start)  # type: ignore[arg-type]  # it is one of the two
    assert not isinstance(found, Problem), found.en
    return found


def test_every_construct_of_the_grammar_has_an_example() -> None:
    trees = [*(syntax(text) for text in EXPRESSIONS), *(syntax(cell, "cell") for cell, *_ in CELLS)]
    used = {str(node.data) for tree in trees for node in tree.iter_subtrees()}
    named = set(re.findall(r"-> (\w+)", GRAMMAR)) | {"interval"}
    assert used - {"cell"} == named


def test_every_sign_and_alias_of_the_grammar_has_an_example() -> None:
    text = " ".join([*EXPRESSIONS, *(cell for cell, *_ in CELLS)])
    aliases = set(re.findall(r"\|([\u4e00-\u9fff]+)/", GRAMMAR))
    signs = set(re.findall(r'"([^"a-z^\n]+)"', GRAMMAR.split("\n\n", 1)[1]))
    assert len(aliases) == 5
    assert [sign for sign in sorted(signs | aliases) if sign not in text] == []


def test_every_function_has_an_example() -> None:
    called = {name for text in EXPRESSIONS for name in re.findall(r"(\w+)\(", text)}
    assert called & set(SIGNATURES) == set(SIGNATURES)


def test_kinds_hit_policies_and_limits_are_those_of_the_language() -> None:
    assert {coded(row[0])[0] for row in rows("Kinds of value")} == set(WORDS) - {"number"}
    assert [coded(row[0])[0] for row in rows("Hit policies")] == list(HIT_POLICIES)
    limits = section(PAGE, "Limits")
    assert all(str(most) in limits for most in (MAX_LENGTH, MAX_DEPTH, MAX_CHAIN))
