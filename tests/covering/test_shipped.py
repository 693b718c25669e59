"""The cases that lie beside the rules of this repository: what they expect is what the domain's text says, and together
with the others they leave nothing out but what no application can reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from decision_service.covering.measured import measure
from decision_service.covering.suite import read_suites
from decision_service.policy.beside import Beside, read_beside
from tests.cli.running import CASES, RULES
from tests.oracle.test_oracle import by_the_text, differences
from tests.properties.applications import Application
from tests.properties.deciding import MATTERS, answered, shelf

BESIDE = read_beside(RULES, shelf())

NOT_IN_THE_ORACLE = {"自有房屋，没有填房屋编号"}
"""It asks for a field of the form, which the second reading knows of identifiers alone."""

UNREACHABLE = {
    "disability_allowances": 3,  # levels of certificates are 1 to 4, and the care table is read for those that it has
    "elderly_allowance": 1,  # amounts are looked up for what is granted, and nothing is below 80
    "housing_fund_rent": 6,  # five tests for null that only rule out what cannot be known, and a day told to nobody
}
"""How many goals no application can meet, as `miaopi coverage --generate` proves."""


@dataclass
class Drawn:
    """A case in the shape of what the second reading is given."""

    form: dict[str, Any]
    facts: dict[str, dict[str, Any]]
    as_of: date


def drawn(beside: Beside) -> Drawn:
    facts = {name: dict(one) for name, one in beside.case.facts.items() if isinstance(one, Mapping)}
    return Drawn(dict(beside.case.form), facts, beside.case.as_of)


@pytest.mark.parametrize("matter", MATTERS)
def test_what_is_expected_is_what_the_domain_says(matter: str) -> None:
    cases = [one for one in BESIDE if one.policy.matter == matter and one.case.name not in NOT_IN_THE_ORACLE]
    assert cases
    for one in cases:
        case = one.case
        wanted = by_the_text(matter, drawn(one))  # type: ignore[arg-type]  # it reads form, facts and day alone
        assert not differences(answered(one.policy, Application(case.form, case.facts, case.as_of)), wanted), case.name
        assert case.expect["outcome"] == wanted.outcome


def test_nothing_is_left_out_but_what_cannot_be_reached() -> None:
    suites = read_suites(RULES, None, CASES)
    missing = {one.policy.matter: len(one.missing) for one in measure(suites) if one.missing}
    assert missing == UNREACHABLE
