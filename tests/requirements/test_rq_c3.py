"""RQ-C3: only a listed minor paper may follow later, by a day that is told; a main paper may not."""

from datetime import date
from pathlib import Path

import pytest

from tests.requirements.deciding import answer_of, guide, policies, policy_of, problem_codes, spoilt

MATTER = "hygiene_permit"


def test_a_main_paper_that_may_follow_does_not_load(tmp_path: Path) -> None:
    assert "main_material" in problem_codes(spoilt(tmp_path, MATTER, "minor: yes, may_follow_in", "may_follow_in"))


def test_only_minor_papers_with_days_are_published_as_tolerable() -> None:
    found = [
        one for policy in policies() for one in guide(policy.matter)["materials"] if one["may_follow_in_working_days"]
    ]
    assert found
    assert all(one["minor"] and one["may_follow_in_working_days"] > 0 for one in found)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_an_acceptance_with_a_paper_to_follow_lists_it_with_its_day(policy: object) -> None:
    matter = getattr(policy, "matter", "")
    tolerable = {one["upload"] for one in guide(matter)["materials"] if one["may_follow_in_working_days"]}
    accepted = [
        reply
        for case in policy_of(matter).cases
        if (reply := answer_of(matter, case))["outcome"] == "ACCEPTED_TOLERANT"
    ]
    assert bool(accepted) == bool(tolerable)
    for reply in accepted:
        assert reply["result"]["material"] in tolerable
        due = date.fromisoformat(reply["result"]["due_on"])
        assert due > date.fromisoformat(reply["as_of"])
        assert [one["due_on"] for one in reply["obligations"] if one["code"] == "SUPPLY_MATERIAL"] == [due.isoformat()]


def test_without_the_main_paper_nothing_is_tolerated() -> None:
    case = next(one for one in policy_of(MATTER).cases if one.expect["outcome"] == "ACCEPTED_TOLERANT")
    form = {name: value for name, value in case.form.items() if name != "test_report"}
    spoiled = type(case)(case.name, case.as_of, form, case.facts, case.expect)
    reply = answer_of(MATTER, spoiled)
    assert reply["outcome"] == "CORRECTION_REQUIRED"
    assert [reason["code"] for reason in reply["reasons"]] == ["C04_MATERIAL_NEEDED"]
