"""Values that are lists go by what the policy calls their parts, in the language of the page."""

from datetime import date
from typing import Any, cast

import pytest

from decision_service.guide.form import fields
from decision_service.listing import listed
from decision_service.pages.frame import templates
from decision_service.policy.shape import Policy
from decision_service.readings.prose import say
from decision_service.workbench.following.sections import PACKAGE, Sections
from decision_service.workbench.following.words import Words
from decision_service.workbench.visit import Language, Visit
from tests.shipped import shelf
from verifiers.kinds import Period

DAY = date(2026, 3, 16)
TOLD = {
    "zh": ("经营项目代码", "项目类别", "一般项目", "列入日期", "住宅"),
    "en": ("Code of the trade", "Kind", "no licence needed", "day of entry", "dwelling"),
}
RAW = ("code", "kind", "listed_on")


def business() -> Policy:
    policy = shelf().in_force("individual_business", DAY)
    assert policy is not None
    return policy


def facts(language: Language) -> str:
    """The facts of a decision as a page shows them."""
    nothing: Any = None
    visit = Visit(nothing, nothing, language, nothing, nothing, nothing)
    form = [
        {
            "field": "scope",
            "zh": "经营范围",
            "en": "Scope",
            "value": [{"code": "F5213", "kind": "general"}],
            "called": None,
        },
        {"field": "home", "zh": "用房", "en": "Premises", "value": "home", "called": {"zh": "住宅", "en": "dwelling"}},
    ]
    credit = {"serious_lists": [{"list": "HPF_FRAUD", "listed_on": "2025-05-01"}], "judgment_defaulter": False}
    fact = {"register": "credit", "zh": "信用", "en": "credit", "status": "ok", "origin": "asked", "facts": credit}
    fact |= dict.fromkeys(("data_as_of", "age_seconds", "credential", "request_id", "digest", "fault", "elapsed_ms"))
    fact |= {"asked_at": "2026-03-16T10:00:00+08:00"}
    file = {"matter": {"code": "individual_business"}, "as_of": str(DAY), "form": form, "facts": [fact]}
    values = cast("Any", Sections(visit, Words(visit, shelf()), file))._values
    return templates(PACKAGE).get_template("facts.html").render(values)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_facts_of_a_decision_name_the_parts_of_lists(language: Language) -> None:
    shown = facts(language)
    for words in TOLD[language]:
        assert words in shown
    for name in RAW:
        assert f"<dt>{name}</dt>" not in shown
    assert ("（" in shown) == (language == "zh")


def test_a_policy_says_what_the_parts_of_its_lists_are_called() -> None:
    policy = business()
    called = policy.field("scope").called
    assert called["scope[].code"] == ("经营项目代码", "Code of the trade")
    assert called["scope[].kind=general"] == ("一般项目", "no licence needed")
    (let,) = (one for one in policy.lets if one.name == "pre_licence")
    assert "“项目类别”等于“前置许可项目（登记前取得许可）”" in say(let.value, policy, "zh")
    assert "“licence needed before registration”" in say(let.value, policy, "en")
    (scope,) = (one for one in fields(policy, {}) if one["name"] == "scope")
    assert "经营项目代码 code" in str(scope["type"])
    assert "no licence needed, general" in str(scope["type"])


def test_a_list_is_said_by_its_parts_and_what_has_no_word_by_its_name() -> None:
    called = business().field("scope").called
    told = listed(({"code": "F5213", "kind": "general", "odd": None}, {"code": "O80"}), called, "scope")
    assert told.zh == "经营项目代码 F5213，项目类别 一般项目（general），odd 无；经营项目代码 O80"
    assert told.en == "Code of the trade F5213, Kind no licence needed (general), odd none; Code of the trade O80"
    assert listed((), called, "scope").en == "none"
    assert (listed(Period(72, 0), {}, "").zh, listed(Period(1, 2), {}, "").en) == ("72个月", "1 month and 2 days")
