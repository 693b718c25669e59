"""Try it, without a browser: what is shown is what the rules mean."""

from datetime import date

import pytest
from hypothesis import given, settings

from decision_service.offline import engines_of
from decision_service.planning import Planner
from decision_service.readings.reference import judge
from decision_service.workbench.kept import Kept, NotKeptError, read_given
from decision_service.workbench.trying.subjects import Deciders
from decision_service.workbench.trying.telling import tried
from decision_service.workbench.trying.written import kept, written
from tests.properties.applications import Application, applications
from tests.properties.deciding import MATTERS, policy_of
from tests.shipped import shelf
from tests.sizes import size


@pytest.mark.parametrize("matter", MATTERS)
def test_what_is_shown_is_what_the_rules_mean(matter: str) -> None:
    """Whatever an application holds: its controls are that application again, and what is told of it is what the
    reference says."""
    policy, catalogue = policy_of(matter), shelf().catalogue
    planner = Planner(policy)
    with engines_of(policy) as engines:

        @settings(max_examples=size("trying", quick=12, full=1000))
        @given(applications(policy, messy=0.3, unknown=0.1))
        def check(one: Application) -> None:
            asked = Kept(one.as_of, one.form, one.facts)
            controls = written(policy, asked)
            assert kept(policy, controls) == asked
            assert written(policy, kept(policy, controls)) == controls
            came = tried(policy, catalogue, asked, Deciders(engines, planner))
            verdict = judge(policy, came.decided.sheet)
            assert came.told["outcome"] == verdict.outcome
            shown = {rule["rule"]: rule["state"] for rule in came.told["rules"]}
            meant = {finding.rule: finding.state for finding in verdict.findings}
            assert shown == {name: meant[name] for name in shown}
            gated = [rule.id for rule in policy.rules if rule.gate and meant[rule.id] == "fails"]
            assert shown.keys() == {rule.id for rule in policy.rules if not gated or rule.gate}
            if verdict.outcome != "REFERRED":
                for defect in came.decided.form.defects:
                    assert defect.field in came.faults

        check()


@given(applications(policy_of("individual_business"), messy=0.5, unknown=0.3))
@settings(max_examples=30)
def test_an_address_carries_an_application(one: Application) -> None:
    asked = Kept(one.as_of, one.form, one.facts)
    assert read_given(asked.as_given(), date(2026, 1, 1)) == asked


@pytest.mark.parametrize("text", ["", "!", "bnVsbA", "W10", "eyJmb3JtIjoxfQ", "eyJmb3JtIjp7fSwiYXNfb2YiOiJub3cifQ"])
def test_an_address_that_holds_none_is_refused(text: str) -> None:
    with pytest.raises(NotKeptError):
        read_given(text, date(2026, 1, 1))
