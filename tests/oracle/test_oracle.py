"""Every matter against a second, hand-written reading of the domain's text, on applications near its boundaries."""

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from tests.oracle import allowances, businesses, services
from tests.oracle.drawing import DRAW
from tests.oracle.envelope import Rules, expected
from tests.oracle.hand import Hand
from tests.oracle.reading import GRANTS, Case, Expected
from tests.properties.applications import Application
from tests.properties.deciding import MATTERS, answered, policy_of
from tests.sizes import size

CASES = size("oracle", quick=1_000, full=30_000)
PAPERS = {
    "senior_card": {"residence": "residence_proof", "photo": "photo_upload"},
    "unemployment_registration": {"social_insurance": "termination_proof"},
}
RULES: dict[str, tuple[Rules, Rules]] = {
    "elderly_allowance": (allowances.elderly_allowance, allowances.grant_elderly_allowance),
    "senior_card": (allowances.senior_card, allowances.grant_senior_card),
    "disability_allowances": (allowances.disability_allowances, allowances.grant_disability_allowances),
    "individual_business": (businesses.individual_business, businesses.grant_individual_business),
    "hygiene_permit": (businesses.hygiene_permit, businesses.grant_hygiene_permit),
    "housing_fund_rent": (services.housing_fund_rent, services.grant_housing_fund_rent),
    "unemployment_registration": (services.unemployment_registration, services.grant_unemployment_registration),
    "road_freight_renewal": (services.road_freight_renewal, services.grant_road_freight_renewal),
    "birth_registration": (services.birth_registration, services.grant_birth_registration),
}
IDENTIFIERS = {
    "birth_registration": ("id_no", "mother_id", "father_id"), "housing_fund_rent": ("id_no", "spouse_id"),
    "disability_allowances": ("id_no", "cert_no"),
}  # fmt: skip


def by_the_text(matter: str, hand: Hand) -> Expected:
    """What the domain's text says of this application."""
    form = {name: None if value == "" else value for name, value in hand.form.items()}
    case = Case(form, hand.facts, hand.as_of, PAPERS.get(matter, {}), IDENTIFIERS.get(matter, ("id_no",)))
    married = form.get("marital") == "married"
    required = {"id_no": True, "spouse_id": married, "mother_id": matter == "birth_registration"}
    found = expected(matter, case, *RULES[matter], required=required)
    if matter == "disability_allowances" and found.outcome in GRANTS:
        return _with_items(found, case)
    return found


def _with_items(found: Expected, case: Case) -> Expected:
    """Amounts of what is approved, their sum, and what is not approved."""
    awards = {item: allowances.amount(case, item) for item, outcome in found.items.items() if outcome in GRANTS}
    total = sum(int(worth.removesuffix(".00")) for worth in awards.values())
    others = {
        name: [item for item, outcome in found.items.items() if outcome == stands]
        for name, stands in (("referred_items", "REFERRED"), ("rejected_items", "REJECTED"))
    }
    result = {**found.result, "awards": awards, "total": f"{total}.00", **{k: v for k, v in others.items() if v}}
    return Expected(found.outcome, found.reasons, found.advice, found.notes, found.items, result)


def short(reasons: Any) -> set[str]:
    """Codes without their names."""
    return {one["code"][:3] for one in reasons}


def differences(answer: Mapping[str, Any], wanted: Expected) -> dict[str, tuple[Any, Any]]:
    """Where an answer is not what is wanted: what it says, and what was wanted."""
    pairs: dict[str, tuple[Any, Any]] = {
        "outcome": (answer["outcome"], wanted.outcome),
        "reasons": (short(answer["reasons"]), wanted.reasons),
        "advice": (short(answer["advice"]) - wanted.reasons, wanted.advice - wanted.reasons),
        "items": ({one["item"]: one["outcome"] for one in answer["items"]}, wanted.items),
        "result": ({name: answer["result"].get(name) for name in wanted.result}, dict(wanted.result)),
    }
    if wanted.reasons != {"R05"} or wanted.notes:
        pairs["notes"] = (short(answer["notes"]), wanted.notes)
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@pytest.mark.parametrize("matter", MATTERS)
def test_the_rules_say_what_the_domain_says(matter: str) -> None:
    """Outcome, codes of reasons, advice and notes, outcome of each item, and every result are those of the text."""
    policy, outcomes = policy_of(matter), set()
    for seed in range(CASES):
        hand = Hand(Random(f"{matter} {seed}"))
        DRAW[matter](hand)
        hand.unsettle()
        answer = answered(policy, Application(hand.form, hand.facts, hand.as_of))
        wanted = by_the_text(matter, hand)
        outcomes.add(wanted.outcome)
        assert not differences(answer, wanted), f"{matter} {seed}: {hand.as_of} {hand.form} {hand.facts}"
    assert len(outcomes) >= 3


def test_the_oracle_knows_the_retirement_dates() -> None:
    """The dates that the domain gives for three categories."""
    from datetime import date

    for birth, category, day in (
        ("1964-12-31", "M60", "2024-12-31"), ("1965-01-15", "M60", "2025-02-15"), ("1976-09-30", "M60", "2039-09-30"),
        ("1970-01-15", "W55", "2025-02-15"), ("1981-09-01", "W55", "2039-09-01"), ("1984-11-01", "W50", "2039-11-01"),
    ):  # fmt: skip
        assert str(services.retires(date.fromisoformat(birth), category)) == day
