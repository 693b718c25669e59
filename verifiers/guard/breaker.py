"""When to stop asking a register that fails or crawls, and how to find out that it is well again.

Closed: every call may go. Open: none, for a time that grows with each failed return. Half open: a few probes, never
more at a time than the cap, until enough of them were good. Nothing here waits or looks at a clock of its own.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from verifiers.deadline import Clock

State = Literal["closed", "open", "half_open"]

Result = Literal["good", "slow", "bad", "unknown"]
"""What a call says of its register. slow: an answer, but at the edge of its limit. unknown: the call was cut before it
could say anything, or failed for a reason of our own."""


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a breaker opens and closes. Windows hold the last `window_calls` of the last `window_seconds`.

    It opens when `least_failures` calls of the window failed and they are `failure_share` of it ("5 failures in 10 s"
    is the planning figure; the share keeps a busy register with a few ordinary failures in use), or when `least_slow`
    were slow or failed and they are `slow_share` of it. It stays open for `open_seconds`, doubled at each return that
    fails up to `open_seconds_most`, less up to a quarter by chance, so that processes do not come back together. Half
    open it has at most `probes` calls out at a time, and `good_probes` answers close it, unless all of them were slow.
    """

    window_calls: int = 20
    window_seconds: float = 10.0
    least_failures: int = 5
    failure_share: float = 0.5
    least_slow: int = 10
    slow_share: float = 0.9
    open_seconds: float = 2.0
    open_seconds_most: float = 30.0
    probes: int = 2
    good_probes: int = 3


@dataclass(eq=False, slots=True)
class Permit:
    """Leave for one call; to be settled once. `era` is the state in which it was given."""

    era: int
    probe: bool
    settled: bool = False


def _unheard(_: State) -> None:
    """Nobody wants to know."""


class Breaker:
    """The breaker of one register.

    INVARIANT: no more than `rules.probes` probes are unsettled at any time, those of an earlier half-open time counted
    (tests/verifiers/guard/test_breaker.py).
    """

    def __init__(
        self,
        rules: BreakerRules,
        clock: Clock,
        draw: Callable[[], float],
        changed: Callable[[State], None] = _unheard,
    ) -> None:
        """`draw` gives a number from 0 to 1 by chance; `changed` hears of each new state when it is entered."""
        self._rules = rules
        self._clock = clock
        self._draw = draw
        self._changed = changed
        self._state: State = "closed"
        self._era = 0
        self._window: deque[tuple[float, Result]] = deque(maxlen=rules.window_calls)
        self._until = 0.0
        self._closed_at = clock() - rules.window_seconds
        self._openings = 0
        self._probes_out = 0
        self._answered = 0
        self._slow = 0

    @property
    def state(self) -> State:
        """Closed, open, or half open as soon as the open time is over."""
        if self._state == "open" and self._clock() >= self._until:
            self._enter("half_open")
        return self._state

    @property
    def lets_through(self) -> bool:
        """Whether `admit` would give leave now."""
        if self._state == "closed":
            return True
        state = self.state
        return state == "closed" or (state == "half_open" and self._probes_out < self._rules.probes)

    def admit(self) -> Permit | None:
        """Leave for one call, or None: then the register is not asked."""
        if not self.lets_through:
            return None
        probe = self._state == "half_open"
        self._probes_out += probe
        return Permit(self._era, probe)

    def settle(self, permit: Permit, result: Result) -> None:
        """What came of a call; a second time for the same permit nothing happens.

        A call that was let go in an earlier state says nothing about this one.
        """
        if permit.settled:
            return
        permit.settled = True
        self._probes_out -= permit.probe
        if permit.era != self._era or result == "unknown":
            return
        if permit.probe:
            self._probed(result)
        else:
            self._called(result)

    def _called(self, result: Result) -> None:
        now = self._clock()
        self._window.append((now, result))
        if result == "good":
            return
        recent = [one for at, one in self._window if now - at < self._rules.window_seconds]
        bad, slow = recent.count("bad"), recent.count("slow")
        rules = self._rules
        fails = bad >= rules.least_failures and bad >= rules.failure_share * len(recent)
        crawls = bad + slow >= rules.least_slow and bad + slow >= rules.slow_share * len(recent)
        if fails or crawls:
            # One that was shut a moment ago has not recovered: its next rest is longer.
            lately = now - self._closed_at < rules.window_seconds
            self._openings = self._openings + 1 if lately else 1
            self._open()

    def _probed(self, result: Result) -> None:
        if result == "bad":
            self._openings += 1
            self._open()
            return
        self._answered += 1
        self._slow += result == "slow"
        if self._answered < self._rules.good_probes:
            return
        if self._slow == self._answered:
            self._openings += 1
            self._open()
        else:
            self._closed_at = self._clock()
            self._enter("closed")

    def _open(self) -> None:
        rules = self._rules
        # The exponent is bounded: after years of an outage 2.0 to its power would overflow.
        longest = min(rules.open_seconds * 2.0 ** min(self._openings - 1, 60), rules.open_seconds_most)
        self._until = self._clock() + longest * (1 - self._draw() / 4)
        self._enter("open")

    def _enter(self, state: State) -> None:
        self._state = state
        self._era += 1
        self._window.clear()
        self._answered = self._slow = 0
        self._changed(state)
