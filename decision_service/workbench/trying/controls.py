"""Native controls of a browser under labels: an entry of a form shown, and what is put in told on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final, assert_never

import orjson
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from decision_service.policy.shape import Bilingual
from decision_service.workbench.parts import button, mark, named, text
from decision_service.workbench.trying.written import ONE, Blank, Chosen, Entry, Null, Odd, Rows, Typed
from decision_service.workbench.visit import Visit
from verifiers.kinds import Kind

Put = Callable[[Entry], None]

_NULL: Final = "∅"
"""What a choice has for `there is none`."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a control asks for. `choices`: what to choose from, with labels. `parts`: what is asked of each entry of a
    list. `beside`: what stands behind the label. `states_none`: that there is none can be stated."""

    kind: Kind
    label: str
    help: str = ""
    example: str = ""
    beside: str = ""
    states_none: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, "Question"] = field(default_factory=dict)


def control(visit: Visit, question: Question, entry: Entry, put: Put) -> TextElement:
    """A control, its label, help and place for what is wrong with it, which is given back."""
    with ui.element("div").classes("mp-field"):
        if isinstance(entry, Rows) or (question.kind.name == "list" and not question.choices):
            _rows(visit, question, entry, put)
        else:
            _one(visit, question, entry, put)
        if question.help:
            text(question.help, "div", "mp-help")
        return text("", "div", "mp-fault").props('role="status"')


def _one(visit: Visit, question: Question, entry: Entry, put: Put) -> None:
    label = ui.element("label").classes("mp-label")
    with label:
        text(question.label, "span")
        if question.beside:
            text(question.beside, "span", "mp-faint mp-small")
    match entry:
        case Null() if not question.states_none:
            made = _odd(visit, question, Odd(None), put)
        case Odd():
            made = _odd(visit, question, entry, put)
        case Chosen() | Blank() if question.kind.name == "list":
            made = _several(question, entry, put)
        case Blank() | Null() | Typed() | Chosen() | Rows():
            made = _single(visit, question, entry, put)
        case _:
            assert_never(entry)
    label.props["for"] = made.html_id


def _single(visit: Visit, question: Question, entry: Entry, put: Put) -> ui.element:
    choices = _choices(visit, question)
    shown = _NULL if isinstance(entry, Null) else entry.text if isinstance(entry, Typed) else ""
    if choices:
        return select(choices if shown in choices else {**choices, shown: shown}, shown, lambda one: put(_entered(one)))
    shown = "" if isinstance(entry, Null) else shown
    last = [entry]

    def entered(value: str) -> None:
        last[0] = _entered(value)
        put(last[0])

    box = typed(_type(question.kind, shown), shown, question.example, entered)
    if question.states_none:
        _none(visit, question, isinstance(entry, Null), lambda is_none: put(Null() if is_none else _without(last[0])))
    return box


def _without(entry: Entry) -> Entry:
    return Blank() if isinstance(entry, Null) else entry


def _none(visit: Visit, question: Question, is_none: bool, put: Callable[[bool], None]) -> None:
    """A box to tick where the register states that there is none."""
    with ui.element("label").classes("mp-small"):
        box = named(
            ui.element("input").props('type="checkbox"'), f"{question.label}{visit.say('：', ': ')}{_none_words(visit)}"
        )
        box.props["defaultChecked"] = is_none
        box.on("change", lambda told: put(told.args == "true"), js_handler=_TICKED)
        text(_none_words(visit), "span")


_TICKED: Final = "(event) => emit(String(event.target.checked))"


def _none_words(visit: Visit) -> str:
    return visit.say("写明没有", "states none")


def _entered(value: str) -> Entry:
    return Null() if value == _NULL else Typed(value) if value else Blank()


def _choices(visit: Visit, question: Question) -> dict[str, str]:
    """What is to be chosen from; nothing where one types."""
    none = {_NULL: visit.say("写明没有", "states none")} if question.states_none else {}
    blank = {"": visit.say("（不填）", "(left out)")}
    if question.kind.name == "boolean":
        return {**blank, "true": visit.say("是", "yes"), "false": visit.say("否", "no"), **none}
    return {**blank, **question.choices, **none} if question.choices else {}


def _type(kind: Kind, shown: str) -> str:
    """A date is picked from a calendar, as long as what stands there is one."""
    if kind.name != "date":
        return "text"
    try:
        date.fromisoformat(shown or "2000-01-01")
    except ValueError:
        return "text"
    return "date"


def typed(kind: str, shown: str, example: str, put: Callable[[str], None]) -> ui.element:
    """A box to type into."""
    made = ui.element("input").classes("mp-input").props(f'type="{kind}" autocomplete="off"')
    # What was typed stays the browser's: it is set once, and never from here again.
    made.props["defaultValue"] = shown
    if example:
        made.props["placeholder"] = example
    _on(made, "input", put)
    return made


def select(choices: Mapping[str, str], shown: str, put: Callable[[str], None]) -> ui.element:
    """A list to choose one of."""
    with ui.element("select").classes("mp-input") as made:
        for value, label in choices.items():
            one = TextElement(tag="option", text=label)
            one.props["value"] = value
            if value == shown:
                one.props["selected"] = True
    _on(made, "change", put)
    return made


def _on(made: ui.element, event: str, put: Callable[[str], None]) -> None:
    last: list[str] = []

    def handled(told: GenericEventArguments) -> None:
        if last != [told.args]:
            last[:] = [str(told.args)]
            put(last[0])

    value = "(event) => emit(event.target.value)"
    # While it is typed a few times a second; at once where it is left, which comes before a click elsewhere.
    if event == "input":
        made.on("input", handled, js_handler=value, throttle=0.15, leading_events=False)
    made.on("change", handled, js_handler=value)


def _several(question: Question, entry: Entry, put: Put) -> ui.element:
    """Boxes to tick, one for each value, in the order of the values."""
    chosen = set(entry.values) if isinstance(entry, Chosen) else set()

    def ticked(value: str) -> Callable[[str], None]:
        def handled(state: str) -> None:
            (chosen.add if state == "true" else chosen.discard)(value)
            put(Chosen(tuple(one for one in question.choices if one in chosen)) if chosen else Blank())

        return handled

    with named(ui.element("div").props('role="group"'), question.label).classes("mp-ticks") as made:
        for value, label in question.choices.items():
            with ui.element("label"):
                box = ui.element("input").props('type="checkbox"')
                box.props["defaultChecked"] = value in chosen
                handle = ticked(value)
                box.on("change", lambda told, handle=handle: handle(str(told.args)), js_handler=_TICKED)
                text(label, "span")
    return made


def _odd(visit: Visit, question: Question, entry: Odd, put: Put) -> ui.element:
    """What can't be typed here is shown as it is, until it is put away."""
    shown = orjson.dumps(entry.value).decode()
    with ui.element("div").classes("mp-row") as made:
        mark(shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…", "warn")
        away = button(visit.say("另填", "write another"))

    def replaced() -> None:
        made.clear()
        put(Blank())
        with made:
            _single(visit, question, Blank(), put)

    away.on_click(replaced)
    return made


_MOST_SHOWN: Final = 120


def _rows(visit: Visit, question: Question, entry: Entry, put: Put) -> None:
    """A list: its entries, each with its parts, to add to and take from."""
    held: list[dict[str, Entry]] = [dict(row) for row in entry.rows] if isinstance(entry, Rows) else []
    parts = question.parts or {ONE: Question(question.kind.item or question.kind, question.label)}

    def told() -> None:
        put(Rows(tuple(dict(row) for row in held)))

    with named(ui.element("fieldset").classes("mp-list"), question.label):
        text(question.label, "legend", "mp-label")
        place = ui.element("div")
        add = button(visit.say("添加一项", "add an entry"), icon="add")
        if question.states_none:
            _none(visit, question, isinstance(entry, Null), lambda is_none: put(Null()) if is_none else told())

    def shown() -> None:
        place.clear()
        with place:
            if isinstance(entry, Odd) and not held:
                mark(orjson.dumps(entry.value).decode()[:_MOST_SHOWN], "warn")
            elif not held:
                text(visit.say("没有", "none"), "span", "mp-faint")
            for number, row in enumerate(held):
                _row(visit, parts, row, number, told, partial(removed, number))

    def removed(number: int) -> None:
        del held[number]
        told()
        shown()

    def added() -> None:
        held.append({name: Blank() for name in parts})
        told()
        shown()

    add.on_click(added)
    shown()


def _row(
    visit: Visit, parts: Mapping[str, Question], row: dict[str, Entry], number: int, told: Callable[[], None],
    removed: Callable[[], None],
) -> None:  # fmt: skip
    def put_at(name: str) -> Put:
        def put(entry: Entry) -> None:
            row[name] = entry
            told()

        return put

    with ui.element("div").classes("mp-entry-row"):
        for name, part in parts.items():
            control(visit, part, row[name], put_at(name))
        named(button("×").on_click(removed), visit.say(f"去掉第{number + 1}项", f"take out entry {number + 1}"))


def of_kind(kind: Kind, label: str, called: Mapping[str, Bilingual], visit: Visit, path: str = "") -> Question:
    """The question for a value of that kind: `called` has the words for its parts and values by path."""
    choices = {one: _said(called, f"{path}={one}", one, visit) for one in kind.values}
    parts: dict[str, Question] = {}
    if kind.item is not None and not kind.item.fields:
        parts = {ONE: of_kind(kind.item, label, called, visit, path)}
    elif kind.item is not None:
        inner = {name: (part, f"{path}[].{name}") for name, part in kind.item.fields}
        parts = {
            name: of_kind(part, _said(called, where, name, visit), called, visit, where)
            for name, (part, where) in inner.items()
        }
    return Question(kind, label, states_none=kind.nullable, choices=choices, parts=parts)


def _said(called: Mapping[str, Bilingual], path: str, plain: str, visit: Visit) -> str:
    word = called.get(path)
    return plain if word is None else visit.tell(word) if "=" not in path else f"{visit.tell(word)}{visit.aside(plain)}"
