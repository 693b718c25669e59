"""The kinds of value that a form field or a register may hold, and how JSON text is read as one.

Nothing is coerced: `1` is no boolean, `12.0` is no whole number, money and decimals travel as JSON strings.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import NamedTuple, TypeAlias, Union


class Period(NamedTuple):
    """A length of time: whole months, then whole days. `years(6)` is `Period(72, 0)`."""

    months: int
    days: int


_Nested: TypeAlias = "tuple[Value, ...] | Mapping[str, Value]"
Value: TypeAlias = Union[bool, int, Decimal, str, date, Period, "_Nested", None]
"""What an expression can yield. `None` is what a register (or a blank optional field) states: there is none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value.

    `name` is a key of `READERS`, "list" or "record". `values` closes a text to an enumeration, `item` is the kind of a
    list's elements, `fields` are a record's. `nullable` says that null may be stated; `optional` (inside a record only)
    that the field may be left out.
    """

    name: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    item: "Kind | None" = None
    fields: tuple[tuple[str, "Kind"], ...] = ()
    optional: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    pattern: str | None = None
    distinct: bool = False

    def field(self, name: str) -> "Kind | None":
        """The kind of a record's field, or None if it has no such field."""
        return next((kind for key, kind in self.fields if key == name), None)


class BadValueError(ValueError):
    """JSON that is not of its kind. `hint` names what was expected (a key of HINTS), never the value."""

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint


HINTS: Mapping[str, tuple[str, str]] = {
    "boolean": ("应为是或否(true/false)", "true or false is expected"),
    "whole": ("应为整数", "a whole number is expected"),
    "decimal": ('应为以文本表示的小数，如"45.0"', 'a decimal number as text is expected, such as "45.0"'),
    "money": ("应为以文本表示的金额，至多两位小数", "an amount as text with at most two decimals is expected"),
    "text": ("应为文字", "text is expected"),
    "too_long": ("文字过长", "the text is too long"),
    "control": ("含有不可见字符", "it holds invisible characters"),
    "date": ("应为日期，如2026-03-16", "a date such as 2026-03-16 is expected"),
    "month": ("应为年月，如2026-03", "a month such as 2026-03 is expected"),
    "range": ("超出允许范围", "it is outside the permitted range"),
    "enumeration": ("不在可选范围内", "it is not one of the permitted values"),
    "pattern": ("格式不符", "it does not have the required form"),
    "list": ("应为列表", "a list is expected"),
    "empty_list": ("至少应有一项", "at least one entry is expected"),
    "distinct": ("有重复项", "an entry is repeated"),
    "record": ("应为一组字段", "an object is expected"),
    "region": ("应为六位行政区划代码", "a six-digit division code is expected"),
    "citizen_id": ("应为18位公民身份号码", "an 18-character citizen ID is expected"),
    "missing": ("缺少", "it is missing"),
    "null": ("不能为空", "null is not allowed"),
}
"""What was expected, in Chinese and English."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"(?!0000)\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,6})?", re.ASCII)
_MONEY = re.compile(r"-?(0|[1-9]\d{0,12})(\.\d{1,2})?", re.ASCII)
_REGION = re.compile(r"[1-9]\d{5}", re.ASCII)
_CITIZEN = re.compile(r"\d{17}[\dX]", re.ASCII)
_MAX_TEXT = 2000
_MAX_ITEMS = 200
_MAX_WHOLE = 2**53


def _boolean(raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    raise BadValueError("boolean")


def _whole(raw: object) -> Value:
    if isinstance(raw, int) and not isinstance(raw, bool) and -_MAX_WHOLE <= raw <= _MAX_WHOLE:
        return raw
    raise BadValueError("whole")


def _number(raw: object, form: re.Pattern[str], hint: str) -> Value:
    if isinstance(raw, str) and form.fullmatch(raw):
        try:
            return Decimal(raw)
        except InvalidOperation:
            pass
    raise BadValueError(hint)


def _text(raw: object) -> Value:
    if not isinstance(raw, str):
        raise BadValueError("text")
    if len(raw) > _MAX_TEXT:
        raise BadValueError("too_long")
    if not raw.isprintable():
        raise BadValueError("control")
    return raw


def _date(raw: object) -> Value:
    if isinstance(raw, str) and _DATE.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    raise BadValueError("date")


def _shaped(raw: object, form: re.Pattern[str], hint: str) -> Value:
    if isinstance(raw, str) and form.fullmatch(raw):
        return raw
    raise BadValueError(hint)


def _citizen_id(raw: object) -> Value:
    """Form and date of a citizen ID; whether its check character fits is the form's concern, not a register's."""
    number = _shaped(raw, _CITIZEN, "citizen_id")
    text = str(number)
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        raise BadValueError("citizen_id") from None
    return number


READERS: Mapping[str, Callable[[object], Value]] = {
    "boolean": _boolean,
    "whole": _whole,
    "decimal": partial(_number, form=_DECIMAL, hint="decimal"),
    "money": partial(_number, form=_MONEY, hint="money"),
    "text": _text,
    "date": _date,
    "month": partial(_shaped, form=_MONTH, hint="month"),
    "region": partial(_shaped, form=_REGION, hint="region"),
    "citizen_id": _citizen_id,
}
"""The scalar kinds. `region` is a six-digit division code of GB/T 2260; `citizen_id` checks form and date."""


def read(kind: Kind, raw: object) -> Value:
    """JSON `raw` as a value of `kind`. Raises BadValueError; never anything else, whatever `raw` is."""
    if raw is None:
        if kind.nullable:
            return None
        raise BadValueError("null")
    if kind.name == "list":
        return _read_list(kind, raw)
    if kind.name == "record":
        return _read_record(kind, raw)
    value = READERS[kind.name](raw)
    if kind.values and value not in kind.values:
        raise BadValueError("enumeration")
    if kind.pattern is not None and not (isinstance(value, str) and re.fullmatch(kind.pattern, value, re.ASCII)):
        raise BadValueError("pattern")
    _check_bounds(kind, value)
    return value


def _check_bounds(kind: Kind, value: Value) -> None:
    if isinstance(value, str) and kind.name == "text":
        if kind.maximum is not None and len(value) > kind.maximum:
            raise BadValueError("too_long")
        return
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if kind.minimum is not None and value < kind.minimum:
            raise BadValueError("range")
        if kind.maximum is not None and value > kind.maximum:
            raise BadValueError("range")


def _read_list(kind: Kind, raw: object) -> Value:
    if not isinstance(raw, list) or len(raw) > _MAX_ITEMS or kind.item is None:
        raise BadValueError("list")
    if kind.minimum is not None and len(raw) < kind.minimum:
        raise BadValueError("empty_list")
    values = tuple(read(kind.item, element) for element in raw)
    if kind.distinct and any(value in values[:place] for place, value in enumerate(values)):
        raise BadValueError("distinct")
    return values


def _read_record(kind: Kind, raw: object) -> Value:
    if not isinstance(raw, dict):
        raise BadValueError("record")
    known = dict(kind.fields)
    record: dict[str, Value] = {}
    for name, field in known.items():
        if name in raw:
            record[name] = read(field, raw[name])
        elif field.optional:
            record[name] = None
        else:
            raise BadValueError("missing")
    return record
