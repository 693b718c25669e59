"""A decision table as Python text: one function a column, from a value to the mask of rows that it fits."""

from dataclasses import dataclass, field

from decision_service.language.tree import (
    And,
    Compare,
    Contains,
    Expression,
    Literal,
    Not,
    OneOf,
    Or,
    Within,
)
from decision_service.policy.shape import Table
from decision_service.readings.compiled.lookup import TablePlan
from decision_service.readings.compiled.names import CannotCompileError, Names
from verifiers.kinds import Value


@dataclass(slots=True)
class _Column:
    """The rows of one column: by constants that the value must equal, by other tests, and those that ask nothing."""

    keys: dict[Value, int] = field(default_factory=dict)
    tests: dict[str, int] = field(default_factory=dict)
    loose: int = 0


def table_lines(table: Table, names: Names) -> list[str]:
    """The column functions. The table's plan, which names them, is made by `table_plan` once they exist."""
    lines = [f"# table {table.name!a}, hit policy {table.hit}, {len(table.rows)} rows"]
    for place, value in enumerate(table.inputs):
        column = _column(table, place, value, names)
        name = names.local("col", f"{table.name}_{place}")
        parts = [f"({mask:#x} if {test} else 0)" for test, mask in column.tests.items()]
        if column.keys:
            keys = names.local("key", f"{table.name}_{place}")
            names.constants[keys] = column.keys
            parts.insert(0, f"{keys}.get(x, 0)")
        if column.loose or not parts:
            parts.append(f"{column.loose:#x}")
        lines += [f"def {name}(x):", f"    return {' | '.join(parts)}"]
    return [*lines, ""]


def _column(table: Table, place: int, value: Expression, names: Names) -> _Column:
    column = _Column()
    for row, line in enumerate(table.rows):
        test, bit = line.tests[place], 1 << row
        if test is None:
            column.loose |= bit
            continue
        keys = _keys(test, value)
        for key in keys or ():
            column.keys[key] = column.keys.get(key, 0) | bit
        if keys is None:
            text = _test(test, value, table, names)
            column.tests[text] = column.tests.get(text, 0) | bit
    return column


def _keys(test: Expression, value: Expression) -> tuple[Value, ...] | None:
    match test:
        case Compare(op="=", left=left, right=Literal() as right) if left == value:
            return (right.value,)
        case OneOf(value=left, options=options) if left == value and all(isinstance(one, Literal) for one in options):
            return tuple(one.value for one in options if isinstance(one, Literal))
        case _:
            return None


def _test(test: Expression, value: Expression, table: Table, names: Names) -> str:
    """A unary test of `x`. Null has no order and lies in no interval."""

    def text(one: Expression) -> str:
        return _test(one, value, table, names)

    if test == value:
        return "x"
    match test:
        case Literal():
            return names.constant(test.value)
        case Compare(op="=" | "!="):
            return f"({text(test.left)} {'==' if test.op == '=' else '!='} {text(test.right)})"
        case Compare():
            return f"(x is not None and {text(test.left)} {test.op} {text(test.right)})"
        case Within():
            low = "" if test.low is None else f"{text(test.low)} {'<=' if test.low_closed else '<'} "
            high = "" if test.high is None else f" {'<=' if test.high_closed else '<'} {text(test.high)}"
            inside = f" and {low}{text(test.value)}{high}" if low or high else ""
            return f"(x is not None{inside})"
        case OneOf():
            return f"({text(test.value)} in ({''.join(f'{text(one)}, ' for one in test.options)}))"
        case Contains():
            return f"({text(test.value)} in {text(test.items)})"
        case Not():
            return f"(not {text(test.item)})"
        case And() | Or() if test.items:
            return f"({(' and ' if isinstance(test, And) else ' or ').join(map(text, test.items))})"
        case _:
            raise CannotCompileError(f"table {table.name}: a cell may only test its own column against constants")


def table_plan(table: Table, names: Names, namespace: dict[str, object]) -> TablePlan:
    """The table ready to be looked up, its column functions taken from the namespace where they were made."""
    columns = tuple(namespace[names.local("col", f"{table.name}_{place}")] for place in range(len(table.inputs)))
    loose = tuple(
        sum(1 << row for row, line in enumerate(table.rows) if line.tests[place] is None)
        for place in range(len(table.inputs))
    )
    rows = [tuple(_constant(table, output) for output in line.outputs) for line in table.rows]
    headings = [name for name, _ in table.outputs]
    outputs = tuple(row[0] if len(row) == 1 else dict(zip(headings, row, strict=True)) for row in rows)
    order = {_constant(table, value): rank for rank, value in reversed(list(enumerate(table.priority)))}
    ranks = tuple(order.get(row[0], len(table.priority)) for row in rows) if order else (0,) * len(rows)
    return TablePlan(table.name, table.hit, columns, loose, outputs, ranks)  # type: ignore[arg-type]  # exec types nothing


def _constant(table: Table, node: Expression) -> Value:
    if isinstance(node, Literal):
        return node.value
    raise CannotCompileError(f"table {table.name}: an output cell must be a constant")
