"""What a column holds, as the JSON that a register would write: nothing is guessed, no number becomes a float."""

import json
from datetime import date, datetime
from decimal import Decimal

from verifiers.kinds import Kind


def as_json(kind: Kind, value: object) -> object:
    """`value` in the form in which `kind` is read; what does not fit stays as it is and is refused by that reading.

    SQLite has no booleans (0 and 1), numeric columns give decimals; lists and records come from JSON columns.
    """
    match kind.name:
        case "boolean" if type(value) is int and value in (0, 1):
            return value == 1
        case "whole" if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        case "decimal" | "money" if isinstance(value, Decimal) and value.is_finite():
            return format(value, "f")
        case "decimal" | "money" if type(value) is int:
            return str(value)
        case "list" | "record" if isinstance(value, str):
            return _parsed(value)
        case _:
            return as_text(value)


def as_text(value: object) -> object:
    """Days and instants as text, whole seconds rounded down; an instant without an offset gets none and is refused."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def is_same(asked: object, found: object) -> bool:
    """Whether a column really holds what was asked for: a collation may call "x" and "X" the same, or pad blanks."""
    return str(asked) == str(as_text(found))


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
