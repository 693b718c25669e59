"""The queue: what waits for an officer, due first; an item is taken here, and opened on a page of its own."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.following.complaint import complaint_door
from decision_service.workbench.following.fields import choice
from decision_service.workbench.following.item import PATH, Held
from decision_service.workbench.following.sections import waiting
from decision_service.workbench.following.words import KINDS, Words, read_words
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import button, mark, note, panel, text
from decision_service.workbench.saying import counted
from decision_service.workbench.visit import Visit, address

_ASKED: Final = ("matter", "kind", "city", "mine", "overdue")


async def build(visit: Visit) -> None:
    """One item where the address names it, else the list."""
    words = await asyncio.to_thread(read_words, visit, visit.bench.rules)
    item_id = visit.asked("item")
    if item_id:
        Held(visit, words, item_id).ask()
        return
    await _Queue(visit, words).show()


class _Queue:
    """The list and its filters."""

    def __init__(self, visit: Visit, words: Words) -> None:
        self._visit = visit
        self._words = words
        self._asked = {name: visit.asked(name) for name in _ASKED if visit.asked(name)}
        self._items: list[Mapping[str, Any]] = []
        self._asking = object()
        self._filters()
        complaint_door(visit, words)
        self._list = ui.element("div").props('aria-live="polite"')

    async def show(self, after: str = "") -> None:
        """Read the list, from its beginning or on from a place."""
        say = self._visit.say
        self._asking = asking = object()
        with self._list:
            wait = waiting(self._visit)
        try:
            got = await self._visit.get("staff", PATH, {**self._asked, **({"after": after} if after else {})})
        finally:
            wait.delete()
        if asking is not self._asking:  # something else was asked for meanwhile, or the same once more
            return
        self._items = [*(self._items if after else ()), *got["items"]]
        self._list.clear()
        with self._list:
            if not self._items:
                note(say("没有等待办理的事项。", "Nothing waits."), "good")
            for one in self._items:
                self._row(one)
            if not got["complete"]:
                note(
                    say(
                        "列表还在从账本更新，稍后再看。",
                        "The list is still being read off the record; look again soon.",
                    )
                )
            if got["next"] is not None:
                self._more(got["next"])

    def _filters(self) -> None:
        say, asked, words = self._visit.say, self._asked, self._words
        with panel("no-print"), ui.element("div").classes("mp-row"):
            kinds = {kind: self._visit.tell(told) for kind, told in KINDS.items()}
            chosen = {
                "matter": choice(say("事项", "matter"), words.matters, asked.get("matter")),
                "kind": choice(say("类别", "kind"), kinds, asked.get("kind")),
                "city": choice(say("城市", "city"), words.cities, asked.get("city")),
                "mine": ui.checkbox(say("我承办的", "mine"), value="mine" in asked),
                "overdue": ui.checkbox(say("已超期", "overdue"), value="overdue" in asked),
            }
            again = button(say("刷新", "refresh"), "refresh")

        async def narrowed(*_: object) -> None:
            values = {name: field.value for name, field in chosen.items()}
            self._asked = {name: "yes" if value is True else str(value) for name, value in values.items() if value}
            ui.navigate.history.replace(address("/queue", **self._asked))
            await self.show()

        for field in chosen.values():
            field.on_value_change(acting(self._visit, Action.READ_CASE, narrowed))
        again.on("click", acting(self._visit, Action.READ_CASE, narrowed))

    def _row(self, item: Mapping[str, Any]) -> None:
        say, words = self._visit.say, self._words
        with panel("fo-item"):
            with ui.element("div").classes("mp-row"):
                mark(words.of(KINDS, item["kind"]))
                text(words.matter(item["matter"]), "strong")
                if item["task_text"] is not None:
                    text(say(item["task_text"]["zh"], item["task_text"]["en"]), "span")
                text(words.city(item["city"]), "span", "mp-faint")
                due = say(item["due_text"]["zh"], item["due_text"]["en"]) if item["due_text"] else ""
                if due:
                    mark(due, "bad" if item["is_overdue"] else "")
                days = int(item["age_days"])
                waits = (
                    say(f"已等 {days} 天", f"waits for {counted(days, 'day')}") if days else say("今天到", "new today")
                )
                text(waits, "span", "mp-faint")
                ui.space()
                self._doors(item)
            if item["reasons"]:
                with ui.element("div").classes("mp-row"):
                    for code in item["reasons"]:
                        text(words.reason(code), "span")
                        text(code, "code")

    def _doors(self, item: Mapping[str, Any]) -> None:
        say, visit = self._visit.say, self._visit
        holder = item["claimed_by"]
        if holder:
            is_mine = holder == visit.person.name
            mark(
                say("我承办", "mine") if is_mine else say(f"{holder} 承办", f"taken by {holder}"),
                "good" if is_mine else "",
            )
        if visit.may(Action.CLOSE_TASK) and holder in (None, visit.person.name):
            opening = button(say("打开", "open") if holder else say("承办", "take it"), "work", strong=not holder)
            opening.on("click", acting(visit, Action.CLOSE_TASK, self._taking(item)))
        if holder == visit.person.name:
            back = button(say("放回", "put it back"), "undo")
            back.on("click", acting(visit, Action.CLOSE_TASK, self._putting_back(item)))
        if visit.may(Action.AUDIT_CASE):
            ui.link(say("查看这个决定", "the decision"), address("/decision", id=item["decision_id"]))

    def _taking(self, item: Mapping[str, Any]) -> Any:
        async def taken(*_: object) -> None:
            await self._visit.post("staff", f"{PATH}/{item['item_id']}/claim")
            about = {"item": item["item_id"], "kind": item["kind"], "task": item["task_type"] or ""}
            ui.navigate.to(address("/queue", **{name: value for name, value in about.items() if value}))

        return taken

    def _putting_back(self, item: Mapping[str, Any]) -> Any:
        async def put_back(*_: object) -> None:
            await self._visit.post("staff", f"{PATH}/{item['item_id']}/release")
            await self.show()

        return put_back

    def _more(self, after: str) -> None:
        more = button(self._visit.say("后面的", "go on"), "expand_more")

        async def go_on(*_: object) -> None:
            await self.show(after)

        more.on("click", acting(self._visit, Action.READ_CASE, go_on))


QUEUE: Final = Page(
    "/queue", Bilingual("待办", "The queue"), frozenset({Action.READ_CASE}), build, "inbox", needs_service=True
)
