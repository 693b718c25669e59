"""The values that an outcome states, as fields of a form, each sent as JSON of its kind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from decision_service.workbench.following.words import Words
from decision_service.workbench.parts import text
from decision_service.workbench.visit import Visit

AWARDS: Final = "awards"
_HINTS: Final[Mapping[str, str]] = {"money": "100.00", "decimal": "45.0", "date": "2026-03-16", "month": "2026-03"}


class Stated:
    """Fields for the values of the outcome that is chosen. What was written stays when another one is chosen that has
    the value too."""

    def __init__(self, visit: Visit, words: Words, changed: Callable[..., None]) -> None:
        self._visit = visit
        self._words = words
        self._changed = changed
        self._kept: dict[str, object] = {}
        self._kinds: dict[str, str] = {}
        self._place = ui.element("div").classes("mp-row")

    def show(self, asked: Sequence[Mapping[str, Any]]) -> None:
        """A field for each of these."""
        self._kinds = {}
        self._place.clear()
        with self._place:
            for one in asked:
                if one["kind"] == AWARDS:
                    self._awards(one["items"])
                else:
                    self._field(one["name"], self._label(one), one)

    def written(self) -> dict[str, object]:
        """What is written, shown or not, by the names of the values."""
        return dict(self._kept)

    def write(self, kept: Mapping[str, object]) -> None:
        """What was written before; fields that are shown from now on begin with it."""
        self._kept = dict(kept)

    def values(self) -> dict[str, object]:
        """What is written, as JSON; what is empty is left out."""
        found = {name: _json(self._kept.get(name), kind) for name, kind in self._kinds.items()}
        stated = {name: value for name, value in found.items() if value is not None}
        prefix = f"{AWARDS}/"
        awards = {name.removeprefix(prefix): stated.pop(name) for name in list(stated) if name.startswith(prefix)}
        return stated | ({AWARDS: awards} if awards else {})

    def _awards(self, items: Sequence[Mapping[str, Any]]) -> None:
        with ui.element("fieldset").classes("fo-set"):
            text(
                self._visit.say("批准的各项和金额（不批准的留空）", "items granted, with amounts (others empty)"),
                "legend",
            )
            with ui.element("div").classes("mp-row"):
                for one in items:
                    label = self._visit.say(one["zh"], one["en"])
                    self._field(f"{AWARDS}/{one['name']}", label, {"kind": "money", "values": []})

    def _label(self, one: Mapping[str, Any]) -> str:
        needed = "" if one["needed"] else self._visit.say("（可不填）", " (may be left out)")
        return f"{self._words.value(one['name'])}{needed}"

    def _field(self, name: str, label: str, about: Mapping[str, Any]) -> None:
        kind, values = about["kind"], about["values"]
        self._kinds[name] = kind
        made: ValueElement[Any]
        if kind == "boolean":
            made = ui.checkbox(label, value=self._kept.get(name) is True)
        elif values:
            chosen = self._kept.get(name)
            made = ui.select(list(values), label=label, value=chosen if chosen in values else None, clearable=True)
        else:
            made = ui.input(label, value=str(self._kept.get(name) or ""), placeholder=_HINTS.get(kind))
        if kind != "boolean":
            made.props("outlined dense").classes("fo-field")
        made.on_value_change(lambda event: self._write(name, event.value))

    def _write(self, name: str, value: object) -> None:
        self._kept[name] = value
        self._changed()


def _json(value: object, kind: str) -> object:
    """`value` of a field as JSON of its kind; None for nothing."""
    if isinstance(value, bool):
        return value
    written = str(value or "").strip()
    if kind == "whole" and written.removeprefix("-").isdecimal():
        return int(written)
    return written or None
