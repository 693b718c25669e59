"""What stands in the controls of a form and of register answers, and the application that it is: each follows from the
other, whatever JSON an application holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias, assert_never

from decision_service.policy.shape import Policy
from decision_service.workbench.kept import Kept
from verifiers.kinds import Kind


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing was put there: it is left out."""


@dataclass(frozen=True, slots=True)
class Null:
    """That there is none is stated."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that was typed, or the value that was chosen. Never empty."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Several values of a list to choose from."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Entries of a list, each with its controls by name; by "" where an entry is a single value."""

    rows: tuple[Mapping[str, "Entry"], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Odd:
    """JSON that no control of its kind can hold."""

    value: object = field(repr=False)


Entry: TypeAlias = Blank | Null | Typed | Chosen | Rows | Odd

ONE: Final = ""
"""The name of the only control of an entry that is a single value."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a register answers: `status` as answers have it, its day ("": none stated), its fields by name, and what
    else an answer holds that the register has no field for."""

    status: str
    data_as_of: str
    facts: Mapping[str, Entry] = field(repr=False)
    more: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A register that nobody asked."""


@dataclass(frozen=True, slots=True)
class OddAnswer:
    """What no register answers."""

    value: object = field(repr=False)


Answer: TypeAlias = Stated | NotAsked | OddAnswer


@dataclass(frozen=True, slots=True)
class Written:
    """All controls. `more` and `others`: fields and registers that the matter does not have."""

    as_of: date
    form: Mapping[str, Entry] = field(repr=False)
    answers: Mapping[str, Answer] = field(repr=False)
    more: Mapping[str, object] = field(repr=False)
    others: Mapping[str, object] = field(repr=False)


def written(policy: Policy, kept: Kept) -> Written:
    """The controls of an application."""
    names = {one.name for one in policy.fields}
    return Written(
        as_of=kept.as_of,
        form={one.name: _entry(one.kind, kept.form, one.name) for one in policy.fields},
        answers={name: _answer(ask.register.answers, kept.facts, name) for name, ask in policy.asks.items()},
        more={name: value for name, value in kept.form.items() if name not in names},
        others={name: value for name, value in kept.facts.items() if name not in policy.asks},
    )


def kept(policy: Policy, one: Written) -> Kept:
    """The application that the controls hold."""
    form = _values({field.name: field.kind for field in policy.fields}, one.form)
    facts: dict[str, object] = {}
    for name, answer in one.answers.items():
        match answer:
            case Stated():
                day = {"data_as_of": answer.data_as_of} if answer.data_as_of else {}
                stated = _values(policy.asks[name].register.answers, answer.facts)
                facts[name] = {"status": answer.status, **day, **stated, **answer.more}
            case OddAnswer():
                facts[name] = answer.value
            case NotAsked():
                pass
            case _:
                assert_never(answer)
    return Kept(one.as_of, {**form, **one.more}, {**facts, **one.others})


def stated(kinds: Mapping[str, Kind], answer: Mapping[str, object]) -> Stated:
    """The controls of an answer of a register with fields of these kinds."""
    known = {"status", "data_as_of", *kinds}
    return Stated(
        status=str(answer["status"]),
        data_as_of=str(answer.get("data_as_of", "")),
        facts={name: _entry(kind, answer, name) for name, kind in kinds.items()},
        more={name: value for name, value in answer.items() if name not in known},
    )


def _answer(kinds: Mapping[str, Kind], facts: Mapping[str, object], name: str) -> Answer:
    if name not in facts:
        return NotAsked()
    raw = facts[name]
    if not isinstance(raw, Mapping) or not isinstance(raw.get("status"), str) or not _dated(raw):
        return OddAnswer(raw)
    return stated(kinds, raw)


def _dated(raw: Mapping[str, object]) -> bool:
    return "data_as_of" not in raw or (isinstance(raw["data_as_of"], str) and raw["data_as_of"] != "")


def _values(kinds: Mapping[str, Kind], entries: Mapping[str, Entry]) -> dict[str, object]:
    return {name: _value(kinds[name], entry) for name, entry in entries.items() if not isinstance(entry, Blank)}


def _entry(kind: Kind, record: Mapping[str, object], name: str) -> Entry:
    """The control of a field of a form, an answer or a record."""
    return entry_of(kind, record[name]) if name in record else Blank()


def entry_of(kind: Kind, raw: object) -> Entry:
    """The control that holds `raw`."""
    if raw is None:
        return Null() if kind.nullable else Odd(None)
    if kind.name == "list":
        return _list(kind, raw)
    text = {True: "true", False: "false"}[raw] if isinstance(raw, bool) else str(raw)
    typed = Typed(text)
    read = _value(kind, typed) if text and kind.name != "record" else None
    return typed if read == raw and type(read) is type(raw) else Odd(raw)


def _list(kind: Kind, raw: object) -> Entry:
    if not isinstance(raw, list) or kind.item is None:
        return Odd(raw)
    if kind.item.values and kind.distinct:
        fits = bool(raw) and len(set(map(repr, raw))) == len(raw) and all(one in kind.item.values for one in raw)
        return Chosen(tuple(raw)) if fits else Odd(raw)
    fields = dict(kind.item.fields)
    if kind.item.name != "record":
        return Rows(tuple({ONE: entry_of(kind.item, one)} for one in raw))
    if not all(isinstance(one, dict) and one.keys() <= fields.keys() for one in raw):
        return Odd(raw)
    return Rows(tuple({name: _entry(part, one, name) for name, part in fields.items()} for one in raw))


def _value(kind: Kind, entry: Entry) -> object:
    match entry:
        case Null() | Blank():
            return None
        case Typed():
            return _typed(kind, entry.text)
        case Chosen():
            return list(entry.values)
        case Rows():
            return [_row(kind, row) for row in entry.rows]
        case Odd():
            return entry.value
        case _:
            assert_never(entry)


def _row(kind: Kind, row: Mapping[str, Entry]) -> object:
    if kind.item is None or kind.item.name != "record":
        return _value(kind.item or kind, row[ONE])
    return _values(dict(kind.item.fields), row)


def _typed(kind: Kind, text: str) -> object:
    """As rule files read a plain text of that kind: what does not fit stays text, and is judged as such."""
    if kind.name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind.name == "whole":
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else text
    return text


_MOST_DIGITS: Final = 18
