"""RQ-A5: what a city or a matter sets has a legal basis, or it does not load."""

from pathlib import Path

import pytest

from decision_service.policy.shape import Policy
from tests.requirements.deciding import guide, policies, problem_codes, spoilt

RULE = "    en: No record of death\n    basis: [1]\n"
PARAMETER = "    en: minimum age\n    basis: [1]\n"
TABLE = "    en: monthly amount in yuan\n    basis: [2]\n"


@pytest.mark.parametrize("place", [RULE, PARAMETER, TABLE], ids=["rule", "parameter", "table of a city"])
@pytest.mark.parametrize("basis", ["", "    basis: []\n", "    basis: [7]\n"], ids=["none", "empty", "unknown"])
def test_without_a_known_basis_a_file_does_not_load(tmp_path: Path, place: str, basis: str) -> None:
    first, _ = place.split("    basis")
    assert "no_basis" in problem_codes(spoilt(tmp_path, "elderly_allowance", place, first + basis))


@pytest.mark.parametrize("missing", ["    edition: 2018\n", "    zh: 老年人权益保障法第三十三条第二款\n"])
def test_a_basis_names_its_instrument_and_edition(tmp_path: Path, missing: str) -> None:
    assert "missing_key" in problem_codes(spoilt(tmp_path, "elderly_allowance", missing, ""))


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_the_published_guide_cites_law_for_every_rule_and_parameter(policy: Policy) -> None:
    page = guide(policy.matter)
    assert [rule["id"] for rule in page["rules"] if not rule["basis"]] == []
    assert [one["name"] for one in page["parameters"] if not one["basis"]] == []
    cities = [table for table in page["tables"] if any("city" in one["en"].lower() for one in table["inputs"])]
    assert [table["name"] for table in cities if not table["basis"]] == []
    assert all(law["zh"] and law["en"] and law["edition"] for law in page["basis"])
