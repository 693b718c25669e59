"""A form for one thing that an officer puts on record. One that is refused stays as it was written, with what was wrong
beside it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.parts import button, heading, note, text
from decision_service.workbench.service import ServiceError
from decision_service.workbench.visit import Visit

_KEEP: Final = "window.onbeforeunload = (event) => { event.preventDefault(); return ''; }"
"""The browser asks before it leaves a page on which something was written and not sent."""

_LET_GO: Final = "window.onbeforeunload = null"

FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("没有填", "is missing"),
    "wrong_type": ("写法不对", "is not written as it should be"),
    "not_allowed": ("这里不能这样", "is not allowed here"),
    "not_listed": ("不在依据之列", "is not of the legal basis"),
    "unknown_member": ("这个结论没有这一项", "does not go with this outcome"),
    "too_early": ("应晚于今天", "must be a day after today"),
}


class Form(ABC):
    """A form for one thing that goes on record under `path`."""

    title: tuple[str, str]
    does: tuple[str, str]
    is_last: bool
    """Whether the item is done with it."""

    def __init__(self, visit: Visit, path: str) -> None:
        self._visit = visit
        self._path = path
        self._sent: tuple[object, str] = (None, "")

    def show(self) -> None:
        """The form, empty: nothing is filled in for anybody."""
        self._place = ui.element("div")
        with self._place:
            self._empty()

    def _empty(self) -> None:
        say = self._visit.say
        with ui.element("div").classes("fo-form"):
            heading(say(*self.title), 3)
            self.fields()
            self._wrong = ui.element("div").props('aria-live="assertive"')
            sending = button(say(*self.does), "how_to_reg", strong=True)
        sending.on("click", acting(self._visit, Action.CLOSE_TASK, self._send))

    @abstractmethod
    def fields(self) -> None:
        """Its fields."""

    @abstractmethod
    def body(self) -> dict[str, object] | None:
        """What is sent; None where something has to be written first, which was told."""

    def named(self, pointer: str) -> str:
        """What the place of a fault is called on the form."""
        return pointer

    def written(self, *_: object) -> None:
        """Something was written: it is not to be lost."""
        ui.run_javascript(_KEEP)

    def lines(self, zh: str, en: str) -> ui.textarea:
        """A field for several lines."""
        made = ui.textarea(self._visit.say(zh, en)).props("outlined autogrow maxlength=4000").classes("fo-lines")
        made.on_value_change(self.written)
        return made

    async def _send(self, *_: object) -> None:
        self._wrong.clear()
        body = self.body()
        if body is None:
            return
        if self._sent[0] != body:  # the same once more keeps its key: it goes on record once
            self._sent = (body, str(uuid4()))
        if self.is_last and not await self._is_sure():
            return
        try:
            got = await self._visit.post("staff", self._path, body, self._sent[1])
        except ServiceError as error:
            self._tell(error)
            return
        self._sent = (None, "")  # the same words once more are another step, and go on record too
        ui.run_javascript(_LET_GO)
        self._place.clear()
        with self._place:
            self._done(got)
            if not self.is_last:
                self._empty()

    async def _is_sure(self) -> bool:
        say = self._visit.say
        with self._place, ui.dialog() as asked, ui.card().classes("mp-dialog"):
            told = (
                "记入账本后不能撤回，只能另行作出。",
                "Once on record it stands: it can't be taken back, only followed by another.",
            )
            text(say(*told), "p")
            with ui.element("div").classes("mp-row"):
                button(say("再看看", "not yet")).on("click", lambda: asked.submit("no"))
                button(say("记入账本", "put it on record"), strong=True).on("click", lambda: asked.submit("yes"))
        is_sure = bool(await asked == "yes")
        asked.delete()
        return is_sure

    def _tell(self, error: ServiceError) -> None:
        """What the service refuses, in its words; where it names places, those in the words of the form."""
        say = self._visit.say
        faults = error.problem.get("errors") or ()
        headline = say("请改正下列各处：", "Mend these:") if faults else self._visit.tell(error.told)
        with self._wrong, note(headline, "bad"), ui.element("ul"):
            for one in faults:
                told = FAULTS.get(str(one["code"]), (str(one["code"]), str(one["code"])))
                text(f"{self.named(str(one['pointer']))}：{say(*told)}", "li")

    def _done(self, got: Mapping[str, Any]) -> None:
        say = self._visit.say
        record = got.get("record") or {}
        place = f"（第 {record['index']} 条）" if record else "", f" (record {record['index']})" if record else ""
        note(say(f"{self.title[0]}：已记入账本{place[0]}。", f"{self.title[1]}: on record{place[1]}."), "good")
        if self.is_last:
            ui.link(say("回到待办", "back to the queue"), "/queue")
