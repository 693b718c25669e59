"""Shapes of texts by their numbers: what a month, a division or an identifier settles of how its text begins."""

from collections.abc import Iterator, Mapping

import z3

from decision_service.readings.smt.formulas import Formula, conj, disj, iff, neg
from decision_service.readings.smt.numbers import Number
from decision_service.readings.smt.patterns import Shape, Starts
from verifiers.identifiers import make_citizen_id, make_credit_code
from verifiers.identifiers.citizen_id import PROVINCES

MONTHS = -1_000_000
REGIONS = (100_000, 999_999)
CITIZENS = (10_000_000, 19_999_999)
CREDITS = (20_000_000, 29_999_999)
OTHERS = (40_000_000, 49_999_999)
CERTIFICATES = 1_000_000_000_000
FIRST_YEAR, LAST_YEAR = 1901, 2099
"""Days outside these years are not looked at: registers hold none, and every rule counts from days inside them."""

SETTLED = {"citizen_id": 6, "disability_certificate": 6, "credit_code": 12}
"""How far into an identifier a beginning may reach that is asked for: what follows is a birth date, or a serial."""

_DIVISIONS = ("210100", "110100", "330100", "440100", "510100")
_CREDIT_FRONTS = ("92210102DEMX", "91110102DEMX", "12330102DEMX")
_SAMPLES = {CITIZENS: "210100193505208826", CREDITS: "92210102DEMX10016B"}


def holds(shape: Shape, number: Number) -> Formula:
    """Whether a text that is no month and no division's code is of a shape."""
    name = f"starts with {shape.beginning}" if isinstance(shape, Starts) else f"matches {shape.pattern}"
    found: Formula = z3.Function(name, z3.IntSort(), z3.BoolSort())(number.term)
    return found


def shaped(shape: Shape, number: Number) -> Formula:
    """Whether the text of this number is of a shape."""
    months, regions = (_month(1900, 1), _month(2100, 12)), REGIONS
    coded = conj(number.term >= months[0], number.term <= regions[1])
    month = [(_month(year, one), f"{year:04d}-{one:02d}") for year in range(1900, 2101) for one in range(1, 13)]
    by_month = _among(number, [code for code, text in month if shape.of(text)])
    by_region = _regions(shape, number)
    return disj(by_month, by_region, conj(neg(coded), holds(shape, number)))


def _month(year: int, month: int) -> int:
    return MONTHS + year * 12 + month - 1


def _among(number: Number, codes: list[int]) -> Formula:
    """Whether it is one of these months, which follow one another: they begin alike."""
    return conj(number.term >= codes[0], number.term <= codes[-1]) if codes else False


def _regions(shape: Shape, number: Number) -> Formula:
    if not isinstance(shape, Starts):
        return conj(*_between(number, REGIONS)) if shape.of("210100") and shape.of("987654") else False
    text = shape.beginning
    if len(text) > 6 or (text and not (text.isascii() and text.isdigit() and text[0] != "0")):
        return False
    return conj(number.term >= max(int(text.ljust(6, "0")), REGIONS[0]), number.term <= int(text.ljust(6, "9")))


def _between(number: Number, edges: tuple[int, int]) -> list[Formula]:
    return [number.term >= edges[0], number.term <= edges[1]]


def of_identifiers(shape: Shape, number: Number) -> list[Formula]:
    """That an identifier is of a shape only if one can be made that is."""
    found: list[Formula] = []
    for edges, sample in _SAMPLES.items():
        settled = (
            shape.of(sample) if not isinstance(shape, Starts) else (False if _front(edges, shape) is None else None)
        )
        if settled is not None:
            found.append(disj(neg(conj(*_between(number, edges))), iff(holds(shape, number), settled)))
    return found


def related(shape: Starts, other: Starts, number: Number) -> Formula:
    """How two beginnings of one text hang together."""
    first, second = holds(shape, number), holds(other, number)
    if shape.beginning.startswith(other.beginning):
        return disj(neg(first), second)
    return True if other.beginning.startswith(shape.beginning) else neg(conj(first, second))


def _front(edges: tuple[int, int], shape: Starts) -> str | None:
    """The first characters of an identifier that begins so; None where none does."""
    text = shape.beginning
    if edges is CITIZENS:
        front = text + _DIVISIONS[0][len(text) :]
        return front if len(front) == 6 and front.isascii() and front.isdigit() and front[:2] in PROVINCES else None
    front = text + _CREDIT_FRONTS[0][len(text) :]
    fits = len(front) == 12 and make_credit_code(front[:2], front[2:8], f"{front[8:]}0000") is not None
    return front if fits else None


def identifiers(edges: tuple[int, int], born: tuple[int, int, int], shapes: Mapping[Shape, bool]) -> Iterator[str]:
    """Identifiers of the range, valid ones, of everyone born on that day or of any business; first such as begin as
    the shapes say."""
    fronts = [_front(edges, one) for one, yes in shapes.items() if yes and isinstance(one, Starts)]
    wanted = [one for one in fronts if one is not None]
    year, month, day = born
    for front in [*wanted, *(_DIVISIONS if edges is CITIZENS else _CREDIT_FRONTS)]:
        if edges is CITIZENS:
            for serial in range(800, 1000):
                yield make_citizen_id(f"{front}{year:04d}{month:02d}{day:02d}{serial}") or ""
        else:
            for serial in range(1000, 10_000):
                yield make_credit_code(front[:2], front[2:8], f"{front[8:]}{serial:04d}") or ""
