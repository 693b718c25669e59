"""Looking for applications: what is found is decided as asked, what is not found is nowhere, and near means near."""

import pytest

from decision_service.outcome import Outcome
from decision_service.readings.reference import judge
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.replaying import read_again
from decision_service.readings.smt.solving import SECOND
from decision_service.readings.smt.world import World
from tests.properties.deciding import MATTERS, policy_of, shelf


@pytest.mark.parametrize("matter", MATTERS)
def test_each_outcome_is_found_or_proved_impossible(matter: str) -> None:
    """Outcomes of worked cases are found again; what is found is decided by the reference as asked."""
    policy = policy_of(matter)
    world = World([policy], shelf().catalogue)
    terms = world.terms[0]
    cases = [Applicant.of_case(case) for case in policy.cases]
    shown = {judge(policy, read_again(policy, world.catalogue, case)).outcome for case in cases}
    for outcome in Outcome:
        found = world.find(world.valid, terms.outcome(outcome), near=cases[:1], steps=60 * SECOND)
        assert found is not None or outcome not in shown
        if found is not None:
            assert judge(policy, read_again(policy, world.catalogue, found)).outcome is outcome


def test_what_is_found_is_as_near_as_can_be() -> None:
    """One field of a worked case makes the difference where one is enough."""
    policy = policy_of("elderly_allowance")
    world = World([policy], shelf().catalogue)
    base = Applicant.of_case(policy.cases[0])
    found = world.find(world.valid, world.known, world.terms[0].fails("E3"), near=[base])
    assert found is not None
    assert found.form == {**base.form, "human_review": False, "notice_read": True} | found.form
    changed = {
        (register, key)
        for register, answer in base.facts.items()
        for key, value in answer.items()  # type: ignore[attr-defined]  # an answer is an object
        if key != "data_as_of" and found.facts[register][key] != value  # type: ignore[index]  # an answer is an object, as in the base
    }
    assert changed == {("deaths", "hit")}


def test_defects_of_the_form_are_found_where_they_are_asked_for() -> None:
    """Without `valid` a form may be wrong, and then comes to what defects come to."""
    policy = policy_of("elderly_allowance")
    world = World([policy], shelf().catalogue)
    wrong = world.application.wrong["city"]
    found = world.find(wrong, near=[Applicant.of_case(policy.cases[0])])
    assert found is not None
    sheet = read_again(policy, world.catalogue, found)
    assert sheet.form_outcome is Outcome.CORRECTION_REQUIRED
    assert world.find(wrong, world.valid) is None
