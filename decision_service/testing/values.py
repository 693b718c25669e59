"""Strategies for single values, as JSON: at a place of an application, near what the policy knows or anywhere."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from hypothesis import strategies as st

from decision_service.testing.ground import Application
from decision_service.testing.near import Near
from decision_service.testing.places import Place
from verifiers.identifiers import make_citizen_id, make_credit_code
from verifiers.kinds import Kind

Json: TypeAlias = st.SearchStrategy[object]
Applications: TypeAlias = st.SearchStrategy[Application]

_TEXT = st.characters(min_codepoint=0x20, max_codepoint=0x9FFF, exclude_categories=("C", "Z"))
_WRONG: tuple[object, ...] = (7, True, "", [], {}, ["x"], 1.5, "１１１", "2026-02-30", "x" * 3000, "\u202e")


def value_at(near: Near, place: Place, one: Application) -> Json:
    """A right value of the place's kind: one worth trying (it shrinks to what a worked case holds), or any other."""
    tried = [value for value in near.values(place, one) if value is not None or place.kind.nullable]
    anywhere = _any(place.kind, place.type_name, one.as_of)
    if not tried:
        return anywhere if anywhere is not None else st.none()
    return st.sampled_from(tried) if anywhere is None else st.one_of(st.sampled_from(tried), anywhere)


def _any(kind: Kind, type_name: str, today: date) -> Json | None:
    """Any value of a kind; None where those worth trying are all, or the only ones that can be made."""
    if kind.values or kind.name in ("boolean", "record", "answer"):
        return None
    low, high = kind.minimum, kind.maximum
    match type_name or kind.name:
        case "whole":
            return st.integers(int(low or 0), int(high) if high is not None else 100_000)
        case "decimal" | "money":
            numbers = st.decimals(low or 0, high if high is not None else 1_000_000, places=2)
            return numbers.map(lambda number: format(number, "f"))
        case "date":
            days = st.dates(today - timedelta(days=40_000), today + timedelta(days=3650))
            return days.map(date.isoformat)
        case "citizen_id":
            return st.builds(_citizen, st.dates(date(1900, 1, 1), today), st.integers(0, 999))
        case "credit_code":
            return st.from_regex("DEMX[0-9]{4}", fullmatch=True).map(_credit_code)
        case "text" | "upload":
            if kind.pattern is not None:
                return st.from_regex(kind.pattern, fullmatch=True).filter(lambda text: text.isascii())
            return st.text(_TEXT, min_size=1, max_size=min(int(high or 200), 20))
        case _:
            return None


def _citizen(day: date, number: int) -> str | None:
    return make_citizen_id(f"210100{day:%Y%m%d}{number:03d}")


def _credit_code(body: str) -> str | None:
    return make_credit_code("92", "210102", body)


def wrong_value(kind: Kind, type_name: str) -> Json:
    """JSON that no value of the kind is."""
    match type_name or kind.name:
        case "boolean" | "confirmation":
            wrong: tuple[object, ...] = ("yes", 1, "true", [])
        case "choices" | "list" | "records":
            wrong = ({}, "x", 7, ["示例之外"], [7])
        case "whole":
            wrong = ("3", 3.5, True, [], *(int(bound) + off for bound, off in _bounds(kind)))
        case "text" if kind.pattern is None and not kind.values:
            wrong = (7, True, [], {}, "x" * 3000, "a\u202eb")
        case "upload":
            wrong = (7, True, [], {}, "x" * 3000)
        case _:
            wrong = tuple(one for one in _WRONG if one != "")
    return st.sampled_from(wrong)


def _bounds(kind: Kind) -> list[tuple[Decimal, int]]:
    return [(bound, off) for bound, off in ((kind.minimum, -1), (kind.maximum, 1)) if bound is not None]
