"""Identifiers in forms: citizen IDs, disability certificates and credit codes, with their check characters."""

from dataclasses import dataclass
from functools import reduce
from operator import add

from decision_service.readings.bulk import days
from decision_service.readings.bulk.cells import Cell, both, when
from decision_service.readings.bulk.fitting import matches
from decision_service.readings.bulk.functions import CREDIT, left, letter, own_check, piece, whole_check
from verifiers.identifiers.citizen_id import PROVINCES

FORM_WRONG, CHECK_WRONG = 2, 3
"""What is wrong with an identifier: its form, or its check character alone."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the checks of a citizen ID need more than once: whether its 17 digits are nothing but digits, and those of
    region, birth and sequence as whole numbers (where they are none: null, or anything)."""

    plain: Cell
    region: Cell
    birth: Cell
    sequence: Cell


def number_of(cell: Cell) -> Cell:
    """The first 17 characters as a whole number, null where they are none."""
    return left(cell, 17).try_cast("int64")


def parts_of(cell: Cell, number: Cell) -> Parts:
    """The parts of a citizen ID, or of the one at the beginning. A number that is written out as it stands there, 17
    characters long, has no sign, blank or exponent."""
    plain = both(number >= 10**16, number.cast("string") == left(cell, 17))
    rest = number % 10**11
    region = (number - rest + 10**11 // 2) // 10**11  # back ends divide as floats, which lose the last of 17 digits
    return Parts(plain, region, rest // 1000, number % 1000)


def citizen_defect(cell: Cell, parts: Parts, as_of: Cell, tail: str = "") -> Cell:
    """What is wrong with a citizen ID, or with the one in front of `tail`: 0, FORM_WRONG or CHECK_WRONG. Whether all is
    right is asked first, without a pattern, which is slow to match."""
    born = parts.birth
    day = both(days.real(days.year(born), days.month(born), days.day_of_month(born)), born <= as_of)
    known = (parts.region // 10_000).isin(sorted(int(one) for one in PROVINCES))
    form = matches(cell, f"[0-9]{{17}}[0-9Xx]{tail}")
    whole = form if tail else cell.length() == 18
    right = both(parts.plain, whole, known, day, _check_fits(cell, parts))
    return when(right, 0, when(both(form, known, day), when(_check_fits(cell, parts), 0, CHECK_WRONG), FORM_WRONG))


def _check_fits(cell: Cell, parts: Parts) -> Cell:
    """ISO 7064 MOD 11-2: each digit weighs twice as much as the next, and all with the check comes to 1.

    Digits are weighed without being taken apart: the sum of d * 2^i over the digits of n is
    n - 8 * (n // 10) - 16 * (n // 100) - 32 * (n // 1000) - ...
    """
    total: Cell = 0
    for part, count in ((parts.region, 6), (parts.birth, 8), (parts.sequence, 3)):
        terms = [part, *((part // 10**place) * -(4 * 2**place) for place in range(1, count))]
        total = total * 2**count + reduce(add, terms)
    return when(piece(cell, 17, 1) == "x", "X", piece(cell, 17, 1)) == letter("10X98765432", total * 2 % 11)


def credit_code_defect(cell: Cell) -> Cell:
    """What is wrong with a unified social credit code."""
    form = matches(cell, f"[{CREDIT}]{{2}}[0-9]{{6}}[{CREDIT}]{{8}}[0-9X][{CREDIT}]")
    fits = both(own_check(piece(cell, 8, 8)) == piece(cell, 16, 1), whole_check(left(cell, 17)) == piece(cell, 17, 1))
    return when(form, when(fits, 0, CHECK_WRONG), FORM_WRONG)
