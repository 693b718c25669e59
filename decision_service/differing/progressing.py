"""How far a comparison is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

_T = TypeVar("_T")

Progress = Callable[[float], None]
"""Told how much is done, from 0 to 100."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the work, from `first` to `last` of the whole."""

    progress: Progress
    first: float
    last: float

    def each(self, things: Sequence[_T]) -> Iterator[_T]:
        """Each of them; told of once it is done with."""
        for number, one in enumerate(things, 1):
            yield one
            self.progress(self.first + (self.last - self.first) * number / len(things))
