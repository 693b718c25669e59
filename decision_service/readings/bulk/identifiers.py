"""Identifiers in forms: citizen IDs, disability certificates and credit codes, with their check characters."""

from functools import reduce
from operator import add

from decision_service.readings.bulk import days
from decision_service.readings.bulk.cells import Cell, both, when
from decision_service.readings.bulk.fitting import matches
from decision_service.readings.bulk.functions import CREDIT, digits, left, own_check, piece, whole_check
from verifiers.identifiers.citizen_id import PROVINCES

FORM_WRONG, CHECK_WRONG = 2, 3
"""What is wrong with an identifier: its form, or its check character alone."""


def citizen_defect(cell: Cell, as_of: Cell) -> Cell:
    """What is wrong with a citizen ID: 0, FORM_WRONG or CHECK_WRONG."""
    return _citizen(cell, as_of, matches(cell, "[0-9]{17}[0-9Xx]"))


def certificate_defect(cell: Cell, as_of: Cell) -> Cell:
    """What is wrong with a disability certificate number."""
    return _citizen(cell, as_of, matches(cell, "[0-9]{17}[0-9Xx][1-7][1-4]"))


def _citizen(cell: Cell, as_of: Cell, form: Cell) -> Cell:
    born = digits(piece(cell, 6, 8))
    day = both(days.real(days.year(born), days.month(born), days.day_of_month(born)), born <= as_of)
    right = both(form, left(cell, 2).isin(sorted(PROVINCES)), day)
    return when(right, when(_check_fits(cell), 0, CHECK_WRONG), FORM_WRONG)


def _check_fits(cell: Cell) -> Cell:
    """ISO 7064 MOD 11-2: each digit weighs twice as much as the next, and all with the check comes to 1.

    Digits are weighed without being taken apart: the sum of d * 2^i over the digits of n is
    n - 8 * (n // 10) - 16 * (n // 100) - 32 * (n // 1000) - ...
    """
    total: Cell = 0
    for start, count in ((0, 6), (6, 8), (14, 3)):
        part = digits(piece(cell, start, count))
        terms = [part, *((part // 10**place) * -(4 * 2**place) for place in range(1, count))]
        weighed = reduce(add, terms)
        total = total * 2**count + weighed
    wanted = (total * -2 + 1) % 11
    check = piece(cell, 17, 1).upper()
    place = when(check == "X", 10, digits(check.replace("X", "0")))
    return (wanted + 11) % 11 == place


def credit_code_defect(cell: Cell) -> Cell:
    """What is wrong with a unified social credit code."""
    form = matches(cell, f"[{CREDIT}]{{2}}[0-9]{{6}}[{CREDIT}]{{8}}[0-9X][{CREDIT}]")
    fits = both(own_check(piece(cell, 8, 8)) == piece(cell, 16, 1), whole_check(left(cell, 17)) == piece(cell, 17, 1))
    return when(form, when(fits, 0, CHECK_WRONG), FORM_WRONG)
