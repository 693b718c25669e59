"""`fmt` keeps every comment and the meaning, and has one result."""

import re
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.editing.formatting import FormattingError, formatted
from decision_service.policy.digest import digest
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.policy.reader import read_policy
from decision_service.policy.shape import Policy
from decision_service.policy.tablelayout import aligned, for_digest
from decision_service.source import PolicyProblems, Source, columns
from tests.editing.commands import miaopi
from tests.editing.editor import RULES, SHIPPED, catalogue
from tests.editing.messing import MARK, blanks_only, comments_too
from tests.properties.policies import Writer
from tests.sizes import size
from tests.wrong_files.make_wrong import HERE

SEEDS = st.integers(0, 2**32).map(Random)
TEXTS = [path.read_text(encoding="utf-8") for path in SHIPPED]


def laid_out(text: str) -> str:
    return formatted(Source("a", text))


def named(text: str, rules: Path = RULES) -> str:
    node, problems = read_nodes(Source("a", text))
    assert isinstance(node, MapNode)
    assert not problems
    return digest(node, catalogue(rules).nodes)


def read(text: str) -> Policy | None:
    node, _ = read_nodes(Source("a", text))
    assert isinstance(node, MapNode)
    return read_policy(node, catalogue(), Complaints(), "a")


def in_texts(text: str) -> bool:
    """Whether a made comment has become part of a text."""
    events = yaml.parse(text, Loader=yaml.CSafeLoader)
    return any(MARK in event.value for event in events if isinstance(event, yaml.ScalarEvent))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_files_stand_in_their_layout(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert laid_out(text) == text


@settings(max_examples=size("format_blanks", quick=8, full=3000), deadline=None)
@given(st.sampled_from(TEXTS), SEEDS)
def test_blanks_alone_make_no_difference(text: str, random: Random) -> None:
    assert laid_out(blanks_only(text, random)) == text


@settings(max_examples=size("format_comments", quick=8, full=3000), deadline=None)
@given(st.sampled_from(TEXTS), SEEDS)
def test_no_comment_is_lost_and_the_version_is_the_same(text: str, random: Random) -> None:
    messed, made = comments_too(blanks_only(text, random), random)
    after = laid_out(messed)
    for comment in made:
        assert after.count(comment) == 1
    assert not in_texts(after)
    assert named(after) == named(messed) == named(text)
    assert laid_out(after) == after
    assert not re.search(r"[^ \n] +\n", after)


@settings(max_examples=size("format_policies", quick=4, full=1000), deadline=None)
@given(SEEDS)
def test_any_policy_means_the_same_afterwards(random: Random) -> None:
    text = Writer(random, catalogue()).text()
    after = laid_out(comments_too(text, random)[0])
    assert read(after) == read(text)
    assert laid_out(after) == after


@settings(max_examples=size("format_order", quick=4, full=300), deadline=None)
@given(st.sampled_from(TEXTS), SEEDS)
def test_the_parts_of_a_file_come_into_their_order_with_their_comments(text: str, random: Random) -> None:
    head, *parts = re.split(r"\n(?=[a-z])", text)
    shuffled = [part + "\n" for part in random.sample(parts, len(parts))]
    after = laid_out("\n".join([head, *shuffled]))
    assert [line for line in after.splitlines() if line] == [line for line in text.splitlines() if line]


ODD = {
    "quotes that nothing needs": ("a: 'b c'\n", "a: b c\n"),
    "quotes that a text needs": ("a: '12'\nb: 'yes'\nc: 'x: y'\nd: ''\n", 'a: "12"\nb: "yes"\nc: "x: y"\nd: ""\n'),
    "quotes in braces": ("a: {b: 'x, y', c: 'z'}\n", 'a: {b: "x, y", c: z}\n'),
    "single quotes around a quote": ("a: '\"x\" y'\n", "a: '\"x\" y'\n"),
    "a value on the next line": ("a:\n    # why\n  b\n", "# why\na: b\n"),
    "lists at the column of their key": ("a:\n- b\n- c: 1\n  d: 2\n", "a:\n  - b\n  - c: 1\n    d: 2\n"),
    "a comment behind a dash": ("a:\n  -   # why\n    b: 1\n", "a:\n  # why\n  - b: 1\n"),
    "lists of lists": ("a:\n  - - b\n    - c\n", "a:\n  - - b\n    - c\n"),
    "braces over lines": ("a: {b: 1,   # one\n    c: 2}  # two\n", "a: {b: 1,   # one\n    c: 2}  # two\n"),
    "text over lines": ("a: b\n     c\n   d\nx: y\n", "a: b\n     c\n   d\nx: y\n"),
    "folded text": ("a: >-\n     b\n     c\n\n     d\nx: y\n", "a: >-\n  b\n  c\n\n  d\nx: y\n"),
    "a text with empty lines": ("a: |\n  b\n\n\n  c\n   \nd: e\n", "a: |\n  b\n\n\n  c\n   \nd: e\n"),
    "a text that keeps its end": ("a: |+\n  b\n\n\nd: e\n", "a: |+\n  b\n\n\nd: e\n"),
    "a table of numbers": (
        "tables:\n  a:\n    table: |\n      b | c\n      1 | 2\n      1000 | 3000\n",
        "tables:\n  a:\n    table: |\n      b    |    c\n      1    |    2\n      1000 | 3000\n",
    ),
    "an indented block": ("a: |1\n  b\n c\n", "a: |2\n   b\n  c\n"),
    "comments only at the end": ("a: b\n\n\n# end\n\n", "a: b\n\n# end\n"),
    "line ends of another system": ("a: b\r\nc: d\r\n", "a: b\nc: d\n"),
    "a comment that goes with what is above": ("a:\n  b: 1\n  # of a\n# of c\nc: 2\n",) * 2,
    "nothing": ("a:\nb: ~\n", "a:\nb: ~\n"),
    "a long line with a comment": (f"a: {'x' * 60} # why\n", f"a: {'x' * 60}   # why\n"),
}


@pytest.mark.parametrize(("before", "after"), ODD.values(), ids=ODD)
def test_what_people_write(before: str, after: str) -> None:
    source = Source("a", before.replace("\r\n", "\n"))
    assert formatted(source) == after
    assert laid_out(after) == after


@pytest.mark.parametrize("text", ["a: |+\n  b\n\n\nc: d\n", "? a\n: b\n", "a: &x b\n", "- a\n", "{a: b}\n", "a: [\n"])
def test_what_can_not_be_laid_out_is_left_alone(text: str) -> None:
    try:
        assert yaml.compose(laid_out(text)) == yaml.compose(text)
    except (FormattingError, PolicyProblems):
        return
    except AssertionError:
        first, again = (read_nodes(Source("a", one))[0] for one in (text, laid_out(text)))
        assert [(key.text, value.text) for key, value in first.entries] == [
            (key.text, value.text) for key, value in again.entries
        ]


@pytest.mark.parametrize("path", sorted(HERE.glob("*/change.txt"))[::10], ids=lambda path: path.parent.name)
def test_no_wrong_file_makes_it_fall_over(path: Path, tmp_path: Path) -> None:
    from tests.wrong_files.make_wrong import FILE, make_folder, read_change

    file = make_folder(read_change(path), tmp_path) / FILE
    done = miaopi("fmt", file) if path.parent.name == "unreadable_file" else None
    assert done is None or done.code in (1, 2)
    if file.is_file() and len(file.read_bytes()) < 600_000:
        try:
            text = file.read_text(encoding="utf-8")
            assert laid_out(laid_out(text)) == laid_out(text)
        except (PolicyProblems, FormattingError, UnicodeDecodeError):
            pass


TABLE = 'city | => amount money | why text\n210100 沈阳市 | 1.50 | 冷\n210200 |   20 | "a b"\n'


def test_a_table_is_aligned_as_people_see_it() -> None:
    lines = aligned(TABLE).splitlines()
    bars = [[columns(line[:at]) for at, char in enumerate(line) if char == "|"] for line in lines]
    assert bars[0] == bars[1] == bars[2]
    assert lines[2].startswith('210200        |              20 | "a b"')


@given(st.lists(st.lists(st.text('甲a1. "', max_size=6), min_size=2, max_size=4), min_size=1, max_size=5))
def test_the_layout_of_a_table_is_no_part_of_its_digest(rows: list[list[str]]) -> None:
    text = "\n".join(" | ".join(row) for row in rows)
    assert for_digest(aligned(text)) == for_digest(text)
    assert aligned(aligned(text)) == aligned(text)


def test_the_digests_of_the_first_release_stay() -> None:
    kept = HERE.parents[1] / "fixtures" / "releases" / "0.1.0" / "rules"
    told = re.findall(r'"digest":"sha256:([0-9a-f]{64})"', (kept.parent / "answers" / "ELD-1.json").read_text())
    assert named((kept / "elderly_allowance" / "2026-01-01.yaml").read_text(encoding="utf-8"), kept) in told


def test_the_command_says_what_it_would_do_and_does_it(tmp_path: Path) -> None:
    file = tmp_path / "2026-01-01.yaml"
    file.write_text(TEXTS[0].replace("matter: ", "matter:     "), encoding="utf-8")
    assert miaopi("fmt", tmp_path, "--check").code == 1
    assert file.read_text(encoding="utf-8") != TEXTS[0]
    assert miaopi("fmt", file).code == 0
    assert file.read_text(encoding="utf-8") == TEXTS[0]
    assert b'"to_change": []' in miaopi("fmt", file, "--check", "--json").out
    assert miaopi("fmt", tmp_path / "none").code == 2
    file.write_text("a: [\n", encoding="utf-8")
    done = miaopi("fmt", file)
    assert done.code == 1
    assert "2026-01-01.yaml:2:1: yaml" in done.err
    assert file.read_text(encoding="utf-8") == "a: [\n"
