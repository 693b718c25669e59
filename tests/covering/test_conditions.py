"""MC/DC against its definition, by trying every assignment: a condition decides where its contrary would change the
outcome, whatever the conditions are that were not read."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from decision_service.covering.conditions import deciding
from decision_service.facts import Fact, FactSheet, Unknown, Why
from decision_service.language.kinds import BOOLEAN
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.tree import And, Expression, FormRef, Not, Or
from decision_service.source import Source, Span
from tests.properties.deciding import thorough

MOST = 5
SOURCE = Source("made_up.yaml", "abcdefghijklmnopqrstuvwxyz")


def leaves() -> Iterator[FormRef]:
    for place in range(len(SOURCE.text)):
        yield FormRef(SOURCE.text[place], BOOLEAN, Span(SOURCE, place, place + 1))


def filled(shape: object, names: Iterator[FormRef]) -> Expression:
    """An expression of that shape, every condition with a name of its own."""
    match shape:
        case None:
            return next(names)
        case ("not", inner):
            return Not(filled(inner, names), BOOLEAN)
        case (word, *inner):
            made = tuple(filled(one, names) for one in inner)
            return And(made, BOOLEAN) if word == "and" else Or(made, BOOLEAN)
    raise AssertionError(shape)


SHAPES = st.recursive(
    st.none(),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(("and", "or")), inner, inner),
        st.tuples(st.sampled_from(("and", "or")), inner, inner, inner),
    ),
    max_leaves=MOST,
)


def scope(values: Mapping[str, Fact]) -> Scope:
    return Scope(FactSheet(date(2026, 3, 16), values, {}), {}, lambda _, __: None)


def conditions(node: Expression) -> list[str]:
    if isinstance(node, FormRef):
        return [node.field_name]
    inner = (node.item,) if isinstance(node, Not) else node.items if isinstance(node, And | Or) else ()
    return [name for one in inner for name in conditions(one)]


def read(node: Expression, values: Mapping[str, bool]) -> tuple[bool, set[str]]:
    """The outcome and the conditions that were read, stopping as soon as it is settled."""
    if isinstance(node, FormRef):
        return values[node.field_name], {node.field_name}
    if isinstance(node, Not):
        outcome, names = read(node.item, values)
        return not outcome, names
    assert isinstance(node, And | Or)
    names = set()
    for item in node.items:
        outcome, more = read(item, values)
        names |= more
        if outcome is isinstance(node, Or):
            return outcome, names
    return isinstance(node, And), names


def decides(node: Expression, name: str, values: Mapping[str, bool]) -> bool:
    """Whether the outcome would be another with `name` the other way, for some values of what was not read."""
    outcome, names = read(node, values)
    if name not in names:
        return False
    free = [one for one in values if one not in names]
    for others in product((True, False), repeat=len(free)):
        changed = {**values, **dict(zip(free, others, strict=True)), name: not values[name]}
        if read(node, changed)[0] is not outcome:
            return True
    return False


def found(node: Expression, values: Mapping[str, Fact]) -> set[tuple[str, bool]]:
    """The goals that these values meet."""
    here = scope(values)
    return {
        (one.text, one.true)
        for one in deciding(node, alone=True)
        if all(evaluate(condition, here) is wanted for condition, wanted in one.demands)
    }


@thorough("mcdc", quick=60, full=2000)
@given(SHAPES)
def test_a_condition_decides_where_its_contrary_would_change_the_outcome(shape: object) -> None:
    node = filled(shape, leaves())
    names = conditions(node)
    pairs: dict[str, set[tuple[bool, bool]]] = {name: set() for name in names}
    for chosen in product((True, False), repeat=len(names)):
        values = dict(zip(names, chosen, strict=True))
        wanted = {(name, values[name]) for name in names if decides(node, name, values)}
        assert found(node, values) == wanted
        for name, true in wanted:
            pairs[name].add((true, read(node, values)[0]))
    for met in pairs.values():
        # Both ways are possible where every condition stands once, and the outcomes of the pair differ.
        assert {true for true, _ in met} == {True, False}
        assert {outcome for _, outcome in met} == {True, False}


@thorough("mcdc_unknown", quick=40, full=1000)
@given(SHAPES, st.data())
def test_what_is_unknown_shows_nothing_that_would_not_be_shown_either_way(shape: object, random: st.DataObject) -> None:
    node = filled(shape, leaves())
    names = conditions(node)
    lost = Unknown.of(Why.LATE, "register")
    values: dict[str, Fact] = {name: random.draw(st.sampled_from((True, False, lost))) for name in names}
    unknown = [name for name in names if values[name] is lost]
    shown = found(node, values)
    assert not shown & {(name, true) for name in unknown for true in (True, False)}
    for chosen in product((True, False), repeat=len(unknown)):
        assert shown <= found(node, {**values, **dict(zip(unknown, chosen, strict=True))})
