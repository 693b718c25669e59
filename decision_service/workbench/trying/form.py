"""The form of a matter and the answers of its registers, to be filled in by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from decision_service.guide import form as guide
from decision_service.policy.shape import Ask, Bilingual, Field
from decision_service.workbench.kept import Kept
from decision_service.workbench.parts import button, heading, mark, panel, text
from decision_service.workbench.trying.controls import Question, control, of_kind, select, typed
from decision_service.workbench.trying.subjects import Subject
from decision_service.workbench.trying.written import (
    Answer,
    Blank,
    Entry,
    NotAsked,
    OddAnswer,
    Stated,
    Written,
    kept,
    stated,
    written,
)
from decision_service.workbench.visit import Visit

STATES: Final[Mapping[str, Bilingual]] = {
    "ok": Bilingual("正常答复", "answers"),
    "no_record": Bilingual("没有记录", "no record"),
    "timeout": Bilingual("超时", "late"),
    "stale": Bilingual("数据过期", "data too old"),
    "error": Bilingual("故障", "faulty"),
    "not_asked": Bilingual("没有查询", "not asked"),
}
"""How a register may stand."""


@dataclass(slots=True)
class Filled:
    """What is put in, as it stands now."""

    subject: Subject
    as_of: date
    form: dict[str, Entry] = field(repr=False)
    answers: dict[str, Answer] = field(repr=False)
    more: Mapping[str, object] = field(repr=False)
    others: Mapping[str, object] = field(repr=False)

    @staticmethod
    def of(subject: Subject, one: Kept) -> "Filled":
        """As an application has it."""
        found = written(subject.policy, one)
        return Filled(subject, found.as_of, dict(found.form), dict(found.answers), found.more, found.others)

    def kept(self) -> Kept:
        """The application that it is."""
        one = Written(self.as_of, self.form, self.answers, self.more, self.others)
        return kept(self.subject.policy, one)


class Form:
    """The controls of one application; `changed` is called after each change."""

    def __init__(self, visit: Visit, filled: Filled, changed: Callable[[], None]) -> None:
        self._visit = visit
        self._filled = filled
        self._changed = changed
        self._faults: dict[str, TextElement] = {}
        self._last: dict[str, Mapping[str, Entry]] = {}

    def build(self) -> None:
        """Puts the controls where elements are being made."""
        visit, policy = self._visit, self._filled.subject.policy
        with panel():
            heading(visit.say("申请表", "The application"))
            self._day()
            told = guide.fields(policy, self._filled.subject.catalogue.prefectures)
            for one, said in zip(policy.fields, told, strict=True):
                self._field(one, said)
            for name in self._filled.more:
                with ui.element("div").classes("mp-row mp-field"):
                    mark(name, "warn")
                    text(visit.say("表单没有这一项", "the form has no such field"), "span", "mp-faint")
        heading(visit.say("登记库的答复", "What the registers answer"))
        for name, ask in policy.asks.items():
            with panel("mp-register"):
                self._register(name, ask)

    def show(self, faults: Mapping[str, Bilingual]) -> None:
        """Says at each control what is wrong there."""
        for path, place in self._faults.items():
            place.set_text(self._visit.tell(faults[path]) if path in faults else "")

    def _day(self) -> None:
        visit = self._visit
        with ui.element("div").classes("mp-field"):
            label = text(visit.say("决定之日", "day of the decision"), "label", "mp-label")
            box = typed("date", str(self._filled.as_of), "", self._put_day)
            label.props["for"] = box.html_id

    def _put_day(self, value: str) -> None:
        try:
            self._filled.as_of = date.fromisoformat(value)
        except ValueError:
            return  # half of a day is typed
        self._changed()

    def _field(self, one: Field, said: Mapping[str, Any]) -> None:
        visit = self._visit
        choices = {
            code: f"{visit.tell(Bilingual(**label))}{visit.aside(code)}" for code, label in said["values"].items()
        }
        called = {path: Bilingual(*words) for path, words in one.called.items()}
        is_record = one.kind.item is not None and bool(one.kind.item.fields)
        parts = of_kind(one.kind, one.name, called, visit, one.name).parts if is_record else {}
        question = Question(
            one.kind,
            visit.tell(one.label),
            help=visit.tell(one.help),
            example="" if one.example is None or one.kind.name == "list" else str(one.example),
            beside=visit.tell(Bilingual(said["required"]["zh"], said["required"]["en"])),
            choices=choices,
            parts=parts,
        )

        def put(entry: Entry) -> None:
            self._filled.form[one.name] = entry
            self._changed()

        self._faults[one.name] = control(visit, question, self._filled.form[one.name], put)

    def _register(self, name: str, ask: Ask) -> None:
        visit, register = self._visit, ask.register
        state = self._state(name, ask)
        with ui.element("div").classes("mp-row mp-register-head"):
            heading(visit.tell(Bilingual(register.zh, register.en)), 3)
            states = {one: visit.tell(words) for one, words in STATES.items()}
            if state not in states:
                states[state] = visit.say("不是答复", "no answer")
            chooser = select(states, state, lambda value: self._put_state(name, ask, value, inner))
            chooser.props["aria-label"] = visit.say(f"{register.zh}怎样答复", f"how {register.en} answers")
        self._faults[name] = text("", "div", "mp-fault").props('role="status"')
        inner = ui.element("div").classes("mp-answers")
        with inner:
            self._answer(name, ask)

    def _state(self, name: str, ask: Ask) -> str:
        match self._filled.answers[name]:
            case NotAsked():
                return "not_asked"
            case OddAnswer():
                return "odd"
            case Stated(status="ok", data_as_of=day) if self._is_old(day, ask):
                return "stale"
            case Stated(status=status):
                return status

    def _is_old(self, day: str, ask: Ask) -> bool:
        try:
            old = self._filled.as_of - date.fromisoformat(day[:10])
        except ValueError:
            return False
        return old > timedelta(hours=ask.register.max_age_hours)

    def _answer(self, name: str, ask: Ask) -> None:
        answer = self._filled.answers[name]
        if not isinstance(answer, Stated) or answer.status != "ok":
            return
        visit = self._visit
        held = dict(answer.facts)
        called = {path: Bilingual(*words) for path, words in ask.register.called.items()}

        def put_at(path: str) -> Callable[[Entry], None]:
            def put(entry: Entry) -> None:
                held[path] = entry
                self._put_answer(name, facts=dict(held))

            return put

        for path, kind in ask.register.answers_when_asked_with(ask.asked_with).items():
            question = of_kind(kind, visit.tell(called[path]) if path in called else path, called, visit, path)
            self._faults[f"{name}.{path}"] = control(visit, question, held[path], put_at(path))
        with ui.element("div").classes("mp-field"):
            label = text(visit.say("数据日期", "data as of"), "label", "mp-label")
            box = typed("text", answer.data_as_of, "2026-03-16", lambda day: self._put_answer(name, day=day.strip()))
            label.props["for"] = box.html_id
            self._faults[f"{name}.data_as_of"] = text("", "div", "mp-fault").props('role="status"')

    def _put_answer(self, name: str, facts: Mapping[str, Entry] | None = None, day: str | None = None) -> None:
        answer = self._filled.answers[name]
        if isinstance(answer, Stated):
            kept_day = answer.data_as_of if day is None else day
            self._filled.answers[name] = Stated(answer.status, kept_day, facts or answer.facts, answer.more)
            self._changed()

    def _put_state(self, name: str, ask: Ask, state: str, inner: ui.element) -> None:
        """Another state, and the fields that it has: those that stood there last, else those that worked cases
        assume."""
        filled, before = self._filled, self._filled.answers[name]
        if isinstance(before, Stated) and before.status == "ok":
            self._last[name] = before.facts
        example = {"status": "ok", **filled.subject.catalogue.examples[name]}
        facts = self._last.get(name) or stated(ask.register.answers, example).facts
        old = timedelta(hours=ask.register.max_age_hours) + timedelta(days=1) if state == "stale" else timedelta()
        match state:
            case "ok" | "stale":
                filled.answers[name] = Stated("ok", str(filled.as_of - old), facts, {})
            case "not_asked":
                filled.answers[name] = NotAsked()
            case _:
                filled.answers[name] = Stated(state, "", {path: Blank() for path in facts}, {})
        self._faults = {path: one for path, one in self._faults.items() if not path.startswith(f"{name}.")}
        inner.clear()
        with inner:
            self._answer(name, ask)
        self._changed()


def load(visit: Visit, subject: Subject, chosen: str, put: Callable[[str], None]) -> None:
    """The list of worked cases to begin with."""
    with ui.element("div").classes("mp-row"):
        label = text(visit.say("从案例开始", "begin with the case"), "label", "mp-label")
        names = {one.name: one.name for one in subject.cases}
        made = select({"": visit.say("（自己填的）", "(put in by hand)"), **names}, chosen, put)
        label.props["for"] = made.html_id
        button(visit.say("重来", "begin again"), icon="refresh").on_click(lambda: put(chosen or subject.sample.name))
