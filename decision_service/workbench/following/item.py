"""One item that an officer holds: its file, opened for a purpose that is recorded first, and the forms that its kind
ends with."""

from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.casework.folding import REPLIED
from decision_service.workbench.acting import acting
from decision_service.workbench.following.form import Form
from decision_service.workbench.following.forms import AnswerForm, DoubtForm, HearingForm
from decision_service.workbench.following.outcome import OutcomeForm
from decision_service.workbench.following.search import PATH as DECISIONS
from decision_service.workbench.following.sections import PACKAGE, Sections, section, waiting
from decision_service.workbench.following.telling import told_in_order
from decision_service.workbench.following.unsent import forget
from decision_service.workbench.following.words import KINDS, PURPOSES, Words
from decision_service.workbench.parts import button, heading, mark, note, panel, rendered, text
from decision_service.workbench.service import below
from decision_service.workbench.visit import Visit

PATH: Final = "/staff/v1/queue"
_OFFICERS: Final = ("decide", "review", "blind_sample", "task", "complaint")
_USUAL: Final = {"referral": "decide", "review": "review", "blind_sample": "blind_sample", "task": "task"}


class Held:
    """The page of one item. What its file says is in this page alone."""

    def __init__(self, visit: Visit, words: Words, item_id: str) -> None:
        self._visit = visit
        self._words = words
        self._item_id = item_id
        self._path = below(PATH, item_id)
        ui.link(visit.say("← 回到待办", "← back to the queue"), "/queue")
        self._place = ui.element("div")

    def ask(self) -> None:
        """What for?"""
        say, visit = self._visit.say, self._visit
        if not visit.may(Action.CLOSE_TASK):
            note(say("待办由经办人员打开。", "Officers open what waits."), "bad")
            return
        with self._place, panel():
            text(self._item_id, "code", "fo-hash")
            note(
                say(
                    "打开后会看到申请人的个人信息。谁、何时、为何打开，先登记入调用日志，再显示。",
                    "Opening shows personal data. Who opens it, when and what for is recorded before it is shown.",
                )
            )
            usual = "complaint" if visit.asked("task") == "complaint" else _USUAL.get(visit.asked("kind"), "decide")
            options = {one: self._words.of(PURPOSES, one) for one in _OFFICERS}
            with ui.element("div").classes("mp-row"):
                purpose = ui.select(options, label=say("调阅目的", "what for"), value=usual).props("outlined dense")
                purpose.classes("fo-field")
                opening = button(say("登记并打开", "record it and open"), "folder_open", strong=True)

            async def opened(*_: object) -> None:
                await self._open(str(purpose.value))

            opening.on("click", acting(visit, Action.CLOSE_TASK, opened))

    async def _open(self, purpose: str) -> None:
        with self._place:
            wait = waiting(self._visit)
        try:
            item = await self._visit.post("staff", f"{self._path}/claim")  # who holds it already keeps it
            file = await self._visit.get("staff", f"{self._path}/file", {"purpose": purpose})
        finally:
            wait.delete()
        self._place.clear()
        with self._place:
            for one in self._show(item, file):
                await one.recall()

    def _show(self, item: Mapping[str, Any], file: Mapping[str, Any]) -> list[Form]:
        say = self._visit.say
        shown = Sections(self._visit, self._words, file)
        is_blind = item["kind"] == "blind_sample"
        self._head(item, file)
        if is_blind:
            blind = (
                "盲审：不显示系统的结论。请只凭申请和事实说您会怎样决定。",
                "A blind look: what the system came to is not shown. Say what you would decide.",
            )
            note(say(*blind))
        else:
            with section("times", say("经过", "What happened")):
                times = told_in_order(self._visit, self._words, file)
                rendered(PACKAGE, "times.html", {"times": times, "words": self._words, "say": say})
        shown.facts()
        if not is_blind:
            shown.rules()
            shown.outcome()
            shown.notice({"both": file["notice"]})
        with section("work", say("办理", "What you decide")):
            return self._forms(item, file)

    def _head(self, item: Mapping[str, Any], file: Mapping[str, Any]) -> None:
        say = self._visit.say
        with panel():
            with ui.element("div").classes("mp-row"):
                mark(self._words.of(KINDS, item["kind"]))
                text(say(file["matter"]["zh"], file["matter"]["en"]), "strong")
                if item["due_text"]:
                    mark(say(item["due_text"]["zh"], item["due_text"]["en"]), "bad" if item["is_overdue"] else "")
                ui.space()
                back = button(say("放回", "put it back"), "undo").classes("no-print")
            lines = {say("决定编号", "decision"): item["decision_id"], say("事项依据日", "as of"): file["as_of"]}
            rendered(PACKAGE, "lines.html", {"lines": lines})
            if item["task_text"] is not None:
                heading(say(item["task_text"]["zh"], item["task_text"]["en"]))
                with ui.element("ol"):
                    for step in file.get("steps", ()):
                        text(say(step["zh"], step["en"]), "li")

        async def put_back(*_: object) -> None:
            await self._visit.post("staff", f"{self._path}/release")
            forget(self._path)
            ui.navigate.to("/queue")

        back.on("click", acting(self._visit, Action.CLOSE_TASK, put_back))

    def _forms(self, item: Mapping[str, Any], file: Mapping[str, Any]) -> list[Form]:
        forms: list[Form] = []
        if item["kind"] == "blind_sample":
            forms.append(OutcomeForm(self._visit, self._words, file, f"{self._path}/finding"))
        else:
            if item["task_type"] not in REPLIED:
                forms.append(HearingForm(self._visit, f"{self._path}/hearing"))
                forms.append(OutcomeForm(self._visit, self._words, file, f"{self._path}/outcome"))
            if item["kind"] == "task":
                forms.append(AnswerForm(self._visit, f"{self._path}/answer"))
        for one in forms:
            one.show()
        if item["kind"] != "blind_sample":
            with ui.expansion(self._visit.say("准予可能有误？", "may the grant be wrong?"), icon="flag"):
                forms.append(DoubtForm(self._visit, f"{DECISIONS}/{item['decision_id']}/doubts"))
                forms[-1].show()
        return forms
