"""RQ-F2: a matter is decided at once only if its file says why it qualifies."""

import re
from pathlib import Path

import pytest

from tests.requirements.deciding import RULES, guide, policies, problem_codes, spoilt

MATTER = "elderly_allowance"
TEXT = (RULES / MATTER / "2026-01-01.yaml").read_text(encoding="utf-8")


def line(key: str) -> str:
    found = re.search(rf"^  {key}:.*\n", TEXT, re.MULTILINE)
    assert found
    return found[0]


@pytest.mark.parametrize("key", ["no_discretion", "no_site_check", "no_third_party", "assessment", "reviewed_by"])
def test_a_file_that_lacks_one_statement_is_not_published(tmp_path: Path, key: str) -> None:
    assert "missing_key" in problem_codes(spoilt(tmp_path, MATTER, line(key), ""))


def test_a_file_without_the_statements_is_not_published(tmp_path: Path) -> None:
    part = TEXT[TEXT.index("suitability:") : TEXT.index("form:\n")]
    assert "missing_key" in problem_codes(spoilt(tmp_path, MATTER, part, ""))


def test_an_empty_statement_is_none(tmp_path: Path) -> None:
    assert problem_codes(spoilt(tmp_path, MATTER, line("no_site_check"), "  no_site_check: {zh: '', en: ''}\n"))


def test_law_and_technology_are_reviewed_by_two_people(tmp_path: Path) -> None:
    assert "one_reviewer" in problem_codes(
        spoilt(tmp_path, MATTER, "technical: DEMO-TECH-01", "technical: DEMO-LEGAL-01")
    )


@pytest.mark.parametrize("matter", [policy.matter for policy in policies()])
def test_the_statements_are_published(matter: str) -> None:
    statements = guide(matter)["suitability"]
    for key in ("no_discretion", "no_site_check", "no_third_party"):
        assert statements[key]["zh"]
        assert statements[key]["en"]
    assert statements["assessment"]["id"]
