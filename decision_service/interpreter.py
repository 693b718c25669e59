"""The reference interpreter over one policy: expressions with its lets and its tables."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import cast

from decision_service.facts import Cause, Fact, FactSheet, Unknown, Why
from decision_service.language.meaning import Names, Scope, conjunction, evaluate, same
from decision_service.language.tree import Expression
from decision_service.policy.derived import Derived
from decision_service.policy.shape import Policy, Row, Table
from verifiers.kinds import Value

Tests = Mapping[int, Expression]
"""The tests of a row, each under a number that all have alike, in whatever row, which say the same."""


def _numbered(table: Table) -> tuple[Tests, ...]:
    """The tests of each row."""
    numbers: dict[str, int] = {}
    return tuple(
        {numbers.setdefault(repr(test), len(numbers)): test for test in row.tests if test is not None}
        for row in table.rows
    )


_LETS: Derived[Policy, Names] = Derived(lambda policy: {let.name: let.value for let in policy.lets})
_TESTS: Derived[Policy, dict[str, tuple[Tests, ...]]] = Derived(
    lambda policy: {name: _numbered(table) for name, table in policy.tables.items()}
)


def scope_of(policy: Policy, sheet: FactSheet) -> Scope:
    """Where the expressions of `policy` are read for the facts of `sheet`."""
    tests = _TESTS.of(policy)
    return Scope(sheet, _LETS.of(policy), lambda name, scope: _looked_up(policy.tables[name], tests[name], scope))


def look_up(table: Table, scope: Scope) -> Fact:
    """What a table gives. Unknown while it is not known of some row whether it fits; Unknown (Why.TABLE) where the
    hit policy is not met: no row fits, or several of a unique table, or differing ones of an `any` table."""
    return _looked_up(table, _numbered(table), scope)


def _looked_up(table: Table, numbered: tuple[Tests, ...], scope: Scope) -> Fact:
    fitting: list[Row] = []
    unknown: frozenset[Cause] = frozenset()
    found: dict[int, Fact] = {}
    failed: set[int] = set()
    for row, tests in zip(table.rows, numbered, strict=True):
        if not failed.isdisjoint(tests):
            continue  # rows say the same of an input again and again
        fits = conjunction(_tested(tests, found, failed, scope))
        if isinstance(fits, Unknown):
            unknown |= fits.causes
        elif fits is True:
            fitting.append(row)
            if table.hit == "first" and not unknown:
                break
    if unknown:
        return Unknown(unknown)
    return _hit(table, [_output(table, row, scope) for row in fitting])


def _tested(tests: Tests, found: dict[int, Fact], failed: set[int], scope: Scope) -> Iterator[Fact]:
    """What the tests of a row come to, one after the other; `found` has what was found of those of rows before, and
    `failed` those that do not hold."""
    for number, test in tests.items():
        if number not in found:
            found[number] = evaluate(test, scope)
            if found[number] is False:
                failed.add(number)
        yield found[number]


def _output(table: Table, row: Row, scope: Scope) -> Value:
    values = [cast("Value", evaluate(output, scope)) for output in row.outputs]
    if len(values) == 1:
        return values[0]
    return {name: value for (name, _), value in zip(table.outputs, values, strict=True)}


def _hit(table: Table, outputs: list[Value]) -> Fact:
    gap = Unknown.of(Why.TABLE, table.name)
    match table.hit:
        case "unique":
            return outputs[0] if len(outputs) == 1 else gap
        case "any":
            return outputs[0] if outputs and all(same(outputs[0], output) for output in outputs) else gap
        case "first":
            return outputs[0] if outputs else gap
        case "priority":
            return _ordered(table, outputs)[0] if outputs else gap
        case "output order":
            return tuple(_ordered(table, outputs))
        case "rule order" | "collect":
            return tuple(outputs)
        case "collect count":
            return len(outputs)
        case "collect sum":
            return sum(cast("list[Decimal]", outputs[1:]), cast("Decimal", outputs[0])) if outputs else gap
        case "collect min":
            return min(cast("list[Decimal]", outputs)) if outputs else gap
        case "collect max":
            return max(cast("list[Decimal]", outputs)) if outputs else gap


def _ordered(table: Table, outputs: list[Value]) -> list[Value]:
    """Strongest first, by the order that the table states for its (first) output."""
    order = [cast("Value", getattr(literal, "value", None)) for literal in table.priority]

    def place(output: Value) -> int:
        first = next(iter(output.values())) if isinstance(output, dict) else output
        return next((rank for rank, value in enumerate(order) if same(value, first)), len(order))

    key: Callable[[Value], int] = place
    return sorted(outputs, key=key)
