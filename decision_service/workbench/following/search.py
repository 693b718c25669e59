"""The page on which auditors find decisions."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.following.fields import choice, is_day
from decision_service.workbench.following.sections import PACKAGE
from decision_service.workbench.following.words import Words, read_words
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import button, note, panel, rendered, text
from decision_service.workbench.saying import counted
from decision_service.workbench.visit import Visit, address
from verifiers.identifiers.resembling import may_identify

PATH: Final = "/staff/v1/decisions"
_ASKED: Final = ("matter", "outcome", "reason", "from", "to", "application_id", "decision_id")
_MOST_ROWS: Final = 1000
"""Shown on one page; what is older is asked for by narrowing the search."""


async def build(visit: Visit) -> None:
    """The form, and what was found."""
    words = await asyncio.to_thread(read_words, visit, visit.bench.rules)
    await _Search(visit, words).begin()


class _Search:
    """One search and its rows, which grow as the reader goes on."""

    def __init__(self, visit: Visit, words: Words) -> None:
        self._visit = visit
        self._words = words
        self._asked = {name: visit.asked(name) for name in _ASKED if visit.asked(name)}
        self._rows: list[Mapping[str, Any]] = []
        self._asking = object()
        self._form()
        self._found = ui.element("div").props('aria-live="polite"')

    async def begin(self) -> None:
        """The first page of what the address asks for."""
        await self._look("")

    def _form(self) -> None:
        say, asked = self._visit.say, self._asked
        number = asked.get("application_id") or asked.get("decision_id") or ""
        with panel("no-print"), ui.element("div").classes("mp-row"):
            self._matter = choice(say("事项", "matter"), self._words.matters, asked.get("matter"))
            self._outcome = choice(say("结论", "outcome"), self._words.outcomes, asked.get("outcome"))
            self._reason = _line(say("理由代码", "code of a reason"), asked.get("reason", ""))
            self._since = _line(say("自（日期）", "from (day)"), asked.get("from", "")).props("type=date stack-label")
            self._until = _line(say("至（日期）", "to (day)"), asked.get("to", "")).props("type=date stack-label")
            self._number = _line(say("办件编号或决定编号", "number of application or decision"), number)
            find = button(say("查找", "find"), "search", strong=True)
            clear = button(say("清空", "clear"))
        for one in (self._reason, self._since, self._until, self._number):
            one.on("keydown.enter", acting(self._visit, Action.AUDIT_CASE, self._find))
        find.on("click", acting(self._visit, Action.AUDIT_CASE, self._find))
        clear.on("click", lambda: ui.navigate.to("/decisions"))
        hint = (
            "列表不显示姓名和证件号；查找和调阅都会登记。",
            "Nobody is named in the list; searching and opening are recorded.",
        )
        text(say(*hint), classes="mp-faint")

    async def _find(self, *_: object) -> None:
        asked = self._read()
        if asked is None:
            return
        self._asked = asked
        ui.navigate.history.replace(address("/decisions", **asked))
        await self._look("")

    def _read(self) -> dict[str, str] | None:
        """What the form asks for; None where it asks for what may not be asked, which is told."""
        say = self._visit.say
        number, reason = (self._number.value or "").strip(), (self._reason.value or "").strip()
        if may_identify(number.upper()) or may_identify(reason.upper()):
            self._number.value = ""
            refused = (
                "不能按证件号查找：个人信息不进入地址和日志。请用办件编号。",
                "No search by ID number: nothing personal goes into addresses and logs. Use the application's number.",
            )
            ui.notify(say(*refused), type="warning", multi_line=True)
            return None
        asked = {"matter": self._matter.value, "outcome": self._outcome.value, "reason": reason}
        for name, field in (("from", self._since), ("to", self._until)):
            day = (field.value or "").strip()
            if day and not is_day(day):
                ui.notify(say("日期写作 2026-03-16", "write a day as 2026-03-16"), type="warning")
                return None
            asked[name] = day
        asked["decision_id" if _is_decision(number) else "application_id"] = number
        return {name: value for name, value in asked.items() if value}

    async def _look(self, after: str) -> None:
        say = self._visit.say
        self._asking = asking = object()
        self._found.clear()
        with self._found, ui.element("div").classes("mp-row").props('role="status"'):
            ui.spinner(size="1.4em")
            text(say("正在查找…", "searching…"))
        try:
            got = await self._visit.get("staff", PATH, {**self._asked, **({"after": after} if after else {})})
        except Exception:
            if asking is self._asking:
                self._found.clear()
            raise
        if asking is not self._asking:  # something else was asked for meanwhile, or the same once more
            return
        self._rows = [*(self._rows if after else ()), *got["decisions"]]
        self._found.clear()
        with self._found:
            self._show(got)

    def _show(self, got: Mapping[str, Any]) -> None:
        say = self._visit.say
        if self._rows:
            text(
                say(f"{len(self._rows)} 件，最新的在前", f"{counted(len(self._rows), 'decision')}, the newest first"),
                "p",
            )
            values = {"rows": self._rows, "words": self._words, "say": say}
            rendered(PACKAGE, "found.html", values).classes("mp-wide")
        elif got["complete"]:
            note(say("没有符合条件的决定。", "No decision answers to that."))
        if not got["complete"]:
            seen = self._words.instant(got["back_to"])
            note(
                say(f"已查到 {seen}，更早的还没有查。", f"Looked back to {seen}; what is older was not looked at yet.")
            )
        if got["next"] is not None and len(self._rows) < _MOST_ROWS:
            more = button(say("继续查更早的", "go on to older ones"), "expand_more")

            async def go_on(*_: object) -> None:
                await self._look(got["next"])

            more.on("click", acting(self._visit, Action.AUDIT_CASE, go_on))
        elif got["next"] is not None:
            note(say("请用日期缩小范围再查。", "Narrow the search by days to see older ones."))


def _line(label: str, value: str) -> ui.input:
    return ui.input(label, value=value).props("outlined dense maxlength=128 autocomplete=off").classes("fo-field")


def _is_decision(number: str) -> bool:
    """Decisions are numbered by UUIDs; what platforms number otherwise are applications."""
    parts = number.split("-")
    return [len(one) for one in parts] == [8, 4, 4, 4, 12] and all(one.isalnum() for one in parts)


SEARCH: Final = Page(
    "/decisions", Bilingual("查找决定", "Decisions"), frozenset({Action.AUDIT_CASE}), build, "manage_search",
    needs_service=True,
)  # fmt: skip
