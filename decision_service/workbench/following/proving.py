"""The receipt on the page of a decision: fetched, checked step by step, spoilt and checked again."""

import asyncio
from typing import Any, cast

import orjson
from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.following.checking import PARTS, Checked, Part, check, spoilt
from decision_service.workbench.following.sections import PACKAGE, waiting
from decision_service.workbench.parts import button, note, rendered, text
from decision_service.workbench.saying import counted
from decision_service.workbench.visit import Visit


class Proof:
    """The receipt of one decision. `path` is where the service gives it, `answer` what the page shows of it."""

    def __init__(self, visit: Visit, path: str, answer: dict[str, Any]) -> None:
        self._visit = visit
        self._path = path
        self._answer = {name: value for name, value in answer.items() if name != "record"}
        self._receipt = b""

    def begin(self) -> None:
        """The button, and the place where the steps are shown."""
        say = self._visit.say
        text(
            say(
                "核验在这里进行，不问办理服务：由回执的字节重算每一个哈希，一直算到账本签过名的根。",
                "It is checked here, without the service: each hash is computed from the receipt's bytes, up to the "
                "root that the log has signed.",
            ),
            "p",
        )
        with ui.element("div").classes("mp-row no-print"):
            checking = button(say("取回执并核验", "fetch the receipt and check it"), "verified", strong=True)
            self._spoiling = ui.element("div").classes("mp-row")
        self._spoiling.set_visibility(False)
        with self._spoiling:
            options = {part: self._visit.tell(told) for part, told in PARTS.items()}
            part = ui.select(options, label=say("改动哪里", "what to spoil"), value="answer").props("outlined dense")
            part.classes("fo-field")
            spoiling = button(say("改动一个字节再核验", "spoil one byte and check again"), "broken_image")
        self._place = ui.element("div").props('aria-live="polite"')
        checking.on("click", acting(self._visit, Action.AUDIT_CASE, self._fetch))

        async def spoil(*_: object) -> None:
            await self._show(spoilt(self._receipt, cast("Part", part.value)), is_spoilt=True)

        spoiling.on("click", acting(self._visit, Action.AUDIT_CASE, spoil))

    async def _fetch(self, *_: object) -> None:
        self._place.clear()
        with self._place:
            wait = waiting(self._visit)
        try:
            self._receipt = orjson.dumps(await self._visit.get("staff", self._path))
        finally:
            wait.delete()
        await self._show(self._receipt)
        self._spoiling.set_visibility(True)

    async def _show(self, receipt: bytes, *, is_spoilt: bool = False) -> None:
        checked = await asyncio.to_thread(check, receipt, self._visit.bench.trust, self._answer)
        self._place.clear()
        with self._place:
            self._verdict(checked, is_spoilt=is_spoilt)
            values = {"checked": checked, "say": self._visit.say, "tell": self._visit.tell, "counted": counted}
            rendered(PACKAGE, "receipt.html", values)

    def _verdict(self, checked: Checked, *, is_spoilt: bool) -> None:
        say = self._visit.say
        if is_spoilt:
            note(
                say("下面核验的是改动了一个字节的回执。", "What is checked below is the receipt with one byte spoilt.")
            )
        if checked.wrong:
            note(say(f"不能证明。核验程序说：{checked.wrong}", f"Proves nothing: {checked.wrong}"), "bad")
        else:
            told = (
                "属实：这个决定在账本里，一个字节也没有改过。",
                "It holds: this decision is in the log, and not a byte was changed.",
            )
            note(say(*told), "good")
        if checked.is_pinned:
            given = (
                f"账本公钥 {checked.key} 是工作台启动时给出的，不是办理服务自己说的。",
                f"The log's key {checked.key} was given to the workbench at its start, not by the service.",
            )
            text(say(*given), "p", "mp-faint")
        else:
            note(
                say(
                    f"公钥 {checked.key} 是办理服务自己说的：只能证明没有改动，不能证明是谁的账本。"
                    "请用 miaopi workbench --log-key 给出机关公布的公钥。",
                    f"The key {checked.key} is as the service states it: this shows that nothing was changed, not "
                    "whose log it is. Give the authority's key by miaopi workbench --log-key.",
                )
            )
