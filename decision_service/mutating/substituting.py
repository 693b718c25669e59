"""A policy in which some parts of its expressions are others. Parts are named by what they are, not by what they say:
two equal conditions at two places are two."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from decision_service.language.tree import (
    And,
    Arithmetic,
    AsOf,
    Call,
    Compare,
    Contains,
    Expression,
    FactRef,
    FieldOf,
    FormRef,
    If,
    LetRef,
    Literal,
    Lookup,
    Not,
    OneOf,
    Or,
    Quantified,
    VarRef,
    Within,
)
from decision_service.policy.shape import Consequence, Policy, Row, Rule, Table

Others = Mapping[int, Expression]
"""What stands instead of a node, by the node's `id`."""


def substituted(policy: Policy, others: Others) -> Policy:
    """The policy with these parts exchanged; suggestions, claims and worked cases are left as they are."""
    return replace(
        policy,
        rules=tuple(_rule(rule, others) for rule in policy.rules),
        lets=tuple(replace(let, value=exchanged(let.value, others)) for let in policy.lets),
        tables={name: _table(table, others) for name, table in policy.tables.items()},
        results=tuple(
            replace(one, value=exchanged(one.value, others), when=_maybe(one.when, others)) for one in policy.results
        ),
        items=tuple(replace(one, amount=exchanged(one.amount, others)) for one in policy.items),
        notes=tuple(replace(one, when=exchanged(one.when, others)) for one in policy.notes),
        fields=tuple(replace(one, required=exchanged(one.required, others)) for one in policy.fields),
        obligations=tuple(replace(one, when=_maybe(one.when, others)) for one in policy.obligations),
    )


def _maybe(node: Expression | None, others: Others) -> Expression | None:
    return None if node is None else exchanged(node, others)


def _rule(rule: Rule, others: Others) -> Rule:
    alternatives = tuple(_consequence(one, others) for one in rule.alternatives)
    return replace(rule, must=exchanged(rule.must, others), alternatives=alternatives)


def _consequence(one: Consequence, others: Others) -> Consequence:
    told = tuple((name, exchanged(value, others)) for name, value in one.told)
    return replace(one, when=_maybe(one.when, others), told=told)


def _table(table: Table, others: Others) -> Table:
    inputs = tuple(exchanged(one, others) for one in table.inputs)
    return replace(table, inputs=inputs, rows=tuple(_row(row, others) for row in table.rows))


def _row(row: Row, others: Others) -> Row:
    tests = tuple(_maybe(test, others) for test in row.tests)
    return replace(row, tests=tests, outputs=tuple(exchanged(one, others) for one in row.outputs))


def exchanged(node: Expression, others: Others) -> Expression:
    """`node` with the parts exchanged; itself where there are none in it."""
    if id(node) in others:
        return others[id(node)]
    match node:
        case Literal() | AsOf() | FormRef() | FactRef() | LetRef() | VarRef() | Lookup():
            return node
        case And() | Or():
            items = tuple(exchanged(item, others) for item in node.items)
            return node if _same(items, node.items) else replace(node, items=items)
        case Compare() | Arithmetic():
            left, right = exchanged(node.left, others), exchanged(node.right, others)
            return node if _same((left, right), (node.left, node.right)) else replace(node, left=left, right=right)
        case _:
            return _exchanged(node, others)


def _exchanged(node: FieldOf | Within | OneOf | Contains | Not | If | Quantified | Call, others: Others) -> Expression:
    match node:
        case FieldOf():
            return replace(node, record=exchanged(node.record, others))
        case Within():
            low, high = _maybe(node.low, others), _maybe(node.high, others)
            return replace(node, value=exchanged(node.value, others), low=low, high=high)
        case OneOf():
            options = tuple(exchanged(option, others) for option in node.options)
            return replace(node, value=exchanged(node.value, others), options=options)
        case Contains():
            return replace(node, value=exchanged(node.value, others), items=exchanged(node.items, others))
        case Not():
            return replace(node, item=exchanged(node.item, others))
        case If():
            parts = (exchanged(part, others) for part in (node.condition, node.then, node.otherwise))
            condition, then, otherwise = parts
            return replace(node, condition=condition, then=then, otherwise=otherwise)
        case Quantified():
            return replace(node, items=exchanged(node.items, others), condition=exchanged(node.condition, others))
        case Call():
            return replace(node, arguments=tuple(exchanged(one, others) for one in node.arguments))
        case _:
            assert_never(node)


def _same(new: tuple[Expression, ...], old: tuple[Expression, ...]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))
