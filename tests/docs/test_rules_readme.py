"""rules/README.md is run: its pieces are a rule file whose cases pass, its values come out, its list is complete."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.language.check import check
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.vocabulary import Vocabulary
from decision_service.offline import engines_of
from decision_service.policy.formfields import TYPES
from decision_service.policy.shelf import Shelf, read_shelf
from decision_service.source import Problem, Source, Span
from decision_service.trials import attempt, uncovered, worked

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    part = TEXT[TEXT.index(title) :].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in part.splitlines() if line[:3] == "| `"]


def written(tmp_path: Path) -> Shelf:
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules" / "catalogue", rules / "catalogue")
    (rules / "museum_pass").mkdir()
    (rules / "museum_pass" / "2026-01-01.yaml").write_text("\n".join(blocks("yaml")), encoding="utf-8")
    return read_shelf(rules)


def test_the_pieces_are_one_rule_file_whose_cases_pass(tmp_path: Path) -> None:
    shelf = written(tmp_path)
    policy = shelf.versions["museum_pass"][0]
    cases = list(worked(policy))
    with engines_of(policy) as engines:
        trials = [attempt(policy, shelf.catalogue, engines, case) for case in cases]
    assert len(cases) >= 7
    assert [(one.case.name, one.differences) for one in trials if one.differences] == []
    assert list(uncovered(policy, cases)) == []


@pytest.mark.parametrize("line", "".join(blocks("feel")).splitlines())
def test_each_expression_has_the_value_beside_it(line: str) -> None:
    text, _, value = line.partition("=>")
    left, right = (_value(part.strip()) for part in (text, value))
    assert left == right


def _value(text: str) -> object:
    source = Source("README", text)
    node = check(text, lambda start, length: Span(source, start, start + length), Vocabulary({}, {}))
    assert not isinstance(node, Problem), node.en
    scope = Scope(FactSheet(date(2026, 3, 16), {}, {}), {}, lambda name, _: Unknown.of(Why.TABLE, name))
    return evaluate(node, scope)


def test_the_field_types_are_those_of_the_reader() -> None:
    cells = " ".join(row[0] for row in rows("## 3."))
    inside = re.sub(r"\([^)]*\)", "", cells)
    assert set(re.findall(r"`(\w+)`", inside)) == set(TYPES)
