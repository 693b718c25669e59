"""Realistic changes of shipped matters: what is found, held against the reference on applications at every border."""

from random import Random

import pytest

from decision_service.differing.comparing import NoClaimError
from decision_service.differing.report import Report
from decision_service.outcome import Outcome
from tests.differing.changing import changed, check_against, compared, outcomes, text_of
from tests.properties.applications import Maker
from tests.properties.constants import constants_of
from tests.sizes import size

ELDERLY = text_of("elderly_allowance")
REFUSED, APPROVED, REFERRED = Outcome.REJECTED, Outcome.APPROVED, Outcome.REFERRED


def hold(report: Report, seed: int = 0) -> int:
    """Checks the report against applications near the borders of both versions; how many of them change."""
    random, changes = Random(seed), 0
    for policy in (report.sides.old, report.sides.new):
        constants = constants_of(policy)
        for _ in range(size("diff_applications", quick=100, full=5000)):
            unknown = random.choice((0.0, 0.0, 0.2))
            changes += check_against(report, Maker(random, policy, constants, unknown=unknown).application())
    return changes


def test_a_lower_age_says_who_gains_and_who_comes_to_an_officer() -> None:
    new = changed(ELDERLY, ("    value: 80", "    value: 79"), ("age | [80..90)", "age | [79..90)"))
    report = compared(ELDERLY, new)
    assert outcomes(report) == {(REFUSED, APPROVED), (REFUSED, REFERRED)}
    gained = next(one for one in report.regions if one.outcomes == ((REFUSED, APPROVED),))
    assert gained.exact
    assert ("79", "79") in [clause.bounds for clause in gained.clauses]
    assert gained.effect == "gains"
    assert gained.example.old.answer["outcome"] == "REJECTED"
    assert gained.example.new.answer["outcome"] == "APPROVED"
    (first,) = [one for one in report.regions if one.amounts and one.complete and one.kind == "values"]
    assert [one.name for one in first.amounts] == ["E2.can_apply_from"]
    assert hold(report) > 10


def test_one_amount_of_one_city_names_that_city_and_the_difference() -> None:
    report = compared(ELDERLY, changed(ELDERLY, ("|      120 |       240", "|      150 |       240")))
    assert outcomes(report) == set()
    (found,) = [one for one in report.regions if one.complete]
    assert found.exact
    assert (found.amounts[0].name, found.amounts[0].least, found.amounts[0].most) == ("monthly_amount", "+30", "+30")
    assert any("210200" in clause.text.zh for clause in found.clauses)
    assert [(cell.old, cell.new) for row in report.grids[0].cells for cell in row if cell and cell.changed] == [
        ("120.00", "150.00")
    ]
    assert report.bounds[0].en.startswith("forms that are filled in rightly; every register that is needed was asked")
    hold(report)


def test_a_dropped_condition_is_found_with_who_gains() -> None:
    report = compared(ELDERLY, changed(ELDERLY, ("must: not paid_else", "must: not paid_else or age >= 100")))
    assert (REFERRED, APPROVED) in outcomes(report)
    found = next(one for one in report.regions if one.outcomes == ((REFERRED, APPROVED),))
    assert ("100", None) in [clause.bounds for clause in found.clauses]
    hold(report)


def test_another_outcome_of_a_rule_is_found() -> None:
    new = changed(ELDERLY, ("else: CORRECTION_REQUIRED C07_ACCOUNT_INACTIVE", "else: REFERRED R08_NEEDS_JUDGEMENT"))
    report = compared(ELDERLY, new)
    assert (Outcome.CORRECTION_REQUIRED, REFERRED) in outcomes(report)
    assert not any(one.effect in ("gains", "loses") for one in report.regions)
    hold(report)


def test_an_amount_of_so_many_months_is_decided() -> None:
    """A product of two unknowns, a limit and a number of months, is no reason to claim nothing."""
    housing = text_of("housing_fund_rent")
    report = compared(housing, changed(housing, ("    value: 12\n", "    value: 11\n")))
    assert outcomes(report) == set()
    (found,) = report.regions
    assert {one.name for one in found.amounts} >= {"months_allowed", "amount"}
    assert found.example.old.answer["result"]["months_allowed"] == 12
    assert found.example.new.answer["result"]["months_allowed"] == 11
    assert hold(report) > 0


SAME = {
    "nothing": (),
    "a rule's name": (("  E5:\n", "  PAID:\n"), ("alone: E5", "alone: PAID")),
    "a name written out": (("must: hukou = city", "must: prefecture(population.hukou_code) = city"),),
    "a name renamed": (
        ("  hukou:     prefecture", "  home:      prefecture"), ("must: hukou", "must: home"),
        ("redirect_city: hukou", "redirect_city: home"),
    ),
    "another way to say it": (("must: age >= minimum_age", "must: not (age < minimum_age)"),),
    "an order": (("age < minimum_age or age >= open_age or", "age >= open_age or age < minimum_age or"),),
    "words": (("zh: 没有死亡登记", "zh: 未查到死亡登记"),),
}  # fmt: skip


@pytest.mark.parametrize("edits", SAME.values(), ids=SAME)
def test_what_says_the_same_is_proved_to_change_nothing(edits: tuple[tuple[str, str], ...]) -> None:
    report = compared(ELDERLY, changed(ELDERLY, *edits))
    assert report.same
    assert not report.regions
    assert all(one.encoded == one.of > 0 for one in report.counts)


CORRECTED, PARTLY = Outcome.CORRECTION_REQUIRED, Outcome.PARTIALLY_APPROVED
MATTERS = {
    "birth_registration": (("    value: 3\n", "    value: 4\n"), {(REFERRED, APPROVED)}),
    "housing_fund_rent": (("    value: 3\n", "    value: 6\n"), {(APPROVED, REFUSED)}),
    "senior_card": (("    value: 70\n", "    value: 69\n"), set()),
    "disability_allowances": (
        ("category in (5, 6)", "category in (4, 5, 6)"), {(PARTLY, APPROVED), (REFERRED, PARTLY), (REFUSED, APPROVED)},
    ),
    "hygiene_permit": (("    value: 4\n", "    value: 5\n"), set()),
    "individual_business": (
        ("or neighbour_consent", "or neighbour_consent or on_platform"),
        {(CORRECTED, APPROVED), (CORRECTED, REFERRED)},
    ),
    "road_freight_renewal": (("    value: 180\n", "    value: 200\n"), {(REFUSED, APPROVED)}),
    "unemployment_registration": (
        ("must: wants_work\n", "must: wants_work or age >= 50\n"),
        {(CORRECTED, APPROVED), (CORRECTED, REFERRED), (CORRECTED, REFUSED)},
    ),
}  # fmt: skip
"""Of each matter one change, and the outcomes that it changes."""


@pytest.mark.parametrize("matter", list(MATTERS)[: size("diff_matters", quick=2, full=len(MATTERS))])
def test_a_change_of_each_matter_is_told_as_the_reference_decides(matter: str) -> None:
    edit, pairs = MATTERS[matter]
    text = text_of(matter)
    report = compared(text, changed(text, edit))
    assert report.regions
    assert outcomes(report) == pairs
    hold(report)


def test_a_list_that_goes_by_a_name_is_as_long_as_it_has_to_be() -> None:
    through = ELDERLY.replace("some b in benefits.active", "some b in mine").replace(
        "let:\n", "let:\n  mine: benefits.active\n"
    )
    some = 'some b in mine satisfies b.benefit = "one"', 'some b in mine satisfies b.benefit = "other"'
    old = changed(through, ("must: not deaths.hit", f"must: not deaths.hit and not (({some[0]}) and ({some[1]}))"))
    either = 'some b in mine satisfies b.benefit = "one" and b.benefit = "other"'
    new = changed(through, ("must: not deaths.hit", f"must: not deaths.hit and not ({either})"))
    report = compared(old, new)
    assert (REFERRED, APPROVED) in outcomes(report)
    assert any(len(one.example.facts["benefits"]["active"]) > 1 for one in report.regions)  # type: ignore[index]  # of a register


@pytest.mark.parametrize("other", ["month_after(as_of)", "id_no"])
def test_a_text_of_a_register_may_be_a_month_or_somebodys_number(other: str) -> None:
    never = 'some b in benefits.active satisfies b.benefit = "one" and b.benefit = "other"'
    some = f"some b in benefits.active satisfies b.benefit = {other}"
    old, new = (
        changed(ELDERLY, ("must: not deaths.hit", f"must: not deaths.hit and not ({one})")) for one in (never, some)
    )
    assert (APPROVED, REFERRED) in outcomes(compared(old, new))


def test_nothing_is_claimed_of_versions_that_begin_after_the_last_day() -> None:
    old = text_of("senior_card")
    later = ("in_force: 2026-01-01", "in_force: 2061-01-01")
    with pytest.raises(NoClaimError, match="after 2060-12-31"):
        compared(old, changed(old, later, ("value: 60", "value: 65")))
