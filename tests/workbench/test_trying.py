"""Try it: in a browser what an analyst does, and without one that what is shown is what the rules mean."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from playwright.sync_api import BrowserContext, expect

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
from tests.workbench.desks import Desk, page_of

ELDERLY = "elderly_allowance/2026-01-01.yaml"


def test_an_answer_is_flipped_a_change_applied_and_a_case_saved(lone_desk: Desk, window: BrowserContext) -> None:
    page = page_of(lone_desk, window, f"/try?file={ELDERLY}&case=九十岁，沈阳，无特殊情况")
    came = page.locator(".mp-came")
    expect(came).to_contain_text("APPROVED")
    expect(came).to_contain_text("200.00")

    deaths = page.get_by_label("死亡和殡葬信息库怎样答复")
    deaths.select_option("timeout")
    expect(came).to_contain_text("REFERRED")
    expect(came).to_contain_text("R01_VERIFIER_UNAVAILABLE")
    rule = page.locator(".mp-rule", has_text="没有死亡登记")
    expect(rule).to_contain_text("未能核实")
    expect(rule).to_contain_text("没有及时答复")
    expect(rule.get_by_role("link", name="E3")).to_have_attribute("href", re.compile(r"/edit\?file=.*&line=\d+"))
    page.reload()
    expect(came).to_contain_text("REFERRED")
    deaths.select_option("ok")
    expect(came).to_contain_text("APPROVED")

    number = page.get_by_label("公民身份号码")
    number.fill("210100193505208827")
    expect(page.locator(".mp-field", has=number)).to_contain_text("校验码")
    expect(came).to_contain_text("CORRECTION_REQUIRED")
    number.fill("21020019460317886X")
    expect(came).to_contain_text("REJECTED")
    expect(page.frame_locator("iframe.mp-notice").locator("h1")).to_contain_text("不予")
    page.get_by_label("文书的语言").select_option("en")
    expect(page.frame_locator("iframe.mp-notice").locator(".mark")).to_contain_text("A trial")
    page.get_by_label("哪个结果").select_option("APPROVED")
    expect(page.get_by_text("J01_UNDER_AGE")).not_to_have_count(0)

    page.get_by_role("button", name="照此修改").first.click()
    expect(came).to_contain_text("APPROVED")

    page.get_by_role("button", name="存为案例").click()
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_role("alert")).to_contain_text("请写名称")
    page.get_by_label("案例名称").fill("试出来的一例")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("已存为草稿")).to_be_visible()
    page.goto(f"{lone_desk.url}/try?file={ELDERLY}&case=试出来的一例")
    expect(page.get_by_label("从案例开始")).to_have_value("试出来的一例")


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
