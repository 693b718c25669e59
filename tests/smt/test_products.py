"""Products of unknown numbers against those of Python, however they are split."""

from fractions import Fraction

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from decision_service.readings.smt.numbers import Number
from decision_service.readings.smt.products import times
from tests.properties.deciding import thorough

BOUNDS = ((1, 12), (-3, 40), (0, 300), (-2000, 12), (-(2**53), 900), (-(2**53), 2**53))
"""Few values, some digits, a small upper bound alone, none to speak of."""


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("whole", [True, False])
@thorough("smt_products", quick=20, full=2000)
@given(data=st.data())
def test_a_product_is_what_it_is(bounds: tuple[int, int], whole: bool, data: st.DataObject) -> None:
    value = data.draw(st.one_of(st.integers(*bounds), st.sampled_from(bounds)))
    cents = data.draw(st.integers(-(10**8), 10**14))
    factor, units = z3.Int("factor"), z3.Int("units")
    other = Number(units) if whole else Number(z3.ToReal(units) / z3.RealVal(100))
    for found in (times(Number(factor, *bounds), other), times(other, Number(factor, *bounds))):
        pinned = z3.substitute(found.term, (factor, z3.IntVal(value)), (units, z3.IntVal(cents)))
        exact = z3.simplify(pinned).as_fraction() if not whole else Fraction(z3.simplify(pinned).as_long())
        assert exact == value * (Fraction(cents) if whole else Fraction(cents, 100))
