"""Kinds as expressions see them: which may be compared, ordered and combined."""

import re

from verifiers.kinds import Kind

BOOLEAN = Kind("boolean")
WHOLE = Kind("whole")
DECIMAL = Kind("decimal")
MONEY = Kind("money")
TEXT = Kind("text")
DATE = Kind("date")
MONTH = Kind("month")
PERIOD = Kind("period")
REGION = Kind("region")
NULL = Kind("null", nullable=True)

NUMBERS = frozenset({"whole", "decimal", "money"})
TEXTS = frozenset({"text", "region", "citizen_id", "month", "credit_code", "disability_certificate"})

WORDS: dict[str, tuple[str, str]] = {
    "boolean": ("是否", "true or false"),
    "whole": ("整数", "a whole number"),
    "decimal": ("小数", "a decimal number"),
    "money": ("金额", "money"),
    "text": ("文字", "a text"),
    "date": ("日期", "a date"),
    "month": ("年月", "a month"),
    "period": ("期间", "a period"),
    "region": ("行政区划代码", "a division code"),
    "citizen_id": ("公民身份号码", "a citizen ID"),
    "credit_code": ("统一社会信用代码", "a credit code"),
    "disability_certificate": ("残疾人证号", "a disability certificate number"),
    "list": ("列表", "a list"),
    "record": ("一组字段", "a record"),
    "null": ("空值", "null"),
    "number": ("数", "a number"),
}
"""How a kind is called in Chinese and English."""


_MONTH = re.compile(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """Whether a text names a month, as YYYY-MM."""
    return _MONTH.fullmatch(text) is not None


def family(kind: Kind) -> str:
    """The name under which kinds may be compared: all numbers are one family, all texts another."""
    if kind.name in NUMBERS:
        return "number"
    if kind.name in TEXTS:
        return "text"
    return kind.name


def combined(left: Kind, right: Kind) -> Kind | None:
    """The kind that both branches of an `if`, or both arguments of `min`, come to; None if they don't fit."""
    nullable = left.nullable or right.nullable
    if left.name == "null" or right.name == "null":
        known = right if left.name == "null" else left
        return _with(known, nullable=True)
    if left.name == right.name and left.item == right.item and left.fields == right.fields:
        return _with(left, nullable=nullable, values=_either(left, right))
    if family(left) == family(right) == "number":
        name = "money" if "money" in (left.name, right.name) else "decimal"
        return Kind(name, nullable=nullable)
    if family(left) == family(right) == "text":
        return Kind("text", nullable=nullable, values=_either(left, right))
    return None


def _either(left: Kind, right: Kind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(left.values + right.values)) if left.values and right.values else ()


def _with(kind: Kind, *, nullable: bool, values: tuple[str, ...] | None = None) -> Kind:
    return Kind(
        kind.name,
        nullable=nullable,
        values=kind.values if values is None else values,
        item=kind.item,
        fields=kind.fields,
    )


def plain(kind: Kind, *, nullable: bool | None = None) -> Kind:
    """The kind without bounds, patterns and optionality, which say how it is read and not what it is."""
    return _with(kind, nullable=(kind.nullable or kind.optional) if nullable is None else nullable)
