"""The new result of a case taken over as what it expects, after it was shown."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.casetext import expect_text
from decision_service.source import Source
from decision_service.workbench.acting import acting, beside
from decision_service.workbench.casewriting import NotWritableError, with_expectation
from decision_service.workbench.parts import button, dialog, note, text
from decision_service.workbench.visit import Visit


def take_over(visit: Visit, case: Mapping[str, Any], again: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Asks whether the law wants it so, and writes it as a draft; then the cases are run again."""
    new = expect_text(case["new"])

    async def taken() -> None:
        drafts = visit.bench.drafts
        now, number = drafts.read(case["file"])
        try:
            source, new_one = Source(case["file"], now), case["new"]
            made = await asyncio.to_thread(with_expectation, source, case["name"], new_one, case["told"])
        except NotWritableError as error:
            wrong.set_text(visit.tell(error.told))
            return
        drafts.save(case["file"], made, visit.require(Action.PROPOSE_RELEASE), number)
        shown.close()
        beside(again(), "cases")

    with dialog(visit.say("以新结果为预期", "Expect the new result")) as shown:
        text(case["name"], "strong")
        note(
            visit.say(
                "预期说的是法律要怎样决定。只有核对过法律依据、确认规则的新结果是对的，才改预期；否则改规则。",
                "What a case expects is what the law wants. Change it only if you have checked the law and the new "
                "result is right; else change the rule.",
            )
        )
        text("expect:", "div", "mp-faint")
        text(new, "code", "mp-must")
        if case["told"] is not None:
            text(
                f"alone: {case['told'][0] if len(case['told']) == 1 else visit.say('（删去）', '(taken out)')}", "code"
            )
        wrong = text("", "div", "mp-fault").props('role="alert"')
        with ui.element("div").classes("mp-row"):
            keep = button(visit.say("核对过了，存为草稿", "checked; save as a draft"), strong=True)
            keep.on_click(acting(visit, Action.PROPOSE_RELEASE, taken))
            button(visit.say("取消", "cancel")).on_click(shown.close)
    shown.open()
