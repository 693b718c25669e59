"""Where the expressions of a policy stand, and what is walked on the way to each part of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOfText

from decision_service.language.tree import And, Expression, If, Literal, Or, Quantified, children
from decision_service.policy.shape import Policy, Table
from decision_service.source import Span

Kind = OneOfText[
    "must", "when", "told", "let", "table", "granted", "result", "amount", "note", "required", "obligation"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a policy that holds expressions: its kind, the name of what it belongs to (a rule, a let, a table …),
    and for alternatives, notes and obligations which one of several it is."""

    kind: Kind
    name: str
    index: int = 0


Demand = tuple[Expression, bool]
"""A condition, and what it must come to. Unknown is neither."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an expression: `demands` must be met for the reference to come to it, for some element of each of the
    lists of `within`, outermost first."""

    node: Expression
    demands: tuple[Demand, ...] = ()
    within: tuple[Quantified, ...] = ()


def own(span: Span | None, policy: Policy) -> bool:
    """Whether something is written in the policy's own file, not in the catalogue or nowhere."""
    return span is not None and span.source.name == policy.source


def places(policy: Policy) -> Iterator[tuple[Place, Expression]]:
    """Every expression that can move what a case is told, at its place; tables by their inputs and tests."""
    yield from _of_rules(policy)
    for let in policy.lets:
        yield Place("let", let.name), let.value
    for name, table in policy.tables.items():
        for expression in of_table(table):
            yield Place("table", name), expression
    for result in policy.results:
        if result.when is not None:
            yield Place("granted", result.name), result.when
        yield Place("result", result.name), result.value
    for item in policy.items:
        yield Place("amount", item.name), item.amount
    for index, note in enumerate(policy.notes):
        yield Place("note", note.code, index), note.when
    for field in policy.fields:
        if not field.upload and not isinstance(field.required, Literal):
            yield Place("required", field.name), field.required
    for index, one in enumerate(policy.obligations):
        if one.when is not None:
            yield Place("obligation", one.code, index), one.when


def _of_rules(policy: Policy) -> Iterator[tuple[Place, Expression]]:
    for rule in policy.rules:
        yield Place("must", rule.id), rule.must
        for index, one in enumerate(rule.alternatives):
            if one.when is not None:
                yield Place("when", rule.id, index), one.when
            for _, value in one.told:
                yield Place("told", rule.id, index), value


def of_table(table: Table) -> Iterator[Expression]:
    """The inputs of a table and the tests of its rows. A test that several rows share comes once."""
    yield from table.inputs
    tests = {id(test): test for row in table.rows for test in row.tests if test is not None}
    yield from tests.values()


def parts(node: Expression, before: Part | None = None) -> Iterator[Part]:
    """`node` and every part of it, with what leads the reference to each."""
    here = Part(node) if before is None else before
    yield here
    match node:
        case And() | Or():
            goes_on = isinstance(node, And)
            for place, item in enumerate(node.items):
                passed = tuple((one, goes_on) for one in node.items[:place])
                yield from parts(item, Part(item, here.demands + passed, here.within))
        case If():
            yield from parts(node.condition, Part(node.condition, here.demands, here.within))
            for arm, taken in ((node.then, True), (node.otherwise, False)):
                yield from parts(arm, Part(arm, (*here.demands, (node.condition, taken)), here.within))
        case Quantified():
            yield from parts(node.items, Part(node.items, here.demands, here.within))
            yield from parts(node.condition, Part(node.condition, here.demands, (*here.within, node)))
        case _:
            for child in children(node):
                yield from parts(child, Part(child, here.demands, here.within))
