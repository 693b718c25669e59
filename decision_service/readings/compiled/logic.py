"""Three-valued values for the full form of a generated policy: one unknown part makes the whole unknown.

All are total: null where a number or a day is called for is not in order with anything, and comes out as null.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal

from decision_service.facts import Unknown
from decision_service.readings.compiled.functions import shift

Maybe = Any
"""A value of the language or Unknown: generated code is typed by the policy's checker, not by Python's."""

Thunk = Callable[[], Maybe]


def blend(*values: Maybe) -> Unknown:
    """The unknown with the causes of all that are unknown among `values`."""
    found: Unknown | None = None
    for one in values:
        if one.__class__ is Unknown:
            found = one if found is None else _both(found, one)
    return found or Unknown(frozenset())


def _both(one: Unknown, other: Unknown) -> Unknown:
    """Most unknowns are one object in many places: it serves again."""
    if one is other or other.causes <= one.causes:
        return one
    return Unknown(one.causes | other.causes)


def conj(first: Maybe, *rest: Thunk) -> Maybe:
    """And: false wins, then unknown."""
    return _joined(first, rest, stop=False)


def disj(first: Maybe, *rest: Thunk) -> Maybe:
    """Or: true wins, then unknown."""
    return _joined(first, rest, stop=True)


def _joined(value: Maybe, rest: tuple[Thunk, ...], *, stop: bool) -> Maybe:
    found: Unknown | None = None
    if value.__class__ is Unknown:
        found = value
    elif (value is True) is stop:
        return stop
    for thunk in rest:
        value = thunk()
        if value.__class__ is Unknown:
            found = value if found is None else _both(found, value)
        elif (value is True) is stop:
            return stop
    return (not stop) if found is None else found


def some(items: Maybe, condition: Callable[[Maybe], Maybe]) -> Maybe:
    """Or over the elements."""
    return _over(items, condition, stop=True)


def every(items: Maybe, condition: Callable[[Maybe], Maybe]) -> Maybe:
    """And over the elements."""
    return _over(items, condition, stop=False)


def _over(items: Maybe, condition: Callable[[Maybe], Maybe], *, stop: bool) -> Maybe:
    if items.__class__ is Unknown:
        return items
    found: Unknown | None = None
    for one in items or ():
        value = condition(one)
        if value.__class__ is Unknown:
            found = value if found is None else _both(found, value)
        elif (value is True) is stop:
            return stop
    return (not stop) if found is None else found


def negate(value: Maybe) -> Maybe:
    """Not."""
    return value if value.__class__ is Unknown else value is not True


def choose(condition: Maybe, then: Thunk, otherwise: Thunk) -> Maybe:
    """If: with the condition unknown, what both branches agree on."""
    if condition.__class__ is not Unknown:
        return then() if condition is True else otherwise()
    one, other = then(), otherwise()
    if one.__class__ is Unknown or other.__class__ is Unknown or not alike(one, other):
        return blend(condition, one, other)
    return one


def alike(one: Maybe, other: Maybe) -> bool:
    """Equality in which true is not 1."""
    return bool(one == other) and (one.__class__ is bool) is (other.__class__ is bool)


def equal(one: Maybe, other: Maybe) -> Maybe:
    """=."""
    return blend(one, other) if one.__class__ is Unknown or other.__class__ is Unknown else alike(one, other)


def unequal(one: Maybe, other: Maybe) -> Maybe:
    """!=."""
    return blend(one, other) if one.__class__ is Unknown or other.__class__ is Unknown else not alike(one, other)


def less(one: Maybe, other: Maybe) -> Maybe:
    """<."""
    if one.__class__ is Unknown or other.__class__ is Unknown:
        return blend(one, other)
    return one is not None and other is not None and one < other


def at_most(one: Maybe, other: Maybe) -> Maybe:
    """<=."""
    if one.__class__ is Unknown or other.__class__ is Unknown:
        return blend(one, other)
    return one is not None and other is not None and one <= other


def within(value: Maybe, low: Maybe, high: Maybe, ends: Literal["[]", "[)", "(]", "()"]) -> Maybe:
    """Between two bounds."""
    lower = at_most(low, value) if ends[0] == "[" else less(low, value)
    upper = at_most(value, high) if ends[1] == "]" else less(value, high)
    if lower.__class__ is Unknown or upper.__class__ is Unknown:
        return blend(lower, upper)
    return lower and upper


def one_of(value: Maybe, *options: Maybe) -> Maybe:
    """Equal to one of the options; unknown as soon as any part is."""
    if value.__class__ is Unknown or any(option.__class__ is Unknown for option in options):
        return blend(value, *options)
    return any(alike(value, option) for option in options)


def contains(value: Maybe, items: Maybe) -> Maybe:
    """Equal to an element of the list."""
    if value.__class__ is Unknown or items.__class__ is Unknown:
        return blend(value, items)
    return any(alike(value, one) for one in items or ())


def part(record: Maybe, name: str) -> Maybe:
    """A field of a record, or of a register's answer."""
    return record if record is None or record.__class__ is Unknown else record[name]


def apply(function: Callable[..., Maybe], *arguments: Maybe) -> Maybe:
    """A function's value, null where an argument is."""
    unknown = null = False
    for one in arguments:
        if one.__class__ is Unknown:
            unknown = True
        elif one is None:
            null = True
    if unknown:
        return blend(*arguments)
    return None if null else function(*arguments)


STEPS: Mapping[str, Callable[[Maybe, Maybe], Maybe]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: Decimal(one) / other,
    "later by": lambda day, period: shift(day, 1, period),
    "earlier by": lambda day, period: shift(day, -1, period),
}


def reckon(value: Maybe, *steps: Maybe) -> Maybe:
    """Arithmetic from left to right: `reckon(a, "+", b, "-", c)`."""
    if value.__class__ is Unknown or any(one.__class__ is Unknown for one in steps[1::2]):
        return blend(value, *steps[1::2])
    for name, operand in zip(steps[::2], steps[1::2], strict=True):
        value = None if value is None or operand is None else STEPS[name](value, operand)
    return value
