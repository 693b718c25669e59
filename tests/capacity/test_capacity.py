"""The limit of decisions in work, over a made-up process: what it can do is known there, as it is made of it."""

import contextlib
import random

import pytest

from decision_service.application import OverloadedError
from decision_service.capacity import FEW, LONGEST_SECONDS, PATIENCE, Capacity
from tests.capacity.machine import BUDGET, Hour, Seen, lived
from tests.sizes import size

NEEDS = 0.004
BEST = 1 / NEEDS
"""Decisions a second that the processor can make."""

SETTLED = 4.0
"""Seconds after which an overload from the first moment on has been measured, whatever limit it began with."""


def p99(times: list[float]) -> float:
    return times[int(len(times) * 0.99)]


def ours(seen: Seen, registers: float, start: float, end: float) -> float:
    """What the slowest of a hundred had to wait for us."""
    return p99(seen.took(start, end)) - registers


@pytest.mark.parametrize("registers", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("most", [64, 4096])
def test_at_three_times_what_it_can_do_it_does_all_it_can_and_in_time(registers: float, most: int) -> None:
    cost = 0.02  # of a decision, to turn one away
    seen = lived(Hour(lambda _: 3 * BEST, 9.0, NEEDS, lambda _: registers, most=most, shed_cost=cost))
    best = min(BEST, most / (registers + NEEDS))
    assert seen.goodput(SETTLED, 9.0) >= 0.9 * best
    assert ours(seen, registers, SETTLED, 9.0) <= 2 * PATIENCE * BUDGET + NEEDS
    assert {again for _, again in seen.shed} >= {1, 2, 3}
    assert max(again for _, again in seen.shed) <= LONGEST_SECONDS


@pytest.mark.parametrize("seed", range(size("made-up overloads", quick=4, full=100)))
def test_whatever_a_decision_needs_and_registers_take(seed: int) -> None:
    dice = random.Random(seed)
    needs, registers, times = dice.uniform(0.002, 0.02), dice.uniform(0, 0.4), dice.uniform(1.5, 4)
    seen = lived(Hour(lambda _: times / needs, 10.0, needs, lambda _: registers, most=1024), seed)
    assert seen.goodput(SETTLED, 10.0) >= 0.9 / needs
    assert ours(seen, registers, SETTLED, 10.0) <= 2 * PATIENCE * BUDGET + 8 * needs


def test_one_queue_lowers_the_limit_once() -> None:
    """Those who have waited behind it are heard of for as long as they take; what they tell is known by then."""
    needs, registers = 0.05, 0.5
    fitting = (registers + needs + PATIENCE * BUDGET) / needs
    seen = lived(Hour(lambda _: 3 / needs, 15.0, needs, lambda _: registers, most=64))
    assert min(limit for _, limit in seen.limits) >= 0.8 * fitting


def test_what_it_can_do_is_all_let_in() -> None:
    seen = lived(Hour(lambda _: 0.8 * BEST, 6.0, NEEDS, most=64))
    assert seen.shed == []
    assert len(seen.made) / 6.0 == pytest.approx(0.8 * BEST, rel=0.1)


def test_slow_registers_take_nothing_of_the_limit() -> None:
    def slow_later(came: float) -> float:
        return 0.05 if came < 2 else 1.5

    seen = lived(Hour(lambda _: 0.6 * BEST, 8.0, NEEDS, slow_later, most=64))
    assert {limit for _, limit in seen.limits} == {64.0}
    large = lived(Hour(lambda _: 0.6 * BEST, 24.0, NEEDS, slow_later, most=512))
    limits = [limit for _, limit in large.limits]
    assert limits == sorted(limits)
    assert not any(at > 20 for at, _ in large.shed)


def test_after_a_stall_it_serves_as_before() -> None:
    def rate(now: float) -> float:
        return 0.6 * BEST if now < 6 else 3 * BEST

    seen = lived(Hour(rate, 12.0, NEEDS, stalls_at=2.0, stalled=2.0, most=64))
    assert any(2.0 <= at < 4.0 for at, _ in seen.shed)
    assert not any(4.5 <= at < 6.0 for at, _ in seen.shed)
    assert seen.goodput(4.5, 6.0) >= 0.9 * 0.6 * BEST
    assert seen.goodput(8.0, 12.0) >= 0.9 * BEST


def test_a_slow_disk_is_no_queue() -> None:
    """What a decision takes where few others are in work would not be less with a smaller limit."""
    seen = lived(Hour(lambda _: 400, 20.0, 0.0005, disk=0.4, most=64))
    assert min(limit for _, limit in seen.limits) == FEW
    assert {limit for at, limit in seen.limits if at > 15} == {64.0}


def test_the_limit_never_falls_below_a_few() -> None:
    """They are who shows that it is better again."""
    seen = lived(Hour(lambda _: 100.0, 4.0, 0.2, most=64))
    assert min(limit for _, limit in seen.limits) >= FEW
    small = lived(Hour(lambda _: 100.0, 4.0, 0.2, most=2))
    assert {limit for _, limit in small.limits} == {2.0}


class Hand:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_has_waited_beyond_its_time_is_not_begun() -> None:
    clock, told = Hand(), list[str]()
    capacity = Capacity(64, clock, told.append)
    with capacity.place(clock.now) as place:
        capacity.begin(place, 3.0, 0.15)
        clock.now += 2.8
        capacity.begin(place, 3.0, 0.15)
        clock.now += 0.1
        with pytest.raises(OverloadedError) as late:
            capacity.begin(place, 3.0, 0.15)
    assert 1 <= late.value.again_after <= 2
    assert told == ["late"]


def test_what_does_not_fit_into_its_time_even_at_once_is_made_all_the_same() -> None:
    clock = Hand()
    capacity = Capacity(64, clock)
    for _ in range(3):
        with capacity.place(clock.now) as place:
            clock.now += 2.0
            place.is_made = True
    with capacity.place(clock.now) as place:
        clock.now += 0.5
        capacity.begin(place, 1.0, 0.15)
        with pytest.raises(OverloadedError):
            capacity.begin(place, 2.3, 0.15)


def test_a_full_room_takes_none_and_a_place_comes_back_however_it_ended() -> None:
    capacity = Capacity(1, Hand())
    fails = contextlib.suppress(RuntimeError)
    with fails, capacity.place(0.0):
        with pytest.raises(OverloadedError):
            capacity.place(0.0).__enter__()
        raise RuntimeError
    assert capacity.in_work == 0
    with capacity.place(0.0):
        assert capacity.is_full


def test_who_is_turned_away_comes_again_when_those_before_him_are_done() -> None:
    """At ten a second, twenty that were turned away take two seconds; each is told his own moment about that."""
    clock, dice = Hand(), random.Random(7)
    capacity = Capacity(1, clock, dice=dice.random)
    for _ in range(5):
        with capacity.place(clock.now) as place:
            clock.now += 0.1
            place.is_made = True
    told = [capacity.shed("limit") for _ in range(20)]
    assert max(told[:3]) <= 2
    assert max(told) in {4, 5, 6}
    assert len(set(told)) > 2
