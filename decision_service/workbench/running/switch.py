"""The kill switch on the page: one person stops what machines decide, two let it go on, as the service sees to."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.parts import button, heading, mark, note, panel, text
from decision_service.workbench.saying import moment
from decision_service.workbench.visit import Visit

PATH: Final = "/control/v1/suspensions"
EVERYTHING: Final = "*"


class Switch:
    """What is stopped now, and the steps that the one before the page may take."""

    def __init__(self, visit: Visit, names: Mapping[str, str]) -> None:
        """`names`: of every matter, in the reader's language."""
        self._visit = visit
        self._names = {EVERYTHING: visit.say("全部事项", "every matter"), **names}
        with panel("mp-switchbox"):
            heading(visit.say("紧急停办", "Kill switch"))
            self._standing = ui.element("div")
            if visit.may(Action.SUSPEND):
                self._form()

    async def show(self) -> None:
        """Reads what stands from the service. Raises ServiceError."""
        found = (await self._visit.get("staff", PATH))["suspensions"]
        self._standing.clear()
        with self._standing:
            if not found:
                text(self._visit.say("没有停办的事项。", "Nothing is stopped."))
            for one in found:
                self._one(one)

    def _one(self, one: Mapping[str, Any]) -> None:
        say = self._visit.say
        with note("", "bad"):
            name = self._names.get(one["matter"], one["matter"])
            text(say(f"已停办：{name}", f"Stopped: {name}"), classes="mp-strong")
            at = moment(one["at"])
            text(say(f"{one['by']}，{at}：{one['reason']}", f"{one['by']}, {at}: {one['reason']}"))
            if not one["recorded"]:
                mark(say("尚未记入账本，请再停一次", "not on record yet: stop it again"), "warn")
            asked = one["resume_asked_by"]
            if asked:
                text(say(f"{asked} 已申请恢复，须由另一人确认。", f"{asked} asks to resume; another must confirm."))
            with ui.element("div").classes("mp-row"):
                self._steps(one)

    def _steps(self, one: Mapping[str, Any]) -> None:
        say, visit = self._visit.say, self._visit
        if visit.may(Action.RESUME_REQUEST) and not one["resume_asked_by"]:
            asking = button(say("申请恢复", "ask to resume"), "restart_alt")
            asking.on("click", acting(visit, Action.RESUME_REQUEST, self._step(one, "resume")))
        if visit.may(Action.RESUME_CONFIRM) and one["resume_asked_by"]:
            confirming = button(say("确认恢复", "confirm to resume"), "done_all", strong=True)
            confirming.on("click", acting(visit, Action.RESUME_CONFIRM, self._step(one, "confirm")))

    def _step(self, one: Mapping[str, Any], step: str) -> Callable[..., Awaitable[None]]:
        async def done(*_: object) -> None:
            await self._visit.post("staff", f"{PATH}/{one['suspension']}/{step}")
            await self.show()

        return done

    def _form(self) -> None:
        say = self._visit.say
        with ui.element("div").classes("mp-row"):
            matter = (
                ui.select(self._names, label=say("停办事项", "what to stop")).props("outlined dense").classes("mp-grow")
            )
            reason = ui.input(say("原因（记入账本）", "why (goes on record)")).props("outlined dense maxlength=200")
            reason.classes("mp-grow")
            stop = button(say("停办…", "stop…"), "front_hand", strong=True).props("color=negative")
        with ui.dialog() as sure, ui.card():
            asked = text("", "p")
            with ui.element("div").classes("mp-row"):
                button(say("不停", "leave it")).on("click", sure.close)
                yes = button(say("立即停办", "stop it now"), "front_hand", strong=True).props("color=negative")

        def ask() -> None:
            if not matter.value or not (reason.value or "").strip():
                ui.notify(say("请选择事项并写明原因", "choose what to stop, and say why"), type="warning")
                return
            name = self._names[matter.value]
            asked.text = say(
                f"停办“{name}”：从下一件申请起全部转人工，直到两个人先后同意恢复。",
                f"Stop “{name}”: from the next application on officers decide, until two persons let it go on.",
            )
            sure.open()

        async def done(*_: object) -> None:
            await self._visit.post("staff", PATH, {"matter": matter.value, "reason": reason.value.strip()})
            sure.close()
            reason.value = ""
            await self.show()

        stop.on("click", ask)
        yes.on("click", acting(self._visit, Action.SUSPEND, done))
