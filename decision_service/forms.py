"""The form of an application: every field read, every defect found at once. Faults here are decisions, not errors."""

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from decision_service.facts import Fact, FactSheet, Unknown, Why
from decision_service.language.meaning import Scope, evaluate
from decision_service.policy.shape import Bilingual, Field, Policy
from verifiers.frozen import quickly_made
from verifiers.identifiers import Defect as IdentifierDefect
from verifiers.identifiers import citizen_id, credit_code, disability_certificate
from verifiers.kinds import HINTS, BadValueError, Value, read

RESIDENT_CARD = "111"
"""Resident identity card, GA/T 2000.156."""

MISSING = "C01_FIELD_MISSING"
WRONG = "C02_FIELD_FORMAT"
CHECK_CHARACTER = "C03_ID_CHECKSUM"

_ID_TYPE = re.compile(r"[0-9]{3}", re.ASCII)
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FormDefect:
    """One thing to correct: its reason code, the field (as the form names it), its label, and what was expected."""

    code: str
    field: str
    label: Bilingual
    hint: Bilingual | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class FormReading:
    """A form as read. `values` has every field of the policy: its value, None where blank, or Unknown (Why.FORM).

    `stopped`: a defect of an identifier, after which no register is asked. `other_document`: `id_type` is not the
    resident card, so `id_no` is not read and only credit is asked. `asked` are the values as JSON for questions.
    """

    values: Mapping[str, Fact] = dataclasses.field(repr=False)
    defects: tuple[FormDefect, ...]
    stopped: bool
    other_document: bool
    asked: Mapping[str, object] = dataclasses.field(repr=False)
    items: tuple[str, ...]


def read_form(policy: Policy, raw: Mapping[str, object], as_of: date, prefectures: Collection[str]) -> FormReading:
    """Reads every field of `raw`. Total: whatever JSON it holds comes out as values and defects."""
    reader = _FormReader(policy, raw, as_of, prefectures)
    return reader.read()


class _FormReader:
    def __init__(self, policy: Policy, raw: Mapping[str, object], as_of: date, prefectures: Collection[str]) -> None:
        self.policy = policy
        self.raw = raw
        self.as_of = as_of
        self.prefectures = prefectures
        self.values: dict[str, Fact] = {}
        self.asked: dict[str, object] = {}
        self.defects: dict[str, FormDefect] = {}

    def read(self) -> FormReading:
        other = self._other_document()
        for field in self.policy.fields:
            value = self.raw.get(field.name)
            if other and field.name == "id_no":
                self.values[field.name] = Unknown.of(Why.FORM, field.name)
                self.asked[field.name] = value
            elif value is None or (isinstance(value, str) and not value.strip()):
                self.values[field.name] = read(field.kind, field.default) if field.default is not None else None
            else:
                self._given(field, value)
        self._required()
        self._unknown_fields()
        stopped = bool(self.defects) and any(
            field.identifier and field.name in self.defects for field in self.policy.fields
        )
        return FormReading(self.values, self._in_order(), stopped, other, self.asked, self._items())

    def _in_order(self) -> tuple[FormDefect, ...]:
        if not self.defects:
            return ()
        order = [field.name for field in self.policy.fields]
        known = len(order)
        found = self.defects.values()
        return tuple(sorted(found, key=lambda one: order.index(one.field) if one.field in order else known))

    def _other_document(self) -> bool:
        id_type = self.raw.get("id_type")
        return id_type != RESIDENT_CARD and isinstance(id_type, str) and _ID_TYPE.fullmatch(id_type) is not None

    def _given(self, field: Field, raw: object) -> None:
        try:
            special = _SPECIAL.get(field.type_name)
            value = read(field.kind, raw) if special is None else special(self, field, raw)
        except BadValueError as error:
            self._defect(field, WRONG, Bilingual(*HINTS[error.hint]))
            return
        if isinstance(value, IdentifierDefect):
            code = CHECK_CHARACTER if value.kind == "check" else WRONG
            self._defect(field, code, Bilingual(value.hint_zh, value.hint_en))
            return
        self.values[field.name] = value
        self.asked[field.name] = value if field.identifier else raw

    def as_prefecture(self, field: Field, raw: object) -> Value:
        value = read(field.kind, raw)
        if value not in self.prefectures:
            raise BadValueError("enumeration")
        return value

    def as_division(self, field: Field, raw: object) -> Value:
        value = read(field.kind, raw)
        if f"{str(value)[:4]}00" not in self.prefectures or str(value).endswith("00"):
            raise BadValueError("enumeration")
        return value

    def as_credit_code(self, _: Field, raw: object) -> Value | IdentifierDefect:
        code = credit_code(_text(raw))
        return code if isinstance(code, IdentifierDefect) else code.text

    def as_certificate(self, _: Field, raw: object) -> Value | IdentifierDefect:
        certificate = disability_certificate(_text(raw), self.as_of)
        return certificate if isinstance(certificate, IdentifierDefect) else certificate.text

    def as_citizen_id(self, _: Field, raw: object) -> Value | IdentifierDefect:
        number = citizen_id(_text(raw), self.as_of)
        return number if isinstance(number, IdentifierDefect) else number.text

    def _defect(self, field: Field, code: str, hint: Bilingual | None) -> None:
        self.values[field.name] = Unknown.of(Why.FORM, field.name)
        self.defects[field.name] = FormDefect(code, field.name, field.label, hint)

    def _required(self) -> None:
        """C01, once all values are known: whether a field must be there may depend on others."""
        blank = [field for field in self.policy.fields if self.values[field.name] is None and not field.upload]
        if not blank:
            return
        sheet = FactSheet(self.as_of, dict(self.values), {})
        scope = Scope(sheet, {}, lambda name, _: Unknown.of(Why.TABLE, name))
        for field in blank:
            if evaluate(field.required, scope) is True:
                self._defect(field, MISSING, None)

    def _unknown_fields(self) -> None:
        for name in sorted(name for name in self.raw if name not in self.values):
            shown = name if _FIELD_NAME.fullmatch(name) else "?"
            label = Bilingual(f"字段{shown}", f"the field {shown}")
            hint = Bilingual("本事项的表单没有这个字段", "the form of this matter has no such field")
            self.defects[f"?{name}"] = FormDefect(WRONG, shown, label, hint)

    def _items(self) -> tuple[str, ...]:
        if self.policy.items_field is None:
            return ()
        chosen = self.values[self.policy.items_field]
        names = [item.name for item in self.policy.items]
        return tuple(name for name in names if isinstance(chosen, tuple) and name in chosen)


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise BadValueError("text")
    return raw


_SPECIAL: Mapping[str, Callable[[_FormReader, Field, object], Value | IdentifierDefect]] = {
    "citizen_id": _FormReader.as_citizen_id,
    "credit_code": _FormReader.as_credit_code,
    "disability_certificate": _FormReader.as_certificate,
    "prefecture": _FormReader.as_prefecture,
    "division": _FormReader.as_division,
}
"""How fields are read whose types say more than their kinds, by type."""
