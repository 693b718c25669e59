"""Generated code means what the reference interpreter means: on made-up trees of every node, in both forms."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from decision_service.facts import FactSheet
from decision_service.language import functions as reference_functions
from decision_service.language import tree
from decision_service.policy.shape import HitPolicy, Policy, Result, Row, Table
from decision_service.readings.compiled.compile import compile_policy
from decision_service.readings.compiled.functions import FUNCTIONS
from decision_service.readings.reference import judge
from tests.readings.trees import DATE, WHOLE, _empty, days, decimals, made_policies, sheets
from tests.sizes import size
from verifiers.kinds import Kind, Period, Value

EXAMPLES = size("compiled_expressions", quick=20, full=3_000)
UNSHRUNK = [Phase.explicit, Phase.reuse, Phase.generate]
"""Whole policies take minutes to shrink and are hardly smaller after it; the seed brings a failure back."""
many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=UNSHRUNK)


@many
@given(
    made_policies(), st.lists(sheets(), min_size=4, max_size=4), st.lists(sheets(known=True), min_size=2, max_size=2)
)
def test_any_tree_over_any_facts_comes_out_as_in_the_reference(
    policy: Policy, unsure: list[FactSheet], sure: list[FactSheet]
) -> None:
    engine = compile_policy(policy)
    for sheet in (*unsure, *sure):
        wanted = judge(policy, sheet)
        assert engine.full(sheet) == wanted
        assert engine.judge(sheet) == wanted


CELLS = st.sampled_from(["-", "=", "<", "in", "not", "within", "or"])


@st.composite
def tables(draw: st.DrawFn, hit: HitPolicy) -> Table:
    inputs: tuple[tree.Expression, ...] = (tree.FormRef("w", WHOLE), tree.FactRef("one", "w", WHOLE))[
        : draw(st.integers(1, 2))
    ]
    boolean = Kind("boolean")

    def number() -> tree.Expression:
        return tree.Literal(draw(st.integers(-2, 3)), WHOLE)

    def cell(value: tree.Expression) -> tree.Expression | None:
        match draw(CELLS):
            case "=":
                return tree.Compare("=", value, number(), boolean)
            case "<":
                return tree.Compare(draw(st.sampled_from(["<", "<=", ">", ">=", "!="])), value, number(), boolean)
            case "in":
                return tree.OneOf(value, (number(), number()), boolean)
            case "not":
                return tree.Not(tree.OneOf(value, (number(),), boolean), boolean)
            case "within":
                return tree.Within(value, number(), draw(st.booleans()), number(), draw(st.booleans()), boolean)
            case "or":
                return tree.Or(
                    (tree.Compare("=", value, number(), boolean), tree.Compare(">", value, number(), boolean)), boolean
                )
            case _:
                return None

    several = draw(st.booleans()) and not hit.startswith("collect ")
    names = (("x", WHOLE), ("y", WHOLE)) if several else (("x", WHOLE),)
    rows = tuple(
        Row(tuple(cell(value) for value in inputs), tuple(number() for _ in names))
        for _ in range(draw(st.integers(1, 6)))
    )
    priority = tuple(tree.Literal(value, WHOLE) for value in draw(st.permutations(range(-2, 3)))[:4])
    return Table(
        "made", inputs, names, rows, hit, WHOLE, priority=priority if hit in ("priority", "output order") else ()
    )


@pytest.mark.parametrize("hit", get_args(HitPolicy))
@settings(
    max_examples=size("compiled_tables", quick=12, full=750), deadline=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_every_hit_policy_comes_out_as_in_the_reference(hit: HitPolicy, data: st.DataObject) -> None:
    table = data.draw(tables(hit))
    policy = dataclasses.replace(
        _empty(), tables={"made": table}, results=(Result("value", tree.Lookup("made", WHOLE)),)
    )
    engine = compile_policy(policy)
    for sheet in data.draw(st.lists(sheets(), min_size=6, max_size=6)):
        assert engine.judge(sheet) == engine.full(sheet) == judge(policy, sheet)


CODE = st.text("0123456789ABCDEFGHJKLMNPQRTUWXYISa", min_size=7, max_size=9)
small = st.integers(-1500, 1500)
citizens = st.from_regex(r"[1-9][0-9]{5}(19|20|00|99)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9X]", fullmatch=True)
certificates = st.from_regex(r"[0-9]{17}[0-9X][1-7][1-4]", fullmatch=True)
regions = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)
ARGUMENTS: dict[str, tuple[st.SearchStrategy[Value], ...]] = {
    "years_between": (days, days), "months_between": (days, days), "birth_date": (citizens,),
    "birthday": (days, small), "days": (small,), "months": (small,), "years": (small,), "month_after": (days,),
    "prefecture": (regions,), "province": (regions,), "min": (decimals, small, decimals),
    "max": (decimals, small, decimals), "earlier": (days, days), "later": (days, days), "floor": (decimals | small,),
    "ceiling": (decimals | small,), "count": (st.lists(small).map(tuple),),
    "working_days_after": (days, st.integers(-2, 400)),
    "make_credit_code": (
        st.sampled_from(["92", "91", "9I", "9", "X1"]),
        regions | st.just("21010"),
        CODE | st.from_regex("[0-9A-H]{8}", fullmatch=True),
    ),
    "certificate_holder": (certificates,), "certificate_category": (certificates,),
    "certificate_level": (certificates,),
    "retirement_date": (
        days, st.integers(40, 70), st.sampled_from(["1965-01", "1975-12", "0001-01"]), st.integers(0, 5),
        st.integers(0, 60),
    ),
    "starts_with": (st.text("ab", max_size=3), st.text("ab", max_size=3)),
}  # fmt: skip


def test_the_functions_are_those_of_the_language() -> None:
    assert set(FUNCTIONS) == set(reference_functions.SIGNATURES) == set(ARGUMENTS)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
@settings(max_examples=size("compiled_functions", quick=60, full=3_000), deadline=None)
@given(data=st.data())
def test_every_function_gives_what_the_reference_gives(name: str, data: st.DataObject) -> None:
    arguments = list(data.draw(st.tuples(*ARGUMENTS[name])))
    years = data.draw(st.sets(st.sampled_from([1, 1999, 2000, 2001, 2024, 2025, 2026, 9998, 9999])))
    calendar = {
        year: frozenset(day for day in (date(year, 1, 1) + timedelta(n) for n in range(365)) if day.weekday() < 5)
        for year in years
    }
    more = [calendar] if name == "working_days_after" else []
    ours = FUNCTIONS[name](*arguments, *more)
    wanted = reference_functions.apply(name, arguments, calendar)
    assert ours == wanted
    assert type(ours) is type(wanted)


@given(
    days,
    small | st.sampled_from([10**7, -(10**7)]),
    small | st.sampled_from([10**12, -(10**12)]),
    st.sampled_from([1, -1]),
)
def test_a_day_and_a_period_give_what_the_reference_gives(day: date, months: int, more: int, sign: int) -> None:
    from decision_service.readings.compiled.functions import shift

    period = Period(months, more)
    assert shift(day, sign, period) == reference_functions.add_period(day, period, sign)


def test_chains_of_a_thousand_terms_become_functions() -> None:
    """The grammar lets a file write them; Python's parser would stop at two hundred brackets."""
    one: tree.Expression = tree.FormRef("w", WHOLE)
    total, day = one, tree.AsOf(DATE)
    chain: tree.Expression = day
    for _ in range(900):
        total = tree.Arithmetic("+", total, one, WHOLE)
        chain = tree.Arithmetic("+", chain, tree.Literal(Period(0, 1), Kind("period")), DATE)
    results = (Result("total", total), Result("chain", chain))
    policy = dataclasses.replace(_empty(), results=results)
    form = {"w": 2}
    verdict = compile_policy(policy).judge(FactSheet(date(2026, 1, 1), form, {}))
    assert verdict.result == {"total": 1802, "chain": date(2026, 1, 1) + timedelta(900)}


def test_division_is_exact_and_in_order() -> None:
    number = tree.FormRef("w", WHOLE)
    three, four = tree.Literal(3, WHOLE), tree.Literal(4, WHOLE)
    decimal = Kind("decimal")
    steps = tree.Arithmetic(
        "*", tree.Arithmetic("/", tree.Arithmetic("-", number, three, WHOLE), four, decimal), three, decimal
    )
    policy = dataclasses.replace(_empty(), results=(Result("x", steps),))
    engine = compile_policy(policy)
    sheet = FactSheet(date(2026, 1, 1), {"w": 10}, {})
    assert engine.judge(sheet).result == engine.full(sheet).result == {"x": Decimal("5.25")}
