"""What came of a trial, as parts of the page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from decision_service.notice.values import printed
from decision_service.outcome import Outcome
from decision_service.policy.shape import Bilingual
from decision_service.workbench.parts import WHOLE, button, heading, mark, note, rendered, text
from decision_service.workbench.trying.controls import select
from decision_service.workbench.trying.form import STATES
from decision_service.workbench.trying.subjects import Subject
from decision_service.workbench.trying.telling import OUTCOME_MOODS, Tried, guide
from decision_service.workbench.visit import Visit, address

PACKAGE = "decision_service.workbench.trying"


def outcome(visit: Visit, one: Tried) -> None:
    """The outcome with everything that the answer says."""
    policy, catalogue = one.decided.policy, one.decided.catalogue
    result = [
        (
            visit.tell(catalogue.results.get(name, Bilingual(name, name))),
            visit.tell(printed(name, value, policy, catalogue)),
        )
        for name, value in one.told["result"].items()
        if value is not None
    ]
    mood = OUTCOME_MOODS[one.decided.outcome]
    values = {"told": one.told, "mood": mood, "result": result, "zh": visit.language == "zh"}
    items = {each.name: each.label for each in policy.items}
    rendered(PACKAGE, "outcome.html", {**values, "items": items, "names": catalogue.outcomes})


def rules(visit: Visit, one: Tried) -> None:
    """Every rule with how it stands and the values that its condition had."""
    edit = address("/edit", file=one.decided.policy.source)
    rendered(PACKAGE, "rules.html", {"rules": one.told["rules"], "zh": visit.language == "zh", "edit": edit})


def plan(visit: Visit, one: Tried) -> None:
    """Whom it asks, in which waves, and why."""
    rendered(PACKAGE, "plan.html", {"plan": one.plan, "zh": visit.language == "zh"})


def why_not(visit: Visit, one: Tried, looks: dict[str, str]) -> None:
    """What keeps it from another outcome, which is chosen here; `looks` remembers which."""
    names = one.decided.catalogue.outcomes

    def shown(value: str) -> None:
        looks["why_not"] = value
        place.clear()
        with place:
            told = one.why_not(Outcome(value))
            values = {"told": told, "names": names, "states": STATES, "zh": visit.language == "zh"}
            rendered(PACKAGE, "why_not.html", values)

    usual = Outcome.APPROVED if one.decided.outcome is not Outcome.APPROVED else Outcome.REJECTED
    wanted = Outcome(looks.get("why_not", usual))
    choices = {each.value: visit.tell(names[each]) for each in Outcome}
    chooser = select(choices, wanted.value, shown)
    chooser.props["aria-label"] = visit.say("哪个结果", "which outcome")
    place = ui.element("div")
    shown(wanted.value)


def notice(visit: Visit, one: Tried, looks: dict[str, str]) -> None:
    """The notice as the citizen would read it, in either language (`looks` remembers which), to be printed."""

    def page_in(language: str) -> str:
        return one.notice("en" if language == "en" else "zh")

    def shown(language: str) -> None:
        looks["notice"] = language
        frame.props["srcdoc"] = page_in(language)
        frame.update()

    language_now = looks.get("notice", visit.language)
    with ui.element("div").classes("mp-row no-print"):
        chooser = select({"zh": "中文", "en": "English"}, language_now, shown)
        chooser.props["aria-label"] = visit.say("文书的语言", "language of the notice")
        button(visit.say("打印文书", "print the notice"), icon="print").on_click(
            lambda: ui.run_javascript("document.querySelector('iframe.mp-notice').contentWindow.print()")
        )
    frame = _frame(visit.say("文书", "notice"), page_in(language_now)).classes("mp-notice")


def published_guide(visit: Visit, subject: Subject) -> None:
    """What the guide says."""
    _frame(visit.say("办事指南", "guide"), guide(subject.policy, subject.catalogue))


def _frame(title: str, page: str) -> ui.element:
    """A page of ours within the page: no script runs in it."""
    frame = ui.element("iframe").classes("mp-frame").props('sandbox="allow-same-origin allow-modals"')
    frame.props["title"] = title
    frame.props["srcdoc"] = page
    return frame.on("load", js_handler=WHOLE)


def nearest(
    visit: Visit, told: Mapping[str, Any], names: Mapping[Outcome, Bilingual], apply: Callable[[int], None]
) -> None:
    """The nearest changes, each to be made with a click."""
    if not told["ways"]:
        text(str(told.get(visit.language) or visit.say("没有找到", "none was found")))
        return
    for number, way in enumerate(told["ways"]):
        with ui.element("div").classes("mp-way"):
            mood = OUTCOME_MOODS[Outcome(way["outcome"])]
            with ui.element("div").classes("mp-row"):
                mark("→ " + visit.tell(names[Outcome(way["outcome"])]), "good" if mood == "good" else "warn")
                use = button(visit.say("照此修改", "apply it"), icon="check")
                use.on_click(lambda number=number: apply(number))
            _steps(visit, way["steps"])


def _steps(visit: Visit, steps: Sequence[Mapping[str, str]]) -> None:
    with ui.element("ul").classes("mp-told"):
        for step in steps:
            text(step[visit.language], "li")


def problems(visit: Visit, found: Sequence[Any]) -> None:
    """What is wrong with the rule files, each with a way to the editor."""
    note(
        visit.say("规则草稿有错，改正后才能试算：", "the draft of the rules has problems; mend them to try it:"), "bad"
    )
    with ui.element("ul").classes("mp-told"):
        for one in found[:10]:
            with ui.element("li"):
                place = "" if one.span is None else f"{one.span.source.name}:{one.span.line} "
                if one.span is not None:
                    to = address("/edit", file=one.span.source.name, line=str(one.span.line))
                    ui.link(place, to)
                text(visit.say(one.zh, one.en), "span")


def section(visit: Visit, title: Bilingual, level: int = 2) -> ui.element:
    """A heading, and a place under it."""
    heading(visit.tell(title), level)
    return ui.element("div")
