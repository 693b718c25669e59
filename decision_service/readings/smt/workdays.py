"""Working days: the nth after a day, known as long as no year is touched whose working days are not published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from decision_service.readings.smt import numbers
from decision_service.readings.smt.days import Day, days_on
from decision_service.readings.smt.formulas import Formula, conj, disj, neg
from decision_service.readings.smt.numbers import Number, constant
from decision_service.readings.smt.values import Causes, Term


@dataclass(frozen=True, slots=True)
class _Block:
    """Years published one after the other: the first and the last day, and the working days in order."""

    first: int
    last: int
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The published years, as the catalogue has them: year -> its working days."""

    calendar: Mapping[int, frozenset[date]]

    def after(self, day: Day, number: Number) -> Term:
        """The `number`th working day after `day`; itself where `number` is 0 or less."""
        start = day.ordinal
        none = numbers.at_most(number, constant(0))
        found, known = start, none
        for block in self._blocks():
            # The walk's first step is to the day after: it may lead into the block from outside.
            inside = conj(
                neg(none),
                numbers.at_most(constant(block.first - 1), start),
                numbers.less(start, constant(block.last)),
            )
            target = numbers.plus(_passed(block, start), number)
            inside = conj(inside, numbers.at_most(target, constant(len(block.days))))
            found = numbers.pick(inside, _nth(block, target), found)
            known = disj(known, inside)
        moved = numbers.pick(none, start, found)
        return Term(days_on(Day(day.calendar, None, moved), constant(0)), causes=Causes(other=neg(known)))

    def _blocks(self) -> list[_Block]:
        blocks: list[_Block] = []
        for year in sorted(self.calendar):
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            days = tuple(sorted(one.toordinal() for one in self.calendar[year]))
            if blocks and blocks[-1].last == first - 1:
                earlier = blocks.pop()
                blocks.append(_Block(earlier.first, last, earlier.days + days))
            else:
                blocks.append(_Block(first, last, days))
        return blocks


def _passed(block: _Block, start: Number) -> Number:
    """How many working days of the block lie on or before `start`."""
    return _searched(start, block.days, 0)


def _searched(start: Number, days: tuple[int, ...], before: int) -> Number:
    """`before` and how many of `days` are not after `start`; a choice by halves."""
    if not days:
        return constant(before)
    middle = len(days) // 2
    reached: Formula = numbers.at_most(constant(days[middle]), start)
    return numbers.pick(
        reached, _searched(start, days[middle + 1 :], before + middle + 1), _searched(start, days[:middle], before)
    )


def _nth(block: _Block, place: Number) -> Number:
    """The working day of the block in that place, counted from 1; any where there is none."""
    return _found(place, block.days, 1) if block.days else constant(block.first)


def _found(place: Number, days: tuple[int, ...], first: int) -> Number:
    if len(days) == 1:
        return constant(days[0])
    middle = len(days) // 2
    beyond = numbers.at_most(constant(first + middle), place)
    return numbers.pick(beyond, _found(place, days[middle:], first + middle), _found(place, days[:middle], first))
