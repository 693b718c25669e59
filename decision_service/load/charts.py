"""Charts of a stage as figures for SVG: latency over time, and how many were answered within what time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

from decision_service.load.judging import Judged
from decision_service.load.report import StageLoad, percentile

WIDTH, HEIGHT = 640.0, 200.0
LEFT, BOTTOM, TOP, RIGHT = 46.0, 24.0, 8.0, 8.0
MOST_DOTS = 1500
"""Requests that are drawn one by one; of more, every so manieth."""

MOST_BINS, A_BIN = 40, 15
"""How many parts the time is cut into at most, and how many requests each should have."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A request: where, and of what sort (`good`, `late`, `bad`)."""

    x: float
    y: float
    sort: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Each request at the instant it was due, and how long its answer took; lines of p50 and p95 over parts of the
    time, as points of SVG."""

    dots: tuple[Dot, ...]
    p50: str
    p95: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    every: int


@dataclass(frozen=True, slots=True)
class Share:
    """The share of requests (upwards) that were answered within a time (across, logarithmic), as points of SVG."""

    points: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def scatter(one: StageLoad) -> Scatter:
    """Latency over time."""
    timed = [each for each in one.judged if each.is_timed]
    top = _nice(max((each.sample.ms for each in timed), default=1.0))
    every = ceil(len(timed) / MOST_DOTS) or 1
    dots = tuple(
        Dot(_x(each.sample.due / one.seconds), _y(each.sample.ms / top), _sort(each)) for each in timed[::every]
    )
    across = tuple(Tick(_x(k / 4), f"{one.seconds * k / 4:g} s") for k in range(5))
    up = tuple(Tick(_y(k / 4), f"{top * k / 4:.0f}") for k in range(5))
    return Scatter(
        dots, _running(timed, one.seconds, top, 0.5), _running(timed, one.seconds, top, 0.95), across, up, every
    )


def _sort(one: Judged) -> str:
    return {"right": "good", "late": "late", "doubted": "late"}.get(one.verdict, "bad")


def _running(timed: Sequence[Judged], seconds: float, top: float, share: float) -> str:
    count = max(4, min(MOST_BINS, len(timed) // A_BIN))
    bins: list[list[float]] = [[] for _ in range(count)]
    for one in timed:
        bins[min(count - 1, int(one.sample.due / seconds * count))].append(one.sample.ms)
    points = [
        f"{_x((place + 0.5) / count):.1f},{_y(percentile(times, share) / top):.1f}"
        for place, times in enumerate(bins)
        if times
    ]
    return " ".join(points)


def shares(one: StageLoad) -> Share:
    """The empirical distribution of the times."""
    times = sorted(max(1.0, ms) for ms in one.times) or [1.0]
    low, high = 1.0, _decade(times[-1])
    span = log10(high / low)
    step = ceil(len(times) / MOST_DOTS)
    kept = [*range(0, len(times), step), len(times) - 1]
    points = [f"{_x(log10(times[at] / low) / span):.1f},{_y((at + 1) / len(times)):.1f}" for at in kept]
    decades = [10**k for k in range(int(log10(high)) + 1)]
    across = tuple(Tick(_x(log10(ms / low) / span), f"{ms} ms") for ms in decades)
    up = tuple(Tick(_y(share), f"{100 * share:.0f} %") for share in (0.0, 0.5, 0.95))
    return Share(" ".join([f"{_x(0):.1f},{_y(0):.1f}", *points]), across, up)


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def _nice(value: float) -> float:
    """The least of 1, 2, 4 and 8 times a power of ten that is not below the value."""
    power = 10.0 ** int(log10(max(1.0, value)))
    return next((power * times for times in (1, 2, 4, 8) if power * times >= value), power * 10)


def _decade(value: float) -> float:
    return 10.0 ** max(1, ceil(log10(max(1.0, value))))
