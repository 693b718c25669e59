"""A form for one thing that an officer puts on record. One that is refused stays as it was written, with what was wrong
beside it; one that was not sent is there again when its page is opened anew."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from uuid import uuid4

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.following.unsent import Unsent, forget
from decision_service.workbench.parts import button, heading, note, text
from decision_service.workbench.service import ServiceError
from decision_service.workbench.visit import Visit

Input = TypeVar("Input", bound=ValueElement[Any])

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
        self._unsent = Unsent(visit, path)
        self._inputs: dict[str, ValueElement[Any]] = {}

    def show(self) -> None:
        """The form, empty: nothing is filled in for anybody."""
        self._place = ui.element("div")
        with self._place:
            self._empty()

    async def recall(self) -> None:
        """What he himself had written here and not sent, before the page was loaded anew."""
        held = await self._unsent.recall()
        fields, sent = held.get("fields") or {}, held.get("sent") or (None, "")
        if not any(fields.values()):
            return
        self.fill(fields)
        self._sent = (sent[0], sent[1])
        told = (
            "这里是您此前写下、还没有提交的内容；只存在这个浏览器标签页里，退出后即不可读。",
            "What you wrote before and did not send. Only this tab of your browser holds it, until you sign out.",
        )
        with self._recalled, note(self._visit.say(*told), ""):
            button(self._visit.say("不要了，清空", "clear it"), "delete_outline").on("click", self._start_anew)

    def _start_anew(self) -> None:
        forget(self._path)
        self._place.clear()
        with self._place:
            self._empty()

    def _empty(self) -> None:
        say = self._visit.say
        self._inputs = {}
        with ui.element("div").classes("fo-form"):
            heading(say(*self.title), 3)
            self._recalled = ui.element("div")
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

    def filled(self) -> dict[str, object]:
        """What is written, by the names of the fields."""
        return {name: one.value for name, one in self._inputs.items()}

    def fill(self, written: Mapping[str, Any]) -> None:
        """Writes it again, as far as the form has such fields and choices."""
        for name, value in written.items():
            one = self._inputs.get(name)
            if one is not None and (not isinstance(one, ui.select) or value in one.options):
                one.value = value

    def written(self, *_: object) -> None:
        """Something was written: it is not to be lost."""
        self._unsent.keep({"fields": self.filled(), "sent": self._sent})

    def input(self, name: str, made: Input) -> Input:
        """One of its fields, under a name."""
        self._inputs[name] = made
        made.on_value_change(self.written)
        return made

    def lines(self, name: str, zh: str, en: str) -> ui.textarea:
        """A field for several lines, under a name."""
        made = ui.textarea(self._visit.say(zh, en)).props("outlined autogrow maxlength=4000").classes("fo-lines")
        return self.input(name, made)

    async def _send(self, *_: object) -> None:
        self._wrong.clear()
        body = self.body()
        if body is None:
            return
        if self._sent[0] != body:  # the same once more keeps its key: it goes on record once
            self._sent = (body, str(uuid4()))
            self.written()
        if self.is_last and not await self._is_sure():
            return
        try:
            got = await self._visit.post("staff", self._path, body, self._sent[1])
        except ServiceError as error:
            self._tell(error)
            return
        self._sent = (None, "")  # the same words once more are another step, and go on record too
        forget(self._path.rpartition("/")[0] if self.is_last else self._path)
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
                text(f"{self.named(str(one['pointer']))}{say('：', ' ')}{say(*told)}", "li")

    def _done(self, got: Mapping[str, Any]) -> None:
        say = self._visit.say
        record = got.get("record") or {}
        place = f"（第 {record['index']} 条）" if record else "", f" (record {record['index']})" if record else ""
        note(say(f"{self.title[0]}：已记入账本{place[0]}。", f"{self.title[1]}: on record{place[1]}."), "good")
        if self.is_last:
            ui.link(say("回到待办", "back to the queue"), "/queue")
