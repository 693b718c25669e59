"""A list or a record that a form or a register states, in words: its parts by what people call them."""

from collections.abc import Mapping

from decision_service.policy.shape import Bilingual
from decision_service.wording import said
from verifiers.kinds import Period, Value

_NONE = Bilingual("无", "none")


def listed(value: Value, called: Mapping[str, tuple[str, str]], path: str) -> Bilingual:
    """`value` in words; `called` has the words for its parts and for what they hold, by path as `Register.called`."""
    match value:
        case Period():
            return _period(value)
        case tuple():
            entries = [listed(one, called, f"{path}[]" if isinstance(one, Mapping) else path) for one in value]
            return _joined(entries, "；", "; ") if entries else _NONE
        case Mapping():
            return _joined([_part(name, one, called, f"{path}.{name}") for name, one in value.items()], "，", ", ")
        case None:
            return _NONE
        case _:
            told, label = said(value), called.get(f"{path}={value}")
            return told if label is None else Bilingual(f"{label[0]}（{value}）", f"{label[1]} ({value})")


def _period(value: Period) -> Bilingual:
    counts = [one for one in ((value.months, "个月", "month"), (value.days, "日", "day")) if one[0]]
    zh = "零".join(f"{count}{unit}" for count, unit, _ in counts)
    en = " and ".join(f"{count} {unit}{'s' if count != 1 else ''}" for count, _, unit in counts)
    return Bilingual(zh or "0日", en or "0 days")


def _part(name: str, value: Value, called: Mapping[str, tuple[str, str]], path: str) -> Bilingual:
    label, told = called.get(path, (name, name)), listed(value, called, path)
    return Bilingual(f"{label[0]} {told.zh}", f"{label[1]} {told.en}")


def _joined(parts: list[Bilingual], zh: str, en: str) -> Bilingual:
    return Bilingual(zh.join(one.zh for one in parts), en.join(one.en for one in parts))
