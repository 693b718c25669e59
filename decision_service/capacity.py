"""How many decisions may be in work at once: as many as this process has shown that it serves in time.

A gradient on latency, as concurrency-limits by Netflix has it, with what it leaves open settled for a service whose
latency is mostly other people's. A decision's own time is all of its time but that in which registers were waited for;
what a decision takes with hardly another in work is the time that it needs, and what it takes beyond that it has waited
in our queues: for the event loop, the second engine, the disk. Little's law then gives the limit at which they would
wait as long as they may. The time that is needed is learnt only while few are in work, so that it does not creep up
under an overload that lasts, as a running minimum or average of latency does.
"""

import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from decision_service.application import OverloadedError
from decision_service.telemetry import Shed
from verifiers.deadline import Clock

MOST: Final = 64
"""Decisions at once where nothing else is set, and where nothing was measured yet: where more are allowed, it is found
out by and by whether they can be served."""

FEW: Final = 4
"""So many in work do not wait for each other to speak of. The limit never falls below it."""

LOOK_SECONDS: Final = 0.1
"""How long decisions are watched, at least, before the limit changes."""

PATIENCE: Final = 0.1
"""The part of its budget that a decision may wait in our queues on average. The rest is for registers, and for those
that wait longer than the average."""

LEARNING: Final = 0.1
"""The part that each decision has in what is learnt of the time that one needs."""

LONGEST_SECONDS: Final = 30
"""Nobody is sent away for longer, however much there is."""


@dataclass(slots=True)
class Place:
    """A decision in work, which `came` at an instant of the clock and has a `budget` of seconds from then on, once it
    has begun. `elsewhere`: seconds in which registers were waited for; whoever waits for them adds to it."""

    came: float
    among_few: bool
    budget: float = 0.0
    elsewhere: float = 0.0
    is_made: bool = False

    @contextmanager
    def waiting_elsewhere(self, clock: Clock) -> Iterator[None]:
        """Registers are waited for as long as the block runs."""
        since = clock()
        try:
            yield
        finally:
            self.elsewhere += clock() - since


@dataclass(slots=True)
class _Look:
    """What was seen since an instant: decisions made; those of them that had come since the limit was last changed,
    their own seconds, those of registers, and those that they could have waited; most in work; shed."""

    since: float
    made: int = 0
    judged: int = 0
    own: float = 0.0
    elsewhere: float = 0.0
    patience: float = 0.0
    peak: int = 0
    shed: int = 0


@dataclass(slots=True)
class Capacity:
    """The places for decisions of one process. Belongs to one event loop.

    `most`: never more, whatever was measured. `told` hears of each that is turned away. `limit` is what is allowed now,
    `in_work` what is taken of it.

    INVARIANT: how long registers take changes nothing about the limit (tests/capacity/test_capacity.py).
    """

    most: int
    clock: Clock
    told: Callable[[Shed], None] = field(default=lambda _: None, repr=False)
    dice: Callable[[], float] = field(default=random.random, repr=False)
    limit: float = field(init=False)
    in_work: int = field(default=0, init=False)
    needed: float = field(default=0.0, init=False)
    """Seconds of our own that a decision takes where it waits for none."""
    _per_second: float = field(default=0.0, init=False)
    _shed_per_second: float = field(default=0.0, init=False)
    _changed_at: float = field(default=-math.inf, init=False)
    _was_over: bool = field(default=False, init=False)
    _look: _Look = field(init=False)

    def __post_init__(self) -> None:
        self.limit = float(min(MOST, self.most))
        self._look = _Look(self.clock())

    @property
    def is_full(self) -> bool:
        """Whether no more decisions are taken now."""
        return self.in_work >= int(self.limit)

    def place(self, came: float) -> "Holding":
        """A place for a decision that `came` then, for as long as the block runs. The block raises OverloadedError
        where there is none."""
        return Holding(self, came)

    def take(self, came: float) -> Place:
        """A place, until it is left. Raises OverloadedError."""
        if self.is_full:
            raise OverloadedError(self.shed("limit"))
        self.in_work += 1
        self._look.peak = max(self._look.peak, self.in_work)
        return Place(came, among_few=self.in_work <= FEW)

    def leave(self, place: Place) -> None:
        """The decision is over."""
        now = self.clock()
        if place.is_made:
            self._saw(place, max(0.0, now - place.came - place.elsewhere))
        self.in_work -= 1
        self._consider(now)

    def begin(self, place: Place, budget: float, reserve: float) -> None:
        """It is known by now that the decision has a `budget` of seconds, of which the last, the `reserve`, are not for
        registers. None is begun that has waited so long that what it still takes, for all we know, does not fit any
        more; what does not fit whenever it comes is made all the same. Raises OverloadedError."""
        place.budget = budget
        may_wait = budget - max(self.needed, reserve)
        if self.clock() - place.came >= may_wait > budget * PATIENCE:
            raise OverloadedError(self.shed("late"))

    def shed(self, why: Shed) -> int:
        """One is turned away; the whole seconds after which it should come again, by chance somewhat more or less:
        about as long as those take who are in work, or were turned away of late, and come again as well."""
        self._look.shed += 1
        self.told(why)
        waiting = self.in_work + max(self._shed_per_second, self._look.shed)
        drain = waiting / self._per_second if self._per_second else 0.0
        return 1 + int(self.dice() * min(2 * (1 + drain), LONGEST_SECONDS))

    def _saw(self, place: Place, own: float) -> None:
        look = self._look
        look.made += 1
        if place.came >= self._changed_at:  # others have waited under another limit
            look.judged += 1
            look.own += own
            look.elsewhere += place.elsewhere
            look.patience += place.budget * PATIENCE
        if place.among_few and self.in_work <= FEW:
            self.needed += (own - self.needed) * (LEARNING if self.needed else 1.0)

    def _consider(self, now: float) -> None:
        """Changes the limit once those who were let in under it have been seen."""
        look = self._look
        if not look.judged or now - look.since < LOOK_SECONDS:
            return
        self._look = _Look(now, peak=self.in_work)
        self._per_second = look.made / (now - look.since)
        self._shed_per_second = look.shed / (now - look.since)
        own, elsewhere, patience = (one / look.judged for one in (look.own, look.elsewhere, look.patience))
        allowed = self.needed + patience
        is_over = own > allowed and look.peak > FEW
        if is_over and self._was_over:
            # Little's law: as many as came through at this pace, had each taken what it may.
            fitting = min(self.limit, look.peak) * max(0.5, (elsewhere + allowed) / (elsewhere + own))
            self._change(max(float(min(FEW, self.most)), fitting), now)
        elif not is_over and look.peak >= int(self.limit):
            step = self.limit / 4 if own < self.needed + patience / 2 else math.sqrt(self.limit)
            self._change(min(float(self.most), self.limit + step), now)
        self._was_over = is_over

    def _change(self, limit: float, now: float) -> None:
        if limit != self.limit:
            self.limit, self._changed_at = limit, now


class Holding:
    """A place that is held for as long as a block runs. By hand: a generator's takes five times as long to go through,
    and every decision does."""

    __slots__ = ("_came", "_capacity", "_place")

    def __init__(self, capacity: Capacity, came: float) -> None:
        self._capacity, self._came = capacity, came
        self._place: Place | None = None

    def __enter__(self) -> Place:
        self._place = self._capacity.take(self._came)
        return self._place

    def __exit__(self, *_: object) -> None:
        if self._place is not None:
            self._capacity.leave(self._place)
