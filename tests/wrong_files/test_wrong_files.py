"""What analysts get wrong: each folder here holds one change to base.yaml and exactly what they are told."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from decision_service.policy.shelf import read_shelf
from decision_service.source import PolicyProblems, Problem, render
from tests.wrong_files.make_wrong import FILE, HERE, Change, make_folder, read_change

FOLDERS = sorted(path.parent for path in HERE.glob("*/change.txt"))
SOURCES = [
    path for room in ("policy", "language") for path in (HERE.parents[1] / "decision_service" / room).glob("*.py")
]

ELSEWHERE = {
    "no_rules": "tests/cli/test_check.py: it is about a folder, not a file",
    "no_version": "tests/policy/test_beside.py: it is about a file of cases",
    "form_schema": "tests/policy/test_form_schema.py: no rule file leads to a schema that is none",
}
"""Codes without a folder here, and where or why."""

PLACELESS = {"no_sample"}
"""It lacks, so it stands nowhere."""

PLAIN = {"unreadable_file", "file_too_large", "empty_file", "too_many_nodes", "too_many_problems", "too_deep",
         "wrong_shape"}  # fmt: skip
"""Codes whose sentence says by itself what to do."""

MARKER = {"follows"}
"""A code that is never shown (vocabulary.FOLLOWS)."""


def problems_of(change: Change, target: Path) -> tuple[Problem, ...]:
    with pytest.raises(PolicyProblems) as caught:
        read_shelf(make_folder(change, target))
    return caught.value.problems


def told(problems: tuple[Problem, ...]) -> str:
    return "\n\n".join(render(problem) for problem in problems) + "\n"


def codes_in_source() -> Iterator[str]:
    """The first argument of every Problem, Complaint and complaint that the source makes."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if name in ("Problem", "Complaint", "add") and isinstance(first, str):
                yield first


def test_the_right_file_is_right(tmp_path: Path) -> None:
    assert [one.matter for one in read_shelf(make_folder(Change(), tmp_path / "rules")).policies()] == ["demo"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_analysts_are_told_exactly_this(folder: Path, tmp_path: Path) -> None:
    problems = problems_of(read_change(folder / "change.txt"), tmp_path / "rules")
    assert told(problems) == (folder / "expected.txt").read_text(encoding="utf-8")
    assert any(folder.name == one.code or folder.name.startswith(f"{one.code}_") for one in problems)
    for problem in problems:
        assert problem.zh
        assert problem.en
        assert problem.zh != problem.en
        assert problem.code in PLACELESS or problem.span is not None
        assert problem.code in PLAIN or (problem.hint_zh and problem.hint_en), problem.code


def test_every_code_of_the_source_is_shown_here_or_elsewhere() -> None:
    shown = {line.split(": ")[1] if ":" in line.split(": ")[0] else line.split(": ")[0] for line in first_lines()}
    assert set(codes_in_source()) - MARKER - shown == set(ELSEWHERE)


def first_lines() -> Iterator[str]:
    """The first line of each problem of each expected.txt."""
    for folder in FOLDERS:
        for block in (folder / "expected.txt").read_text(encoding="utf-8").split("\n\n"):
            yield block.strip("\n").split("\n")[0]


def test_all_errors_of_all_files_are_told_at_once_in_order(tmp_path: Path) -> None:
    names = ["syntax_double_equals", "unknown_value", "wrong_budget", "unknown_word_alone"]
    blocks = [block for name in names for block in read_change(HERE / name / "change.txt").blocks]
    folder = make_folder(Change(blocks=blocks), tmp_path / "rules")
    other = folder / "another"
    other.mkdir()
    (other / "2026-01-01.yaml").write_bytes((folder / FILE).read_bytes())
    with pytest.raises(PolicyProblems) as caught:
        read_shelf(folder)
    found = [(one.span.source.name, one.span.line, one.code) for one in caught.value.problems if one.span]
    expected = ["wrong_budget", "syntax", "unknown_value", "unknown_word"]
    assert found == sorted(found)
    assert [code for name, _, code in found if name.startswith("demo")] == expected
    assert [code for name, _, code in found if name.startswith("another")] == expected
