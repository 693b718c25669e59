"""Whether a column's value is of its kind, as verifiers.kinds.read has it, and which texts are not judged in bulk."""

from typing import cast

from decision_service.readings.bulk import columns, days
from decision_service.readings.bulk.cells import Cell, both, either, negated, static
from decision_service.readings.bulk.elements import some
from decision_service.readings.bulk.functions import digits, piece
from verifiers.kinds import Kind

MOST_ITEMS = 200
MOST_TEXT = 2000
EVERYDAY = (
    r"\A[\x20-\x7E\x{00B7}\x{2014}\x{2018}-\x{201D}\x{2026}\x{3001}-\x{3011}\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}"
    r"\x{FF01}-\x{FF5E}]*\z"
)
"""Texts of these characters can be judged anywhere; a row with another is left out, and counted as such."""
CITIZEN = "[0-9]{17}[0-9X]"
_FORMS = {"region": "[1-9][0-9]{5}", "citizen_id": CITIZEN, "month": "[0-9]{4}-(0[1-9]|1[0-2])"}


def matches(cell: Cell, pattern: str) -> Cell:
    """Whether the whole text has that form."""
    return cell.re_search(rf"\A(?:{pattern})\z")


def fits(cell: Cell, kind: Kind) -> Cell:
    """Whether the value is of the kind; of null, whether the kind has it."""
    inner = _fits(cell, kind)
    if kind.nullable or kind.optional:
        return True if inner is True else either(cell.isnull(), inner.fill_null(False))
    return cell.notnull() if inner is True else both(cell.notnull(), inner.fill_null(False))


def _fits(cell: Cell, kind: Kind) -> Cell:
    """The same for a value that is there."""
    if kind.values:
        return cell.isin(kind.values)
    match kind.name:
        case "list" if kind.item is not None:
            return _list_fits(cell, kind)
        case "record":
            return both(*(fits(cell[name], part) for name, part in kind.fields))
        case "whole" | "decimal" | "money":
            return both(
                True if kind.minimum is None else cell >= kind.minimum,
                True if kind.maximum is None else cell <= kind.maximum,
            )
        case "text":
            longest = MOST_TEXT if kind.maximum is None else min(MOST_TEXT, int(kind.maximum))
            pattern = True if kind.pattern is None else matches(cell, kind.pattern)
            return both(cell.length() <= longest, pattern)
        case "citizen_id":
            return both(matches(cell, CITIZEN), birth_is_real(cell))
        case "region":
            return matches(cell, _FORMS["region"])
        case "month":
            return both(matches(cell, _FORMS["month"]), cell.left(4) != "0000")
        case "date":
            return both(cell.year() >= 1, cell.year() <= 9999)
        case _:
            return True


def birth_is_real(cell: Cell) -> Cell:
    """Whether characters 7 to 14 of a number are a day."""
    born = digits(piece(cell, 6, 8))
    return days.real(days.year(born), days.month(born), days.day_of_month(born))


def _list_fits(cell: Cell, kind: Kind) -> Cell:
    item = cast("Kind", kind.item)
    most = cell.length() <= MOST_ITEMS
    least = True if kind.minimum is None else cell.length() >= int(kind.minimum)
    wrong = negated(some(cell, lambda one: negated(fits(one, item))))
    apart = cell.unique().length() == cell.length() if kind.distinct else True
    return both(most, least, wrong, apart)


def odd(cell: Cell) -> Cell:
    """Whether a text holds a character that this reading does not judge. False of null."""
    return negated(cell.re_search(EVERYDAY)).fill_null(False)


def unjudged(cell: Cell, kind: Kind) -> Cell:
    """Whether the value holds a character, or is a number, that this reading does not judge. False of null."""
    if kind.values or static(cell):
        return False
    match kind.name:
        case "text":
            return odd(cell)
        case "whole" | "decimal" | "money":
            return (cell.abs() > columns.most(kind)).fill_null(False)
        case "list" if kind.item is not None:
            item = kind.item
            if isinstance(unjudged_of(item), bool):
                return False
            return some(cell, lambda one: unjudged(one, item))
        case "record":
            return either(*(unjudged(cell[name], part) for name, part in kind.fields))
        case _:
            return False


def unjudged_of(kind: Kind) -> bool | None:
    """False where a kind has no value that is not judged, else None."""
    if kind.name == "record":
        return False if all(unjudged_of(part) is False for _, part in kind.fields) else None
    if kind.name == "list" and kind.item is not None:
        return unjudged_of(kind.item)
    return None if not kind.values and kind.name in ("text", "whole", "decimal", "money") else False
