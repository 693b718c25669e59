"""A clock that jumps, runs behind the record or is kept by nobody is not trusted, and becomes so by the stated rule."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.clock import ServiceClock
from decision_service.clockguard import Cause, ClockGuard
from decision_service.kernelclock import KernelClock, kernel_clock
from tests.sizes import size

SOUND = KernelClock(is_synchronised=True, offset_seconds=0.0)
BEGIN = datetime(2026, 3, 16, 10, 0, tzinfo=UTC)
DAY = 86_400.0


@dataclass(slots=True)
class Host:
    """A machine whose two clocks are set by hand, and who hears of its guard."""

    mono: float = 1000.0
    wall: float = BEGIN.timestamp()
    kernel: KernelClock | None = SOUND
    heard: list[Cause | None] = field(default_factory=list)

    def pass_by(self, seconds: float) -> None:
        self.mono += seconds
        self.wall += seconds

    def kernel_told(self) -> KernelClock | None:
        return self.kernel

    def guard(self, newest: datetime | None = None, *, required: bool = False) -> ClockGuard:
        return ClockGuard(
            _Ear(self),
            newest,
            required=required,
            kernel=self.kernel_told,
            real=lambda: self.wall,
            monotonic=lambda: self.mono,
        )


@dataclass(frozen=True, slots=True)
class _Ear:
    host: Host

    def clock(self, cause: Cause | None) -> None:
        self.host.heard.append(cause)

    def kernel(self, kernel: KernelClock | None) -> None:
        assert kernel == self.host.kernel


def test_a_clock_that_goes_steadily_is_trusted() -> None:
    host = Host()
    guard = host.guard(BEGIN)
    for _ in range(1000):
        host.pass_by(7.3)
        assert guard.watch() is None
    assert guard.now().timestamp() == pytest.approx(host.wall)
    assert host.heard == []


@pytest.mark.parametrize("jump", [90 * DAY, -90 * DAY, 1.5, -1.5, 3600.0, -3600.0])
def test_a_jump_either_way_is_seen_at_once_and_time_goes_on_as_before(jump: float) -> None:
    host = Host()
    guard = host.guard()
    host.wall += jump
    host.pass_by(5)
    assert guard.look() == "jumped"
    assert guard.now() == BEGIN + timedelta(seconds=5)
    assert host.heard == ["jumped"]


@pytest.mark.parametrize("jump", [0.9, -0.9])
def test_less_than_a_second_is_no_jump_but_many_such_steps_are(jump: float) -> None:
    host = Host()
    guard = host.guard()
    host.wall += jump
    assert guard.look() is None
    host.wall += jump
    assert guard.look() == "jumped"


def test_forward_it_is_trusted_after_a_steady_minute() -> None:
    host = Host()
    guard = host.guard()
    host.wall += 90 * DAY
    assert guard.look() == "jumped"
    host.pass_by(59)
    assert guard.look() == "jumped"
    host.wall += 2
    assert guard.look() == "jumped"  # once more: the minute begins anew
    host.pass_by(59)
    assert guard.look() == "jumped"
    host.pass_by(1)
    assert guard.look() is None
    assert guard.now().timestamp() == pytest.approx(host.wall)
    assert host.heard == ["jumped", None]


def test_backward_it_is_trusted_when_the_moment_of_the_jump_is_reached_again() -> None:
    host = Host()
    guard = host.guard()
    host.wall -= 3600
    assert guard.look() == "jumped"
    host.pass_by(61)
    assert guard.look() == "behind"
    assert guard.now() == BEGIN + timedelta(seconds=61)
    host.pass_by(3600 - 61 - 2)
    assert guard.look() == "behind"
    host.pass_by(2)
    assert guard.look() is None
    assert host.heard == ["jumped", "behind", None]


def test_back_to_where_it_was_after_a_steady_minute() -> None:
    host = Host()
    guard = host.guard()
    host.wall -= 90 * DAY
    assert guard.look() == "jumped"
    host.wall += 90 * DAY
    host.pass_by(59)
    assert guard.look() == "jumped"
    host.pass_by(60)
    assert guard.look() is None


def test_at_start_it_must_not_be_before_the_newest_record() -> None:
    host = Host()
    newest = BEGIN + timedelta(days=90)
    guard = host.guard(newest)
    assert guard.look() == "behind"
    assert guard.now() == newest
    host.pass_by(90 * DAY - 2)
    assert guard.look() == "behind"
    host.pass_by(2)
    assert guard.look() is None
    assert Host().guard(BEGIN + timedelta(seconds=0.9)).look() is None
    assert Host().guard(BEGIN - timedelta(days=1)).look() is None


@pytest.mark.parametrize(
    ("kernel", "cause"),
    [
        (KernelClock(is_synchronised=False, offset_seconds=0.0), "unsynchronised"),
        (KernelClock(is_synchronised=True, offset_seconds=1.2), "offset"),
        (None, "unknown"),
    ],
)
def test_what_the_kernel_says_counts_where_it_is_required(kernel: KernelClock | None, cause: Cause) -> None:
    host = Host(kernel=kernel)
    assert host.guard(required=False).watch() is None
    guard = host.guard(required=True)
    assert guard.watch() == cause
    assert guard.look() == cause
    assert guard.now() == BEGIN
    host.kernel = SOUND
    assert guard.watch() is None


def test_a_thread_put_aside_between_two_readings_is_no_jump() -> None:
    """The wall clock is read a second and a half after the monotonic one: the pair is read again."""
    host = Host()
    pauses = iter([0.0, 1.5])
    guard = ClockGuard(
        _Ear(host),
        None,
        required=False,
        kernel=host.kernel_told,
        real=lambda: (host.pass_by(next(pauses, 0.0)), host.wall)[1],
        monotonic=lambda: host.mono,
    )
    assert guard.look() is None


STEPS = st.lists(
    st.tuples(st.floats(0, 200), st.sampled_from([0, 0, 0, 0, 2, 5, 100, -2, -5, -100, 90 * DAY, -90 * DAY])),
    max_size=25,
)


@settings(max_examples=size("clock_histories", quick=150, full=20_000), deadline=None)
@given(STEPS)
def test_against_the_rule_read_over_the_whole_history(steps: list[tuple[float, float]]) -> None:
    """Oracle: trusted is who made no jump for 60 seconds and has reached whatever moment was trusted before. What the
    service calls now never runs back while the clock is doubted."""
    host = Host()
    guard = host.guard()
    jumped_at, reached, before = -1e9, host.wall, guard.now()
    for seconds, jump in steps:
        host.pass_by(seconds)
        if guard.look() is None:
            reached, before = max(reached, host.wall), guard.now()
        if jump:
            host.wall += jump
            jumped_at = host.mono
            expected = False
        else:
            expected = host.mono - jumped_at >= 60 and host.wall >= reached - 1
        assert (guard.look() is None) == expected
        now = guard.now()
        assert expected or now >= before - timedelta(milliseconds=1)
        before = now


def test_the_day_is_chinas_and_a_leap_day_is_a_day() -> None:
    def day(instant: datetime) -> date:
        return ServiceClock(real=lambda: instant).day()

    assert day(datetime(2026, 3, 15, 15, 59, 59, tzinfo=UTC)) == date(2026, 3, 15)
    assert day(datetime(2026, 3, 15, 16, 0, 0, tzinfo=UTC)) == date(2026, 3, 16)
    assert day(datetime(2028, 2, 28, 16, 0, 0, tzinfo=UTC)) == date(2028, 2, 29)
    assert day(datetime(2028, 2, 29, 16, 0, 0, tzinfo=UTC)) == date(2028, 3, 1)


def test_the_kernel_of_this_machine_is_understood() -> None:
    found = kernel_clock()
    assert found is None or 0 <= found.offset_seconds < 3600
