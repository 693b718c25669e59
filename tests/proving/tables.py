"""Random decision tables over two or three columns, and every combination of values that could matter to them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random

from decision_service.facts import FactSheet
from decision_service.language.cells import output_cell, test_cell
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.tree import Expression, FormRef
from decision_service.policy.shape import HitPolicy, Row, Table
from decision_service.source import Problem, Source, Span
from verifiers.kinds import Kind, Value

KINDS: Mapping[str, Kind] = {
    "count": Kind("whole"),
    "score": Kind("whole", minimum=Decimal(0), maximum=Decimal(6)),
    "amount": Kind("money"),
    "share": Kind("decimal", minimum=Decimal(0)),
    "day": Kind("date"),
    "month": Kind("month"),
    "city": Kind("region"),
    "route": Kind("text", values=("road", "rail", "air")),
    "word": Kind("text", nullable=True),
    "flag": Kind("boolean"),
    "maybe": Kind("whole", nullable=True),
}

VALUES: Mapping[str, Sequence[Value]] = {
    "count": range(-2, 9),
    "score": range(7),
    "amount": [Decimal(one) / 2 for one in range(-2, 18)],
    "share": [Decimal(one) / 2 for one in range(18)],
    "day": [date(2026, 1, 1) + timedelta(one) for one in range(-2, 9)],
    "month": [f"2026-0{one}" for one in range(1, 10)] + ["2025-12"],
    "city": ["210100", "210200", "210300", "210400"],
    "route": ["road", "rail", "air"],
    "word": ["a", "b", "c", "zzz", None],
    "flag": [True, False],
    "maybe": [0, 1, 2, 3, 9, None],
}
"""For each column values enough that whatever can happen happens on one of them: the constants of cells lie between."""


def read_cell(text: str, value: Expression) -> Expression | None:
    source = Source("cell", text)
    found = test_cell(text, lambda offset, length: Span(source, offset, min(offset + length, len(text))), value)
    assert not isinstance(found, Problem), (text, found)
    return found


def constant(random: Random, column: str) -> str:
    match column:
        case "count" | "amount" | "share":
            return str(random.randint(0, 6))
        case "score":
            return str(random.randint(0, 6))
        case "maybe":
            return str(random.randint(0, 3))
        case "day":
            return str(date(2026, 1, 1) + timedelta(random.randint(0, 6)))
        case "month":
            return f"2026-0{random.randint(2, 8)}"
        case "city":
            return random.choice(("210100", "210200", "210300"))
        case "route":
            return f'"{random.choice(KINDS["route"].values)}"'
        case "word":
            return f'"{random.choice("abc")}"'
        case _:
            return random.choice(("true", "false"))


ORDERED = frozenset({"count", "score", "amount", "share", "day", "month"})


def cell(random: Random, column: str) -> str:
    one, two = sorted((constant(random, column), constant(random, column)))
    plain = ["-", one, f"{one}, {two}", f"not({one})", f"not({one}, {two})"]
    if column in ("word", "maybe"):
        plain += ["null", "not(null)", f"null, {one}"]
    if column in ORDERED:
        plain += [f"< {one}", f">= {one}", f"<= {one}", f"> {one}"] * 2
        plain += [f"[{one}..{two}]", f"[{one}..{two})", f"({one}..{two}]", f"({one}..{two})"]
    return random.choice(plain)


def table(random: Random, hit: HitPolicy, rows: int, columns: Sequence[str]) -> Table:
    """A random table over these columns."""
    inputs = tuple(FormRef(name, KINDS[name]) for name in columns)
    source = Source("cell", "0")
    lines = []
    for _ in range(rows):
        tests = tuple(read_cell(cell(random, one.field_name), one) for one in inputs)
        output = output_cell(str(random.randint(1, 3)), Span(source, 0, 1), Kind("whole"))
        assert not isinstance(output, Problem)
        lines.append(Row(tests, (output,)))
    order = [output_cell(text, Span(source, 0, 1), Kind("whole")) for text in "213"]
    priority = tuple(one for one in order if not isinstance(one, Problem)) if hit == "priority" else ()
    return Table("made", inputs, (("made", Kind("whole")),), tuple(lines), hit, Kind("whole"), priority=priority)


def combinations(one: Table) -> Iterator[Mapping[str, Value]]:
    """Every combination of values that the columns of the table could hold here."""
    names = [node.field_name for node in one.inputs if isinstance(node, FormRef)]
    for values in product(*(VALUES[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def fitting(one: Table, values: Mapping[str, Value]) -> list[int]:
    """The rows that fit, by the reference interpreter."""
    scope = Scope(FactSheet(date(2026, 1, 1), values, {}), {}, lambda name, _: name)
    return [
        place
        for place, row in enumerate(one.rows)
        if all(test is None or evaluate(test, scope) is True for test in row.tests)
    ]
