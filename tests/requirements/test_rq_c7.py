"""RQ-C7: what the law wants looked at on site is referred to an officer, or goes by commitment with a check after."""

from itertools import product

import pytest

from tests.requirements.deciding import answer, codes, policies, policy_of

MATTER = "hygiene_permit"
CASE = policy_of(MATTER).cases[0]
VENUES = sorted(policy_of(MATTER).field("venue").values)
PAPERS = (None, "paper.pdf")


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("promised", [True, False])
def test_no_permit_without_a_check_on_site_before_or_after(venue: str, promised: bool) -> None:
    """Over every place, air, paper and signature: an officer, a correction or a tolerance; or the commitment, dated."""
    for air, signed, plan, report in product((True, False), (True, False), PAPERS, PAPERS):
        form = {
            **CASE.form, "venue": venue, "use_commitment": promised, "central_air": air, "commitment_signed": signed,
            "floor_plan": plan, "test_report": report,
        }  # fmt: skip
        reply = answer(MATTER, form, CASE.facts, CASE.as_of)
        if reply["outcome"] == "APPROVED_ON_COMMITMENT":
            assert promised
            assert signed
            assert not air
            assert venue not in ("pool", "bath")
            assert "POST_CHECK" in [one["code"] for one in reply["obligations"]]
        else:
            assert reply["outcome"] in ("REFERRED", "CORRECTION_REQUIRED", "ACCEPTED_TOLERANT")


@pytest.mark.parametrize(("field", "value"), [("venue", "pool"), ("venue", "bath"), ("central_air", True)])
def test_what_a_commitment_may_not_replace_is_checked_on_site(field: str, value: object) -> None:
    reply = answer(MATTER, {**CASE.form, field: value}, CASE.facts, CASE.as_of)
    assert (reply["outcome"], codes(reply)) == ("REFERRED", ["R10_SITE_CHECK_NEEDED"])


def test_complete_papers_in_the_ordinary_procedure_go_to_an_officer() -> None:
    form = {**CASE.form, "use_commitment": False, "floor_plan": "P-1.ofd", "test_report": "T-1.ofd"}
    reply = answer(MATTER, form, CASE.facts, CASE.as_of)
    assert (reply["outcome"], codes(reply)) == ("REFERRED", ["R14_ORDINARY_PROCEDURE"])


def test_every_other_matter_states_why_nothing_is_checked_on_site() -> None:
    for policy in policies():
        assert len(policy.suitability.no_site_check.zh) > 3
        assert len(policy.suitability.no_site_check.en) > 10
