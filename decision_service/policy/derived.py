"""What follows from a policy, or a part of one, alone: worked out once, when it is first needed."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

MOST: Final = 256
"""Policies for which something is kept at once; the one that came first goes first, and is worked out anew if it comes
back."""

Whole = TypeVar("Whole")
Part = TypeVar("Part")


class Derived(Generic[Whole, Part]):
    """What follows from each policy, or part of one, by the object itself: equal ones are looked at anew. Used from
    any thread."""

    def __init__(self, worked_out: Callable[[Whole], Part]) -> None:
        self._worked_out = worked_out
        self._known: dict[int, tuple[Whole, Part]] = {}

    def of(self, whole: Whole) -> Part:
        """What follows from `whole`."""
        known = self._known.get(id(whole))
        # It is kept with what follows, so that no other object can come to its place in memory.
        if known is not None and known[0] is whole:
            return known[1]
        part = self._worked_out(whole)
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)), None)
        self._known[id(whole)] = (whole, part)
        return part
