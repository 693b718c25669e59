"""What well-typed expressions mean: never an error, the declared kind, Kleene's logic, and Python's own answer."""

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.facts import Fact, FactSheet, Unknown, Why
from decision_service.language import meaning
from decision_service.language.kinds import family
from decision_service.language.meaning import conjunction, disjunction
from decision_service.language.tree import Compare, Expression, children
from tests.language.expressions import (
    Said,
    accepted,
    conditions,
    expressions,
    in_python,
    lessened,
    sheets,
    tree_of,
    value_of,
)
from tests.sizes import size
from verifiers.kinds import Kind

EXAMPLES = size("expressions", quick=150, full=20000)
both = st.tuples(sheets(), st.data())


def fits(value: Fact, kind: Kind) -> bool:
    if isinstance(value, Unknown):
        return bool(value.causes)
    if value is None:
        return kind.nullable
    if isinstance(value, bool):
        return kind.name == "boolean"
    types = {"number": int | Decimal, "date": date, "text": str, "list": tuple}
    return isinstance(value, types[family(kind)]) and (kind.name != "whole" or isinstance(value, int))


@settings(max_examples=EXAMPLES, deadline=None)
@given(expressions(), both)
def test_evaluation_never_fails_and_gives_the_declared_kind(
    said: Said, given_: tuple[FactSheet, st.DataObject]
) -> None:
    sheet, data = given_
    tree = tree_of(said.text)
    assert fits(value_of(tree, sheet), tree.kind)
    assert fits(value_of(tree, data.draw(lessened(sheet))), tree.kind)


@settings(max_examples=EXAMPLES, deadline=None)
@given(expressions(), sheets())
def test_known_facts_give_what_python_says(said: Said, sheet: FactSheet) -> None:
    value = value_of(tree_of(said.text), sheet)
    assert not isinstance(value, Unknown)
    assert value == in_python(said, sheet)


@settings(max_examples=EXAMPLES, deadline=None)
@given(expressions(), both)
def test_a_known_result_stays_whatever_the_unknown_turns_out_to_be(
    said: Said, given_: tuple[FactSheet, st.DataObject]
) -> None:
    sheet, data = given_
    tree = tree_of(said.text)
    before = value_of(tree, data.draw(lessened(sheet)))
    if not isinstance(before, Unknown):
        assert before == value_of(tree, sheet)


@settings(max_examples=EXAMPLES, deadline=None)
@given(conditions(3, frozenset()), both)
def test_causes_name_only_what_is_unknown(said: Said, given_: tuple[FactSheet, st.DataObject]) -> None:
    sheet, data = given_
    less = data.draw(lessened(sheet))
    found = value_of(tree_of(said.text), less)
    if isinstance(found, Unknown):
        parts = [*less.form.values(), *less.registers.values()]
        assert found.causes <= frozenset().union(*(one.causes for one in parts if isinstance(one, Unknown)))


@settings(max_examples=4 * EXAMPLES, deadline=None)
@given(conditions(3, frozenset({"m"})), sheets())
def test_what_passes_though_null_may_be_forgotten_never_meets_null(said: Said, sheet: FactSheet) -> None:
    """`m` is used as if it were never null. Where the checker lets that pass, Python's `<` must never meet None."""
    if accepted(said.text):
        assert value_of(tree_of(said.text), sheet) == in_python(said, sheet)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("m != null and m < 3", True),
        ("m = null or m < 3", True),
        ("not (m = null) and m < 3", True),
        ("not (m = null or flag) and m < 3", True),
        ("if m = null then false else m < 3", True),
        ("(m = null or flag) and m < 3", False),
        ("(m != null or flag) and m < 3", False),
        ("m < 3 and m != null", False),
        ("m = null and m < 3", False),
        ("m != null or m < 3", False),
        ("if m != null then true else m < 3", False),
        ("if flag and m != null then true else m < 3", False),
        ("e != null and m < 3", False),
        ("some row in rows satisfies row.v != null and row.v < 3", True),
        ("(some row in rows satisfies row.v != null) and (some row in rows satisfies row.v < 3)", False),
    ],
)
def test_null_is_ruled_out_or_told(text: str, passes: bool) -> None:
    assert accepted(text) is passes


@settings(max_examples=EXAMPLES, deadline=None)
@given(expressions())
def test_order_is_never_asked_of_null(said: Said) -> None:
    """Every ordering that is reached compares two values: the checker has ruled null out."""
    for node in _orderings(tree_of(said.text)):
        assert not node.left.kind.nullable
        assert not node.right.kind.nullable


def _orderings(tree: Expression) -> list[Compare]:
    found = [tree] if isinstance(tree, Compare) and tree.op in ("<", "<=", ">", ">=") else []
    return found + [one for child in children(tree) for one in _orderings(child)]


truths = st.sampled_from([True, False, None])


def _fact(truth: bool | None) -> Fact:
    return Unknown.of(Why.LATE, "r") if truth is None else truth


@given(st.lists(truths, max_size=5))
def test_and_and_or_are_kleenes(parts: list[bool | None]) -> None:
    """Against the order false < unknown < true: `and` is the least, `or` the greatest."""
    rank = {False: 0, None: 1, True: 2}
    facts = [_fact(part) for part in parts]
    for joined, choose, empty in ((conjunction, min, True), (disjunction, max, False)):
        wanted = choose(parts, key=rank.__getitem__) if parts else empty
        came = joined(facts)
        assert (None if isinstance(came, Unknown) else came) is wanted


def test_every_sort_of_expression_has_a_meaning() -> None:
    assert set(meaning._MEANINGS) == set(get_args(Expression))
