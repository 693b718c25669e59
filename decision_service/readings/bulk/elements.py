"""Tests of a list column's elements. Each nested one names its element otherwise: the inner would hide the outer."""

from collections.abc import Callable
from contextvars import ContextVar
from inspect import Parameter, Signature

from decision_service.readings.bulk.cells import Cell, column, static, when

Test = Callable[[Cell], Cell]

_DEPTH: ContextVar[int] = ContextVar("depth", default=0)


class _Named:
    """A test as Ibis takes one: it reads the element's name from the signature."""

    def __init__(self, test: Test, depth: int) -> None:
        self._test, self._depth = test, depth
        self._name = f"e{depth}"
        self.__signature__ = Signature([Parameter(self._name, Parameter.KEYWORD_ONLY)])

    def __call__(self, **given: Cell) -> Cell:
        token = _DEPTH.set(self._depth + 1)
        try:
            return column(self._test(given[self._name]), "boolean")
        finally:
            _DEPTH.reset(token)


def some(cell: Cell, test: Test) -> Cell:
    """Whether an element of a list column passes; none does where there is no list. Most lists are empty or have one
    element, which is tested by itself: a list is slow to filter."""
    passing = cell.filter(_Named(test, _DEPTH.get())).length() > 0
    alone = test(cell[0])
    if not static(alone):
        alone = alone.fill_null(False)
    return when(cell.length() == 1, alone is True if static(alone) else alone, when(cell.length() > 1, passing, False))
