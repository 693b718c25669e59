"""The functions of the language as columns, written apart from language.functions: one of each, none left out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import add

import ibis

from decision_service.facts import Why
from decision_service.language.tree import Call
from decision_service.readings.bulk import days
from decision_service.readings.bulk.arithmetic import at_place, ceiling, floor, unless_null
from decision_service.readings.bulk.cells import BIT, Cell, both, highest, lowest, static, when
from decision_service.readings.bulk.refused import NotInBulkError
from decision_service.readings.bulk.shapes import (
    NULL,
    Items,
    Length,
    Number,
    Plain,
    Rows,
    Shape,
    Term,
    aligned,
    nothing,
    number,
    plain,
    wide,
)

MOST_YEARS = 10_000
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_THIRTY_SIX = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # GB 32100-2015, table 3
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997


def call(node: Call, arguments: tuple[Term, ...], calendar: Mapping[int, frozenset[date]], share: days.Share) -> Term:
    """The value of a function for known arguments, null where one of them is. Raises NotInBulkError."""
    if any(nothing(one.shape) for one in arguments):
        return Term(NULL, nullable=True)
    shapes = [one.shape for one in arguments]
    if node.function == "working_days_after":
        found, mask = days.working_days_after(plain(shapes[0]), number(shapes[1]).cell, calendar, share)
        term = unless_null(arguments, Plain(found))
        return Term(term.shape, mask, BIT[Why.CALENDAR], term.nullable)
    try:
        shape = FUNCTIONS[node.function](shapes, share)
    except NotInBulkError as error:
        raise at_place(error, node.span) from None
    return unless_null(arguments, shape, nullable=node.function == "make_credit_code")


def left(cell: Cell, count: int) -> Cell:
    """The first characters of a text."""
    return cell[:count] if static(cell) else cell.left(count)


def piece(cell: Cell, start: int, count: int) -> Cell:
    """Some characters of a text, counted from 0."""
    return cell[start : start + count] if static(cell) else cell.substr(start, count)


def digits(cell: Cell) -> Cell:
    """A text of digits as a whole number."""
    return int(cell) if static(cell) else cell.try_cast("int32")


def _year_bound(cell: Cell) -> Number:
    return Number(cell, MOST_YEARS)


def _month_after(day: Cell) -> Cell:
    months = days.year(day) * 12 + days.month(day)
    bounded = lowest((months, 9999 * 12 + 11))
    number_of = bounded // 12 * 100 + bounded % 12 + 1 + 1_000_000
    text = str(number_of) if static(number_of) else number_of.cast("string")
    return piece(text, 1, 4) + "-" + piece(text, 5, 2)


def _least(shapes: Sequence[Shape], pick: Callable[[Sequence[Cell]], Cell]) -> Number:
    numbers = aligned(*(number(one) for one in shapes))
    bound = max(one.bound for one in numbers)
    cells = [wide(one.cell, bound) for one in numbers]
    return Number(pick(cells), bound, numbers[0].scale, numbers[0].divisor)


def _count(shape: Shape) -> Number:
    match shape:
        case Items(cell, _):
            return Number(cell.length(), 200)
        case Rows(entries):
            there = [when(condition, 1, 0) for condition, _ in entries]
            return Number(reduce(add, there, 0), len(entries))
        case _:
            raise TypeError("no list")


def _retirement(shapes: Sequence[Shape], share: days.Share) -> Shape:
    birth, first = plain(shapes[0]), plain(shapes[2])
    base, step, most = (number(shapes[place]).cell for place in (1, 3, 4))
    since = (days.year(birth) - digits(left(first, 4))) * 12 + days.month(birth) - digits(piece(first, 5, 2))
    begun = since // highest((step, 1)) + 1
    delay = when(since < 0, 0, lowest((most, begun)))
    return Plain(days.add_months(birth, base * 12 + delay, share))


def _starts(text: Cell, beginning: Cell) -> Cell:
    if static(text) and static(beginning):
        return text.startswith(beginning)
    return (ibis.literal(text) if static(text) else text).startswith(beginning)


def _matches(text: Cell, pattern: str) -> Cell:
    return (ibis.literal(text) if static(text) else text).re_search(rf"\A(?:{pattern})\z")


def _weighed(text: Cell, alphabet: str, weights: Sequence[int]) -> Cell:
    """The sum of the characters' places in an alphabet, weighed."""
    if static(text):
        return sum(alphabet.find(text[at : at + 1]) * weight for at, weight in enumerate(weights))
    letters = ibis.literal(alphabet)
    return reduce(add, [letters.find(piece(text, at, 1)) * weight for at, weight in enumerate(weights)])


def letter(alphabet: str, place: Cell) -> Cell:
    """The character at a place, counted from 0."""
    if static(place):
        return alphabet[place]
    count = (place + 1).cast("int32")  # Spark takes no other
    return ibis.literal(alphabet).left(count).right(1)  # a substring from there would have the place in it three times


def own_check(body: Cell) -> Cell:
    """The check character of an organisation code of eight characters (GB 11714)."""
    return letter("0X987654321", _weighed(body, _THIRTY_SIX, _BODY_WEIGHTS) % 11)


def whole_check(front: Cell) -> Cell:
    """The check character of the 17 in front of it (GB 32100)."""
    return letter(CREDIT, (31 - _weighed(front, CREDIT, _CREDIT_WEIGHTS) % 31) % 31)


def _credit_code(shapes: Sequence[Shape], share: days.Share) -> Shape:
    prefix, region, body = (plain(one) for one in shapes)
    signs = f"[{CREDIT}]"
    fits = both(_matches(prefix, signs + "{2}"), _matches(region, "[0-9]{6}"), _matches(body, signs + "{8}"))
    front = share(prefix + region + body + own_check(body))
    return Plain(when(fits, front + whole_check(front), None))


FUNCTIONS: Mapping[str, Callable[[Sequence[Shape], days.Share], Shape]] = {
    "years_between": lambda of, _: _year_bound(days.years_between(plain(of[0]), plain(of[1]))),
    "months_between": lambda of, _: Number(days.months_between(plain(of[0]), plain(of[1])), 12 * MOST_YEARS),
    "birth_date": lambda of, _: Plain(digits(piece(plain(of[0]), 6, 8))),
    "birthday": lambda of, share: Plain(days.add_months(plain(of[0]), number(of[1]).cell * 12, share)),
    "days": lambda of, _: Length(Number(0, 0), number(of[0])),
    "months": lambda of, _: Length(number(of[0]), Number(0, 0)),
    "years": lambda of, _: Length(Number(number(of[0]).cell * 12, number(of[0]).bound * 12), Number(0, 0)),
    "month_after": lambda of, _: Plain(_month_after(plain(of[0]))),
    "prefecture": lambda of, _: Plain(left(plain(of[0]), 4) + "00"),
    "province": lambda of, _: Plain(left(plain(of[0]), 2) + "0000"),
    "min": lambda of, _: _least(of, lowest),
    "max": lambda of, _: _least(of, highest),
    "earlier": lambda of, _: Plain(lowest([plain(one) for one in of])),
    "later": lambda of, _: Plain(highest([plain(one) for one in of])),
    "floor": lambda of, _: floor(number(of[0])),
    "ceiling": lambda of, _: ceiling(number(of[0])),
    "count": lambda of, _: _count(of[0]),
    "make_credit_code": _credit_code,
    "certificate_holder": lambda of, _: Plain(left(plain(of[0]), 18)),
    "certificate_category": lambda of, _: Number(digits(piece(plain(of[0]), 18, 1)), 9),
    "certificate_level": lambda of, _: Number(digits(piece(plain(of[0]), 19, 1)), 9),
    "retirement_date": _retirement,
    "starts_with": lambda of, _: Plain(_starts(plain(of[0]), plain(of[1]))),
}
"""By name; `working_days_after`, which may be unknown, is read in `call`."""
