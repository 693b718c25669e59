"""What officers write: an outcome or a finding, a step of a hearing, an answer. A form that is refused stays as it was
written, with what was wrong beside it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import uuid4

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.following.stating import Stated
from decision_service.workbench.following.words import Words
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
        say, visit = self._visit.say, self._visit
        with ui.element("div").classes("fo-form") as self._place:
            heading(say(*self.title), 3)
            self.fields()
            self._wrong = ui.element("div").props('aria-live="assertive"')
            sending = button(say(*self.does), "how_to_reg", strong=True)
        sending.on("click", acting(visit, Action.CLOSE_TASK, self._send))

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
        ui.run_javascript(_LET_GO)
        self._place.clear()
        with self._place:
            self._done(got)

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


class OutcomeForm(Form):
    """An outcome, or, of a blind sample, what one would decide."""

    is_last = True

    def __init__(self, visit: Visit, words: Words, file: Mapping[str, Any], path: str) -> None:
        super().__init__(visit, path)
        self._words = words
        self._file = file
        is_finding = path.endswith("/finding")
        self.title = ("盲审意见", "your finding") if is_finding else ("作出决定", "your decision")
        self.does = ("记入意见", "put it on record") if is_finding else ("作出决定", "decide")
        self._basis: dict[int, ui.checkbox] = {}
        self._false: ui.checkbox | None = None

    def fields(self) -> None:
        """Outcome, values, reasons, law."""
        say, words = self._visit.say, self._words
        options = {one: words.outcome(one) for one in self._file["values"]}
        self._outcome = ui.select(options, label=say("结论", "outcome")).props("outlined dense").classes("fo-field")
        self._stated = Stated(self._visit, words, self.written)
        self._outcome.on_value_change(lambda event: self._stated.show(self._file["values"].get(event.value, ())))
        self._outcome.on_value_change(self.written)
        self._zh = self.lines("理由（中文，必填）", "reasons in Chinese (needed)")
        self._en = self.lines("理由（英文，可不填）", "reasons in English (may be left out)")
        with ui.element("fieldset").classes("fo-set"):
            text(say("依据（至少一条）", "legal basis (at least one)"), "legend")
            for law in self._file["basis"]:
                box = ui.checkbox(f"{law['number']}. {say(law['zh'], law['en'])}")
                box.on_value_change(self.written)
                self._basis[law["number"]] = box
        if (self._file.get("answer") or {}).get("outcome") == "APPROVED_ON_COMMITMENT":
            proven = (
                "经查证，承诺不实（将记入信用）",
                "it was proven that the commitment was false (goes to the credit centre)",
            )
            self._false = ui.checkbox(say(*proven))

    def body(self) -> dict[str, object] | None:
        """As the service takes it."""
        say = self._visit.say
        basis = [number for number, box in self._basis.items() if box.value]
        needed = (
            (self._outcome.value, say("请选择结论", "choose an outcome")),
            ((self._zh.value or "").strip(), say("请写明理由", "give your reasons")),
            (basis, say("请至少选一条依据", "choose at least one of the legal basis")),
        )
        lacking = [told for value, told in needed if not value]
        if lacking:
            with self._wrong:
                note("\n".join(lacking), "bad")
            return None
        told: dict[str, object] = {"outcome": self._outcome.value, "reasons_zh": self._zh.value.strip()}
        told |= {"reasons_en": (self._en.value or "").strip(), "basis": basis, "result": self._stated.values()}
        return told | ({"false_commitment": True} if self._false is not None and self._false.value else {})

    def named(self, pointer: str) -> str:
        """The words of a value, or of a field."""
        fields = {
            "outcome": ("结论", "outcome"), "basis": ("依据", "legal basis"), "reasons_zh": ("理由", "reasons"),
        }  # fmt: skip
        head, _, rest = pointer.removeprefix("/").partition("/")
        if head == "result" and rest:
            return self._words.value(rest)
        return self._visit.say(*fields.get(head, (pointer, pointer)))


class HearingForm(Form):
    """A step of a hearing, which stands before anything adverse."""

    title = ("告知与听取陈述申辩", "hear the person")
    does = ("记录这一步", "put this step on record")
    is_last = False

    def fields(self) -> None:
        """The step, what was told or said, and until when."""
        say = self._visit.say
        adverse = (
            "拟作不利处理的，先告知，再听取；到期未陈述的，在期限届满后记录。",
            "Before anything adverse: tell the person, then record what was said, or that nothing was.",
        )
        text(say(*adverse), "p", "mp-faint")
        steps = {
            "told": say("已告知拟作的处理和理由", "the person was told what is intended, and why"),
            "statement": say("本人陈述申辩", "what the person said"),
            "no_statement": say("到期未陈述", "nothing was said until the day"),
        }
        with ui.element("div").classes("mp-row"):
            self._step = ui.select(steps, label=say("步骤", "step")).props("outlined dense").classes("fo-field")
            self._until = ui.input(say("请于何日前答复", "to be answered by")).props(
                "outlined dense type=date stack-label"
            )
        self._until.classes("fo-field").bind_visibility_from(self._step, "value", value="told")
        self._text = self.lines("内容", "what was told or said")

    def body(self) -> dict[str, object] | None:
        """As the service takes it."""
        say = self._visit.say
        written, until = (self._text.value or "").strip(), self._until.value or ""
        is_day = self._step.value != "told" or _is_day(until)
        if not self._step.value or not written or not is_day:
            with self._wrong:
                note(
                    say(
                        "请选择步骤、写明内容；告知时写明答复期限。",
                        "Choose a step and write what it was; when telling, by when.",
                    ),
                    "bad",
                )
            return None
        return {"step": self._step.value, "text": written} | (
            {"respond_by": until} if self._step.value == "told" else {}
        )

    def named(self, pointer: str) -> str:
        """Its fields."""
        return self._visit.say("答复期限", "the day") if pointer == "/respond_by" else pointer


class AnswerForm(Form):
    """The reply, or why nothing changes."""

    title = ("答复办结", "answer, and end the task")
    does = ("答复并办结", "answer and end it")
    is_last = True

    def fields(self) -> None:
        """In Chinese, and in English where wished."""
        self._zh = self.lines("答复（中文，必填）", "the answer in Chinese (needed)")
        self._en = self.lines("答复（英文，可不填）", "the answer in English (may be left out)")

    def body(self) -> dict[str, object] | None:
        """As the service takes it."""
        written = (self._zh.value or "").strip()
        if not written:
            with self._wrong:
                note(self._visit.say("请写明答复。", "Write the answer."), "bad")
            return None
        return {"zh": written, "en": (self._en.value or "").strip()}


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False
