"""The draw of the blind sample: random to whoever has no key, the same again to whoever has it."""

import secrets
from bisect import bisect_left
from decimal import Decimal
from itertools import pairwise

from decision_service.casework.error_bound import at_most
from decision_service.casework.sampling import Draw
from decision_service.numbering import new_decision_id
from tests.sizes import size

COUNT = size("sample_draws", quick=20_000, full=2_000_000)
FALSE_ALARM = 1e-6
"""How often these tests fail although the draw is random: each two-sided limit is cut at half of this."""


def limits(count: int, rate: float) -> tuple[int, int]:
    """The least and the most of `count` draws at `rate`; each is passed with probability FALSE_ALARM / 2 at most."""
    least = bisect_left(range(count), True, key=lambda k: at_most(k, count, rate) > FALSE_ALARM / 2)
    most = bisect_left(range(count), True, key=lambda k: at_most(k, count, rate) >= 1 - FALSE_ALARM / 2)
    return least, most


def test_the_share_drawn_is_the_rate_and_draws_do_not_depend_on_each_other() -> None:
    draw = Draw(secrets.token_bytes(32), Decimal("0.01"))
    taken = [draw.takes(new_decision_id()) for _ in range(COUNT)]
    least, most = limits(COUNT, 0.01)
    assert least <= sum(taken) <= most
    # Ids made one after the other look alike; still one says nothing about the next (pairs at the product of rates).
    half = Draw(secrets.token_bytes(32), Decimal("0.5"))
    flips = [half.takes(f"{number:08d}") for number in range(COUNT)]
    same = sum(one == other for one, other in pairwise(flips))
    least, most = limits(COUNT - 1, 0.5)
    assert least <= same <= most


def test_another_key_draws_another_sample_and_the_same_key_the_same() -> None:
    ids = [new_decision_id() for _ in range(COUNT)]
    one, other = (Draw(secrets.token_bytes(32), Decimal("0.1")) for _ in range(2))
    first, second = ({name for name in ids if draw.takes(name)} for draw in (one, other))
    assert first == {name for name in ids if Draw(one.key, one.rate).takes(name)}
    least, most = limits(COUNT, 0.01)
    assert least <= len(first & second) <= most
    assert one.key_id != other.key_id
    assert one.key.hex()[:16] not in one.key_id


def test_the_ends_of_the_rate_and_a_higher_rate_that_keeps_what_a_lower_one_took() -> None:
    key = secrets.token_bytes(32)
    ids = [new_decision_id() for _ in range(1000)]
    assert not any(Draw(key, Decimal(0)).takes(name) for name in ids)
    assert all(Draw(key, Decimal(1)).takes(name) for name in ids)
    few, many = ({name for name in ids if Draw(key, Decimal(rate)).takes(name)} for rate in ("0.1", "0.2"))
    assert few < many
