"""A case found by the key of a complaint, for whoever hears one by telephone."""

from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.following.words import Words
from decision_service.workbench.parts import button, note, text
from decision_service.workbench.visit import Visit, address

_PATH: Final = "/staff/v1/complaints:find"


def complaint_door(visit: Visit, words: Words) -> None:
    """The field for the key. Looking up a case so is a reading that is recorded."""
    say = visit.say
    with ui.expansion(say("凭投诉凭证查找", "find a case by a complaint key"), icon="support_agent").classes(
        "no-print"
    ):
        with ui.element("div").classes("mp-row"):
            key = ui.input(say("投诉凭证", "complaint key")).props("outlined dense maxlength=96 autocomplete=off")
            key.classes("fo-field")
            find = button(say("查找", "find"), "search")
        place = ui.element("div").props('aria-live="polite"')

    async def found(*_: object) -> None:
        place.clear()
        got = await visit.post("staff", _PATH, {"complaint_key": (key.value or "").strip()})
        key.value = ""
        with place:
            _show(visit, words, got)

    find.on("click", acting(visit, Action.READ_CASE, found))
    key.on("keydown.enter", acting(visit, Action.READ_CASE, found))


def _show(visit: Visit, words: Words, got: dict[str, Any]) -> None:
    say = visit.say
    text(f"{words.matter(got['matter'])} {got['decision_id']}", "p")
    for item_id in got["items"]:
        ui.link(say(f"待办 {item_id}", f"waits: {item_id}"), address("/queue", item=item_id)).classes("fo-hash")
    if not got["items"]:
        note(say("这个案件没有等待办理的事项。", "Nothing waits on this case."))
    if visit.may(Action.AUDIT_CASE):
        ui.link(say("查看这个决定", "the decision"), address("/decision", id=got["decision_id"]))
