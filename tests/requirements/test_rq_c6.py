"""RQ-C6: all defects in one notice. Who puts right exactly what it lists is not sent back again.

With two exceptions, which a notice cannot avoid and which are held here to be the only ones. After a defect of an
identifier no register is asked, so that what only registers know can follow in a second notice. And a field that had
to be rewritten opens what depends on it: a field that only the new value calls for (married: the spouse's number), and
rules that could not read it before, or that compared it with a register.
"""

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from decision_service.decision import Decided
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from tests.properties.applications import Application, Maker, applications
from tests.properties.constants import constants_of
from tests.properties.deciding import decided, thorough
from tests.requirements.correcting import corrected, new_corrections, worth_correcting
from tests.requirements.deciding import answer, codes, policies, policy_of

MOST_ROUNDS = 5
"""The longest way through both exceptions: the form, then registers, a field opened, that field and a register."""


def allowed(found: Decided, before: Decided, rewritten: set[str]) -> None:
    """Every further correction is one of the two exceptions."""
    for name, read, by_register in new_corrections(found):
        opened = bool(read & rewritten)
        assert opened or (before.form.stopped and by_register), f"{name} was not told at once"


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_who_corrects_what_is_listed_is_not_sent_back(policy: Policy) -> None:
    """Any form with any defects, any answers of registers: correct, submit again, against the same registers."""
    assert worth_correcting(policy)
    constants = constants_of(policy)

    @thorough("one_notice", quick=80, full=20_000)
    @given(applications(policy, messy=0.7, unknown=0.05), st.randoms(use_true_random=False))
    def holds(application: Application, random: object) -> None:
        maker = Maker(random, policy, constants)  # type: ignore[arg-type]  # a Random of Hypothesis
        maker.as_of = application.as_of
        before = decided(policy, application)
        rounds = 0
        while before.outcome is Outcome.CORRECTION_REQUIRED:
            rounds += 1
            application, rewritten = corrected(before, application, maker)
            note(f"round {rounds}: {application}, rewritten {rewritten}")
            after = decided(policy, application)
            if after.outcome is Outcome.CORRECTION_REQUIRED:
                allowed(after, before, rewritten)
            assert rounds <= MOST_ROUNDS
            before = after

    holds()


def test_everything_wrong_at_once_is_told_at_once() -> None:
    """Four defects of a form and two that registers know: one notice lists all six."""
    policy = policy_of("individual_business")
    case = policy.cases[0]
    form = {
        **case.form, "notice_read": False, "premises_commitment": False, "premises_use": "residential",
        "scope": [{"code": "A", "kind": "pre_licence"}],
    }  # fmt: skip
    facts = {
        **case.facts,
        "liveness": {**case.facts["liveness"], "passed": False},  # type: ignore[dict-item]  # an object of facts
        "business_names": {**case.facts["business_names"], "conflict": True},  # type: ignore[dict-item]  # an object of facts
    }
    reply = answer(policy.matter, form, facts, case.as_of)
    assert reply["outcome"] == "CORRECTION_REQUIRED"
    assert sorted(codes(reply)) == [
        "C04_MATERIAL_NEEDED", *["C05_DECLARATION_MISSING"] * 3, "C08_NAME_CONFLICT", "C09_FACE_CHECK_FAILED",
    ]  # fmt: skip


def test_what_a_notice_hides_is_told_as_advice() -> None:
    """A refusal that would follow after the correction is no surprise later."""
    policy = policy_of("elderly_allowance")
    case = policy.cases[0]
    young = {**case.form, "id_no": "21020019460317886X"}
    card = {**case.facts["social_security_card"], "bank_function": "inactive"}  # type: ignore[dict-item]  # an object of facts
    reply = answer(policy.matter, young, {**case.facts, "social_security_card": card}, case.as_of)
    assert (reply["outcome"], codes(reply)) == ("CORRECTION_REQUIRED", ["C07_ACCOUNT_INACTIVE"])
    assert "J01_UNDER_AGE" in [one["code"] for one in reply["advice"]]
