"""The upper bound of the error rate, against sums of exact fractions."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.casework.error_bound import at_most, upper_bound


def exactly(errors: int, sample: int, rate: Fraction) -> Fraction:
    """The probability of `errors` or fewer, term by term."""
    terms = (comb(sample, k) * rate**k * (1 - rate) ** (sample - k) for k in range(errors + 1))
    return sum(terms, Fraction(0))


samples = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(samples, st.integers(0, 1000))
def test_the_probability_of_so_few_errors_is_the_binomial_sum(found: tuple[int, int], thousandths: int) -> None:
    errors, sample = found
    rate = Fraction(thousandths, 1000)
    assert at_most(errors, sample, float(rate)) == pytest.approx(float(exactly(errors, sample, rate)), abs=1e-11)


@settings(deadline=None)
@given(samples)
def test_at_the_bound_so_few_errors_have_five_percent(found: tuple[int, int]) -> None:
    errors, sample = found
    bound = upper_bound(errors, sample)
    if errors == sample:
        assert bound == 1.0
    else:
        assert float(exactly(errors, sample, Fraction(bound))) == pytest.approx(0.05, abs=1e-9)
        assert bound > errors / sample


def test_known_values() -> None:
    assert upper_bound(0, 0) == 1.0
    assert upper_bound(0, 59) == pytest.approx(1 - 0.05 ** (1 / 59), abs=1e-12)  # the closed form without errors
    assert upper_bound(0, 299) < 0.01 < upper_bound(0, 298)
    assert upper_bound(1, 100_000) == pytest.approx(4.744e-5, rel=1e-3)
    with pytest.raises(ValueError, match="errors"):
        upper_bound(3, 2)
