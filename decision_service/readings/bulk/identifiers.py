"""Identifiers in forms: citizen IDs, disability certificates and credit codes, with their check characters."""

from dataclasses import dataclass
from functools import reduce
from operator import add

from decision_service.readings.bulk import days
from decision_service.readings.bulk.cells import Cell, both, when
from decision_service.readings.bulk.fitting import matches
from decision_service.readings.bulk.functions import CREDIT, digits, left, letter, own_check, piece, whole_check
from verifiers.identifiers.citizen_id import PROVINCES

FORM_WRONG, CHECK_WRONG = 2, 3
"""What is wrong with an identifier: its form, or its check character alone."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the checks of a citizen ID need more than once: whether the characters are right, and the digits of region,
    birth and sequence as whole numbers (null where they are none)."""

    form: Cell
    region: Cell
    birth: Cell
    sequence: Cell


def parts_of(cell: Cell, tail: str = "") -> Parts:
    """The parts of a citizen ID with something after it."""
    form = matches(cell, f"[0-9]{{17}}[0-9Xx]{tail}")
    return Parts(form, digits(left(cell, 6)), digits(piece(cell, 6, 8)), digits(piece(cell, 14, 3)))


def citizen_defect(cell: Cell, parts: Parts, as_of: Cell) -> Cell:
    """What is wrong with a citizen ID, or with the one at the beginning: 0, FORM_WRONG or CHECK_WRONG."""
    born = parts.birth
    day = both(days.real(days.year(born), days.month(born), days.day_of_month(born)), born <= as_of)
    known = (parts.region // 10_000).isin(sorted(int(one) for one in PROVINCES))
    return when(both(parts.form, known, day), when(_check_fits(cell, parts), 0, CHECK_WRONG), FORM_WRONG)


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
