"""Cases beside a matter's versions: read like its own, tried on the version of their day, and no part of any."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from decision_service.control.candidate import content_of
from decision_service.policy.beside import Beside, read_beside
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.source import PolicyProblems, render
from tests.cli.running import RULES

LIKE = "九十岁，沈阳，无特殊情况"
MORE = "elderly_allowance/more.cases.yaml"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """One matter with two versions, the second in force from July."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES / "catalogue", folder / "catalogue")
    (folder / "elderly_allowance").mkdir()
    text = (RULES / "elderly_allowance" / "2026-01-01.yaml").read_text(encoding="utf-8")
    (folder / "elderly_allowance" / "2026-01-01.yaml").write_text(text, encoding="utf-8")
    later = text.replace("in_force: 2026-01-01", "in_force: 2026-07-01")
    (folder / "elderly_allowance" / "2026-07-01.yaml").write_text(later, encoding="utf-8")
    return folder


def beside(rules: Path, text: str) -> tuple[Beside, ...]:
    (rules / MORE).write_text(text, encoding="utf-8")
    return read_beside(rules, read_shelf(rules))


def told(rules: Path, text: str) -> list[str]:
    with pytest.raises(PolicyProblems) as caught:
        beside(rules, text)
    return [render(problem) for problem in caught.value.problems]


def test_they_lean_on_the_cases_of_the_version_and_on_each_other(rules: Path) -> None:
    found = beside(
        rules,
        f"cases:\n  甲:\n    like: {LIKE}\n    but: {{deaths: late}}\n    expect: {{outcome: REFERRED}}\n"
        "  乙:\n    like: 甲\n    as_of: 2026-08-01\n    alone: E3\n    expect: {outcome: REFERRED}\n",
    )
    first, second = (one.case for one in found)
    assert first.facts["deaths"] == {"status": "timeout"}
    assert first.form["city"] == "210100"
    assert (first.alone, second.alone) == (None, "E3")
    assert second.facts["deaths"] == {"status": "timeout"}
    assert second.facts["population"]["data_as_of"] == "2026-08-01"  # type: ignore[index]  # JSON of a case
    assert first.span is not None
    assert (first.span.source.name, first.span.line) == (MORE, 2)
    assert [one.policy.effective_from for one in found] == [date(2026, 1, 1), date(2026, 7, 1)]


def test_a_file_may_name_the_version_that_it_tries(rules: Path) -> None:
    case = f"cases:\n  甲:\n    like: {LIKE}\n    expect: {{outcome: APPROVED}}\n"
    assert [str(one.policy.effective_from) for one in beside(rules, case)] == ["2026-01-01"]
    assert [str(one.policy.effective_from) for one in beside(rules, f"version: 2026-07-01\n{case}")] == ["2026-07-01"]


def test_they_are_no_version_and_no_part_of_one(rules: Path) -> None:
    def named(shelf: Shelf) -> list[tuple[str, str]]:
        return [(str(one.effective_from), one.digest) for one in shelf.policies()]

    before, content = named(read_shelf(rules)), content_of(rules)
    beside(rules, f"cases:\n  甲:\n    like: {LIKE}\n    expect: {{outcome: APPROVED}}\n")
    assert named(read_shelf(rules)) == before
    assert content_of(rules) == content


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("cases:\n  甲:\n    like: 没有这个\n    expect: {outcome: APPROVED}\n", "unknown_word", 3),
        (f"cases:\n  甲:\n    like: {LIKE}\n    but: {{deaths.hitt: true}}\n    expect: {{}}\n", "unknown_fact", 4),
        (f"cases:\n  甲:\n    like: {LIKE}\n    alone: E99\n    expect: {{}}\n", "unknown_word", 4),
        (f"cases:\n  甲:\n    like: {LIKE}\n", "missing_key", 2),
        (f"cases:\n  {LIKE}:\n    like: {LIKE}\n    expect: {{}}\n", "duplicate_name", 2),
        (f"cases:\n  甲:\n    like: {LIKE}\n    as_of: 2025-12-31\n    expect: {{}}\n", "no_version", 2),
        ("version: 2026-02-02\ncases:\n", "unknown_word", 1),
        ("rules:\n", "missing_key", 1),
        ("- a\n", "wrong_shape", 1),
        ("cases: [\n", "yaml", 2),
    ],
)
def test_what_is_wrong_is_told_at_its_place(rules: Path, text: str, code: str, line: int) -> None:
    problems = told(rules, text)
    assert any(one.startswith(f"{MORE}:{line}:") and f" {code}: " in one and "^" in one for one in problems), problems
