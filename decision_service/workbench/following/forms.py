"""What officers write besides an outcome: a step of a hearing, an answer, a doubt."""

from nicegui import ui

from decision_service.workbench.following.fields import is_day
from decision_service.workbench.following.form import Form
from decision_service.workbench.parts import note, text


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
            self._step = self.input("step", ui.select(steps, label=say("步骤", "step")))
            self._until = self.input("until", ui.input(say("请于何日前答复", "to be answered by")))
        self._step.props("outlined dense").classes("fo-field")
        self._until.props("outlined dense type=date stack-label").classes("fo-field")
        self._until.bind_visibility_from(self._step, "value", value="told")
        self._text = self.lines("text", "内容", "what was told or said")

    def body(self) -> dict[str, object] | None:
        """As the service takes it."""
        say = self._visit.say
        written, until = (self._text.value or "").strip(), self._until.value or ""
        is_dated = self._step.value != "told" or is_day(until)
        if not self._step.value or not written or not is_dated:
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
        self._zh = self.lines("zh", "答复（中文，必填）", "the answer in Chinese (needed)")
        self._en = self.lines("en", "答复（英文，可不填）", "the answer in English (may be left out)")

    def body(self) -> dict[str, object] | None:
        """As the service takes it."""
        written = (self._zh.value or "").strip()
        if not written:
            with self._wrong:
                note(self._visit.say("请写明答复。", "Write the answer."), "bad")
            return None
        return {"zh": written, "en": (self._en.value or "").strip()}


class DoubtForm(AnswerForm):
    """Why a grant may be wrong: it opens a task, and takes nothing back."""

    title = ("准予可能有误", "the grant may be wrong")
    does = ("提出疑点", "say so")
    is_last = False

    def fields(self) -> None:
        """Why, without a name: others are told of it."""
        self._zh = self.lines("zh", "疑点（中文，必填，不写姓名）", "why, in Chinese (needed; no names)")
        self._en = self.lines("en", "疑点（英文，可不填）", "why, in English (may be left out)")
        for one in (self._zh, self._en):
            one.props("maxlength=400")
