"""Number lines: where the constants of both versions stand, and in which bands the decision changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from decision_service.differing.report import Effect, Region, Report, Scale
from decision_service.policy.shape import Bilingual

WIDTH, ROW, TOP = 640, 22, 58
_LEFT, _RIGHT = 24, 616


@dataclass(frozen=True, slots=True)
class Tick:
    """A constant on the line, in pixels. `sides`: `old`, `new` or `both` compare with it."""

    x: float
    label: str
    sides: str


@dataclass(frozen=True, slots=True)
class Band:
    """A region's stretch of the line, in pixels. `open_low`, `open_high`: it has no end there."""

    number: int
    effect: Effect
    x: float
    width: float
    y: int
    open_low: bool
    open_high: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A number line, ready to draw in a picture `WIDTH` wide and `height` high."""

    subject: Bilingual
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...]
    height: int


def drawn(report: Report) -> tuple[Drawn, ...]:
    """A line for every number whose constants changed, or that bounds a region."""
    return tuple(line for scale in report.scales if (line := _line(scale, report.regions)) is not None)


def _line(scale: Scale, regions: Iterable[Region]) -> Drawn | None:
    stretches = list(_stretches(scale, regions))
    marks = {mark: place for mark in (*scale.old, *scale.new) if (place := _place(mark)) is not None}
    changed = set(scale.old) != set(scale.new)
    if not marks or not (stretches or changed):
        return None
    ends = [end for _, low, high in stretches for end in (low, high) if end is not None]
    low, high = min([*marks.values(), *ends]), max([*marks.values(), *ends])
    spare = max((high - low) * Decimal("0.12"), Decimal(1))
    first, last = low - spare, high + spare

    def x(place: Decimal) -> float:
        return round(_LEFT + float((place - first) / (last - first)) * (_RIGHT - _LEFT), 1)

    ticks = [Tick(x(place), mark, _sides(mark, scale)) for mark, place in sorted(marks.items(), key=lambda one: one[1])]
    bands = []
    for row, (region, begin, end) in enumerate(stretches):
        left, right = x(first if begin is None else begin), x(last if end is None else end)
        wide = max(right - left, 4.0)
        bands.append(Band(region.number, region.effect, left, wide, TOP + row * ROW, begin is None, end is None))
    return Drawn(scale.subject, tuple(ticks), tuple(bands), TOP + len(bands) * ROW + 6)


def _sides(mark: str, scale: Scale) -> str:
    if mark in scale.old and mark in scale.new:
        return "both"
    return "old" if mark in scale.old else "new"


def _stretches(scale: Scale, regions: Iterable[Region]) -> Iterator[tuple[Region, Decimal | None, Decimal | None]]:
    """Where each region lies; of whole numbers up to the next one."""
    for region in regions:
        for clause in region.clauses:
            if clause.bounds is not None and clause.subject == scale.subject.zh:
                low, high = (None if one is None else _place(one) for one in clause.bounds)
                yield region, low, high + 1 if high is not None and scale.whole else high


def _place(mark: str) -> Decimal | None:
    try:
        return Decimal(date.fromisoformat(mark).toordinal())
    except ValueError:
        pass
    try:
        return Decimal(mark)
    except InvalidOperation:
        return None
