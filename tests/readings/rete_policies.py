"""The policies of the project with the sheets of their worked cases, and generated policies with generated sheets."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.forms import read_form
from decision_service.language.kinds import BOOLEAN, WHOLE
from decision_service.language.tree import And, Expression, FactRef, LetRef, Literal, Not, Or
from decision_service.outcome import Outcome
from decision_service.policy.shape import Bilingual, Consequence, Item, Let, Policy, Result, Rule
from decision_service.sheet import fact_sheet
from tests.shipped import shelf
from verifiers.answers import read_answer
from verifiers.freshness import Moment

RULES = Path(__file__).parents[2] / "rules"
NAMES = ("a", "b", "c", "d", "e")
ITEMS = ("living", "care")
LABEL = Bilingual("示例", "example")


POLICIES = tuple(shelf().policies())


def case_sheets(policy: Policy) -> list[FactSheet]:
    """As the service would read them."""
    catalogue, sheets = shelf().catalogue, []
    for case in policy.cases:
        form = read_form(policy, case.form, case.as_of, catalogue.prefectures)
        answers = {
            name: read_answer(ask.register, ask.asked_with, case.facts[name], Moment(case.as_of))
            for name, ask in policy.asks.items()
            if name in case.facts
        }
        sheets.append(fact_sheet(policy, form, answers, case.as_of, catalogue.calendar))
    return sheets


def atom(name: str) -> Expression:
    return FactRef(name, "yes", BOOLEAN)


ATOMS = st.sampled_from(
    [*(atom(name) for name in NAMES), LetRef("let_a", BOOLEAN), LetRef("let_b", BOOLEAN), Literal(True, BOOLEAN)]
)
TREES = st.recursive(
    ATOMS,
    lambda parts: st.one_of(
        parts.map(lambda item: Not(item, BOOLEAN)),
        st.lists(parts, min_size=1, max_size=4).map(lambda items: And(tuple(items), BOOLEAN)),
        st.lists(parts, min_size=1, max_size=4).map(lambda items: Or(tuple(items), BOOLEAN)),
        st.lists(parts, min_size=9, max_size=11).map(lambda items: And(tuple(items), BOOLEAN)),
    ),
    max_leaves=14,
)
OUTCOMES = st.sampled_from(list(Outcome))
NUMBERS = st.sampled_from([Literal(1, WHOLE), FactRef("a", "number", WHOLE), FactRef("e", "number", WHOLE)])


@st.composite
def consequences(draw: st.DrawFn, *, last: bool) -> Consequence:
    told = tuple((f"told{place}", draw(NUMBERS)) for place in range(draw(st.integers(0, 2))))
    return Consequence(draw(OUTCOMES), "CODE", None if last else draw(TREES), told)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any rules over five facts, with items, gates, several alternatives, told values, lets, results and amounts."""
    rules = []
    for place in range(draw(st.integers(1, 6))):
        gate = draw(st.integers(0, 9)) == 0
        several = 0 if gate else draw(st.sampled_from((0, 0, 1, 2)))
        alternatives = [draw(consequences(last=False)) for _ in range(several)]
        alternatives.append(Consequence(draw(OUTCOMES), "CODE") if gate else draw(consequences(last=True)))
        if gate:
            alternatives = [replace(alternatives[0], outcome=Outcome.REFERRED)]
        item = None if gate else draw(st.sampled_from((None, None, *ITEMS)))
        rules.append(Rule(f"R{place}", LABEL, (), draw(TREES), tuple(alternatives), item, gate))
    lets = (Let("let_a", draw(st.sampled_from([atom("a"), Or((atom("b"), atom("c")), BOOLEAN)]))),)
    lets = (*lets, Let("let_b", And((LetRef("let_a", BOOLEAN), atom("d")), BOOLEAN)))
    results = (Result("grant", draw(NUMBERS), draw(st.one_of(st.none(), TREES))),)
    items = tuple(Item(name, LABEL, draw(NUMBERS)) for name in ITEMS)
    return replace(POLICIES[0], rules=tuple(rules), lets=lets, results=results, items=items, notes=(), tables={})


@st.composite
def sheets(draw: st.DrawFn) -> FactSheet:
    """Each of the five facts known, or unknown for some reason."""
    known = st.fixed_dictionaries({"yes": st.booleans(), "number": st.integers(0, 3)})
    unasked = st.just(Why.NOT_ASKED)
    whys = st.one_of(unasked, unasked, st.sampled_from(list(Why)))
    registers = {
        name: draw(st.one_of(known, known, whys.map(lambda why, name=name: Unknown.of(why, name)))) for name in NAMES
    }
    items = tuple(draw(st.lists(st.sampled_from(ITEMS), unique=True)))
    outcome = draw(st.one_of(st.none(), st.none(), st.none(), OUTCOMES))
    return FactSheet(date(2026, 3, 16), {}, registers, items, outcome)
