"""The form of an outcome, or of what one would decide on a blind sample: nothing of it is filled in."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from nicegui import ui

from decision_service.casework.outcomes import OPEN_TO_OFFICERS, open_to_officers
from decision_service.casework.values import statable
from decision_service.outcome import Outcome
from decision_service.workbench.following.form import Form
from decision_service.workbench.following.stating import Stated
from decision_service.workbench.following.words import Words
from decision_service.workbench.parts import note, text
from decision_service.workbench.visit import Visit

_STATED: Final = "result"


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
        values = self._values()
        options = {one: words.outcome(one) for one in values}
        self._outcome = self.input("outcome", ui.select(options, label=say("结论", "outcome")))
        self._outcome.props("outlined dense").classes("fo-field")
        self._stated = Stated(self._visit, words, self.written)
        self._outcome.on_value_change(lambda event: self._stated.show(values.get(event.value, ())))
        self._zh = self.lines("reasons_zh", "理由（中文，必填）", "reasons in Chinese (needed)")
        self._en = self.lines("reasons_en", "理由（英文，可不填）", "reasons in English (may be left out)")
        with ui.element("fieldset").classes("fo-set"):
            text(say("依据（至少一条）", "legal basis (at least one)"), "legend")
            for law in self._file["basis"]:
                box = ui.checkbox(f"{law['number']}. {say(law['zh'], law['en'])}")
                self._basis[law["number"]] = self.input(f"basis {law['number']}", box)
        if (self._file.get("answer") or {}).get("outcome") == "APPROVED_ON_COMMITMENT":
            proven = (
                "经查证，承诺不实（将记入信用）",
                "it was proven that the commitment was false (goes to the credit centre)",
            )
            self._false = self.input("false_commitment", ui.checkbox(say(*proven)))

    def _values(self) -> dict[str, list[dict[str, object]]]:
        """What each outcome states, by the rules of the matter; where those of that day are not in the rules folder,
        every outcome states the values that the file names."""
        policy = self._words.policy(self._file["matter"]["code"], date.fromisoformat(self._file["as_of"]))
        if policy is not None:
            return {one.value: statable(policy, one) for one in open_to_officers(policy)}
        told: list[dict[str, object]] = [
            {"name": one, "kind": "text", "values": [], "needed": False} for one in self._file["results"]
        ]
        return {one.value: told for one in Outcome if one in OPEN_TO_OFFICERS}

    def filled(self) -> dict[str, object]:
        """Its fields, and those of the values that the outcome states."""
        return {**super().filled(), _STATED: self._stated.written()}

    def fill(self, written: Mapping[str, Any]) -> None:
        """The values first, which are shown once their outcome is chosen."""
        self._stated.write(written.get(_STATED, {}))
        super().fill(written)

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
