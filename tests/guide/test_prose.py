"""Expressions said in Chinese and English: nothing is lost, and what differs in meaning differs in words."""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.language.functions import SIGNATURES
from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import (
    And,
    Compare,
    Expression,
    FactRef,
    FormRef,
    If,
    LetRef,
    Literal,
    Not,
    OneOf,
    Or,
    Within,
    children,
)
from decision_service.policy.needs import deciding
from decision_service.policy.shape import Policy
from decision_service.readings.prose import Lang, say
from decision_service.readings.prose.functions import PHRASES
from tests.shipped import shelf
from tests.sizes import size
from verifiers.kinds import Kind

ROOT = Path(__file__).resolve().parents[2]
LANGS: tuple[Lang, ...] = ("zh", "en")


@cache
def policies() -> tuple[Policy, ...]:
    return tuple(shelf().policies())


def expressions(policy: Policy) -> Iterator[Expression]:
    yield from deciding(policy)
    yield from (let.value for let in policy.lets)
    yield from (field.required for field in policy.fields)


def within(node: Expression) -> Iterator[Expression]:
    yield node
    for child in children(node):
        yield from within(child)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
@pytest.mark.parametrize("lang", LANGS)
def test_every_name_and_number_of_a_rule_is_in_its_sentence(policy: Policy, lang: Lang) -> None:
    for node in expressions(policy):
        said = say(node, policy, lang)
        assert not re.search(r"[{}]|None", said)
        for part in within(node):
            match part:
                case FormRef():
                    label = policy.field(part.field_name).label
                    assert (label.zh if lang == "zh" else label.en) in said
                case FactRef():
                    register = policy.asks[part.register].register
                    called = register.called.get(part.field_name, (part.field_name,) * 2)
                    assert called[LANGS.index(lang)] in said
                    assert (register.zh if lang == "zh" else register.en) in said
                case LetRef():
                    assert part.name in said
                case Literal(value=int() | Decimal() as value) if not isinstance(value, bool):
                    assert format(value, "f" if isinstance(value, Decimal) else "d") in said
                case _:
                    pass


def test_each_function_has_a_phrase_that_says_all_its_arguments() -> None:
    assert set(PHRASES) == set(SIGNATURES)
    for name, phrases in PHRASES.items():
        places = {f"{{{place}}}" for place in range(len(SIGNATURES[name].parameters))}
        for phrase in phrases:
            assert "{all}" in phrase or all(place in phrase for place in places), name


WHOLE = Kind("whole")
AGE = LetRef("age", WHOLE)
CITY = FormRef("city", Kind("region"))
HIT = FactRef("deaths", "hit", BOOLEAN)
ATOMS = [
    *(Compare(op, AGE, Literal(at, WHOLE), BOOLEAN) for op in ("=", "!=", "<", "<=", ">", ">=") for at in (7, 8)),
    OneOf(AGE, (Literal(1, WHOLE), Literal(2, WHOLE)), BOOLEAN),
    *(Within(AGE, Literal(1, WHOLE), a, Literal(3, WHOLE), b, BOOLEAN) for a in (True, False) for b in (True, False)),
    HIT,
    Compare("=", CITY, Literal(None, Kind("null", nullable=True)), BOOLEAN),
]  # fmt: skip


def trees() -> st.SearchStrategy[Expression]:
    def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            inner.map(lambda one: Not(one, BOOLEAN)),
            several.map(lambda items: And(items, BOOLEAN)),
            several.map(lambda items: Or(items, BOOLEAN)),
            st.tuples(inner, inner, inner).map(lambda three: If(*three, BOOLEAN)),
        )

    return st.recursive(st.sampled_from(ATOMS), larger, max_leaves=8)


def truth(node: Expression, values: dict[Expression, bool]) -> bool:
    """What a tree of atoms comes to, by plain logic: the oracle of what a sentence must tell apart."""
    match node:
        case Not():
            return not truth(node.item, values)
        case And():
            return all(truth(item, values) for item in node.items)
        case Or():
            return any(truth(item, values) for item in node.items)
        case If():
            return truth(node.then if truth(node.condition, values) else node.otherwise, values)
        case _:
            return holds(node, values)


def holds(atom: Expression, values: dict[Expression, bool]) -> bool:
    match atom:
        case Compare(left=LetRef()):
            age, number = values[AGE], atom.right.value
            tests = {"=": age == number, "!=": age != number, "<": age < number, "<=": age <= number}
            return {**tests, ">": age > number, ">=": age >= number}[atom.op]
        case OneOf():
            return values[AGE] in (1, 2)
        case Within():
            above = values[AGE] >= 1 if atom.low_closed else values[AGE] > 1
            return above and (values[AGE] <= 3 if atom.high_closed else values[AGE] < 3)
        case _:
            return values[atom]


WORLDS = [
    {AGE: age, HIT: hit, ATOMS[-1]: blank}
    for age, hit, blank in itertools.product((0, 1, 2, 3, 7, 8, 9), (True, False), (True, False))
]


@given(st.lists(trees(), min_size=2, max_size=12))
@settings(max_examples=size("prose", quick=200, full=20_000), deadline=None)
def test_sentences_that_read_alike_mean_alike(found: list[Expression]) -> None:
    policy = next(one for one in policies() if one.matter == "elderly_allowance")
    for lang in LANGS:
        meanings: dict[str, list[bool]] = {}
        for node in [*found, *(Not(one, BOOLEAN) for one in found)]:
            meaning = [truth(node, world) for world in WORLDS]
            assert meanings.setdefault(say(node, policy, lang), meaning) == meaning


@pytest.mark.parametrize("lang", LANGS)
def test_all_atoms_and_their_contraries_are_told_apart(lang: Lang) -> None:
    policy = next(one for one in policies() if one.matter == "elderly_allowance")
    nodes = [*ATOMS, *(Not(atom, BOOLEAN) for atom in ATOMS)]
    meanings: dict[str, list[bool]] = {}
    for node in nodes:
        meaning = [truth(node, world) for world in WORLDS]
        assert meanings.setdefault(say(node, policy, lang), meaning) == meaning


def test_a_choice_is_said_by_its_label() -> None:
    policy = next(one for one in policies() if one.matter == "housing_fund_rent")
    spouse = policy.field("spouse_id")
    assert say(spouse.required, policy, "zh") == "“婚姻状况”等于“已婚”"
    assert say(spouse.required, policy, "en") == "“Marital status” is “married”"
    assert dataclasses.is_dataclass(spouse)


@pytest.mark.parametrize("lang", LANGS)
def test_brackets_tell_groupings_apart(lang: Lang) -> None:
    policy = next(one for one in policies() if one.matter == "elderly_allowance")
    a, b, c = HIT, ATOMS[1], ATOMS[-1]
    groupings: list[Expression] = [
        And((a, Or((b, c), BOOLEAN)), BOOLEAN),
        Or((And((a, b), BOOLEAN), c), BOOLEAN),
        Or((a, And((b, c), BOOLEAN)), BOOLEAN),
        And((Or((a, b), BOOLEAN), c), BOOLEAN),
        Or((a, If(b, c, a, BOOLEAN)), BOOLEAN),
        If(Or((a, b), BOOLEAN), c, a, BOOLEAN),
    ]
    groupings += [Not(one, BOOLEAN) for one in groupings]
    assert len({say(one, policy, lang) for one in groupings}) == len(groupings)
