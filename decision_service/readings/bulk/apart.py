"""Whether the rows of a table exclude each other: tried on one value of every stretch between its constants."""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

from decision_service.facts import FactSheet
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.tree import Expression, Literal, VarRef, children
from decision_service.policy.shape import Table
from decision_service.readings.bulk.cells import Cell, both
from decision_service.readings.bulk.shapes import Shape, choose
from verifiers.kinds import Value

_SHEET = FactSheet(date.min, {}, {})
_VALUE = "value"


def apart(table: Table) -> bool:
    """Whether no application can fit two rows, as far as each input by itself can show it."""
    columns = [_truths(table, at) for at in range(len(table.inputs))]
    for one in range(len(table.rows)):
        for other in range(one):
            if not any(truths is not None and not truths[one] & truths[other] for truths in columns):
                return False
    return True


def _truths(table: Table, at: int) -> list[frozenset[int]] | None:
    """For each row the samples of this input that its test lets through; None where a test reads something else."""
    given = table.inputs[at]
    tests = [None if row.tests[at] is None else _over(row.tests[at], given) for row in table.rows]
    if any(test is not None and not _closed(test) for test in tests):
        return None
    samples = _samples([one for test in tests if test is not None for one in _constants(test)], given)
    everything = frozenset(range(len(samples)))
    return [everything if test is None else frozenset(_passing(test, samples)) for test in tests]


def _passing(test: Expression, samples: Sequence[Value]) -> list[int]:
    scope = Scope(_SHEET, {}, lambda _, __: None)
    return [place for place, one in enumerate(samples) if evaluate(test, scope.binding(_VALUE, one)) is True]


def _over(test: Expression | None, given: Expression) -> Expression | None:
    """The test with its input as a variable."""
    if test is None:
        return None
    if test == given:
        return VarRef(_VALUE, given.kind)
    changed: dict[str, Any] = {}
    for one in fields(test):
        part = getattr(test, one.name)
        if isinstance(part, tuple) and part and all(_is_node(inner) for inner in part):
            changed[one.name] = tuple(_over(inner, given) for inner in part)
        elif _is_node(part):
            changed[one.name] = _over(part, given)
    return _changed(test, changed)


Node = TypeVar("Node", bound=Any)


def _changed(node: Node, parts: dict[str, Any]) -> Node:
    return replace(node, **parts) if parts else node


def _is_node(part: object) -> bool:
    return is_dataclass(part) and hasattr(part, "kind") and hasattr(part, "span") and not isinstance(part, type)


def _closed(test: Expression) -> bool:
    inner = children(test)
    return all(_closed(one) for one in inner) if inner else isinstance(test, Literal | VarRef)


def _constants(test: Expression) -> list[Value]:
    if isinstance(test, Literal):
        return [test.value]
    return [value for one in children(test) for value in _constants(one)]


def _samples(constants: Sequence[Value], given: Expression) -> list[Value]:
    """Every constant, one value between each two neighbours, one beyond either end; for other kinds one that is new."""
    if given.kind.name == "boolean":
        return [True, False, None]
    numbers = sorted(
        {Decimal(one) for one in constants if isinstance(one, int | Decimal) and not isinstance(one, bool)}
    )
    between = [(one + other) / 2 for one, other in pairwise(numbers)]
    ends = [numbers[0] - 1, numbers[-1] + 1] if numbers else []
    dates = sorted({one for one in constants if isinstance(one, date)})
    around = [one + timedelta(by) for one in dates for by in (-1, 1) if date.min < one < date.max]
    texts = sorted({one for one in constants if isinstance(one, str)})
    other = ["".join(texts) + "?"] if texts else []
    return [*numbers, *between, *ends, *dates, *around, *texts, *other, None]


def branching(
    table: Table, fits: Sequence[Cell], outputs: Sequence[Shape], truth: Callable[[Expression | None], Cell]
) -> Shape:
    """The output of the one row that fits. Rows with the same first test stand under it, where the first tests exclude
    each other: fewer comparisons than row by row."""
    groups: dict[Expression | None, list[int]] = {}
    for place, row in enumerate(table.rows):
        groups.setdefault(row.tests[0] if row.tests else None, []).append(place)
    truths = _truths(table, 0) if table.inputs else None
    firsts = [places[0] for places in groups.values()]
    exclusive = truths is not None and all(
        not truths[one] & truths[other] for at, one in enumerate(firsts) for other in firsts[:at]
    )
    if not exclusive or len(groups) == len(table.rows):
        return _first_of(list(fits), list(outputs))
    branches = []
    for test, places in groups.items():
        inner = [_all(truth, table, place) for place in places]
        branches.append((truth(test), _first_of(inner, [outputs[place] for place in places])))
    return _first_of([condition for condition, _ in branches], [shape for _, shape in branches])


def _all(truth: Callable[[Expression | None], Cell], table: Table, place: int) -> Cell:
    return both(*(truth(test) for test in table.rows[place].tests[1:]))


def _first_of(fits: list[Cell], outputs: list[Shape]) -> Shape:
    found = outputs[-1]
    for fit, output in reversed(list(zip(fits[:-1], outputs[:-1], strict=True))):
        found = choose(fit, output, found)
    return found
