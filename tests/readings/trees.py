"""Typed trees of every node, made directly; sheets for them; and a policy that holds nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.language import tree
from decision_service.language.tree import Expression
from decision_service.outcome import Outcome
from decision_service.policy.shape import Consequence, Let, Policy, Result, Rule
from tests.readings.sheets import policies
from verifiers.kinds import Kind, Value

BOOLEAN, WHOLE, DECIMAL, DATE, TEXT, PERIOD = map(Kind, ("boolean", "whole", "decimal", "date", "text", "period"))
RECORD = Kind("record", fields=(("n", WHOLE), ("t", TEXT), ("d", replace(DATE, nullable=True))))
RECORDS, TEXTS = Kind("list", item=RECORD), Kind("list", item=TEXT)
FIELDS = {"b": BOOLEAN, "w": WHOLE, "m": DECIMAL, "d": DATE, "t": TEXT, "r": RECORDS, "s": TEXTS}
"""Each is a field of the form and of both registers, there perhaps null if it has an order."""

EDGES = [
    date(2024, 2, 29), date(2023, 2, 28), date(2025, 3, 1), date(2025, 12, 31), date(2026, 1, 1), date(1900, 2, 28),
    date(2000, 2, 29), date(1, 1, 1), date(1, 2, 28), date(9999, 12, 31), date(9999, 11, 30), date(9999, 2, 28),
]  # fmt: skip
days = st.one_of(st.sampled_from(EDGES), st.dates(date(1999, 12, 20), date(2001, 3, 10)), st.dates())
wholes = st.one_of(st.integers(-3, 3), st.sampled_from([12, 28, 31, 365, 1200, 120_000, -120_000, 10**9]))
decimals = st.decimals(-1000, 1000, places=2)
texts = st.sampled_from(["", "a", "ab", "210100", "210105"])

VALUES: dict[str, st.SearchStrategy[Value]] = {
    "boolean": st.booleans(), "whole": wholes, "decimal": decimals, "date": days, "text": texts,
}  # fmt: skip
records = st.fixed_dictionaries({"n": st.integers(-3, 3), "t": texts, "d": st.none() | days})


def values(kind: Kind) -> st.SearchStrategy[Value]:
    if kind.name == "list":
        return st.lists(records if kind.item == RECORD else texts, max_size=3).map(tuple)
    return VALUES[kind.name]


def _answers() -> st.SearchStrategy[dict[str, Value]]:
    nullable = {"whole", "decimal", "date", "text"}
    return st.fixed_dictionaries(
        {name: values(kind) | st.none() if kind.name in nullable else values(kind) for name, kind in FIELDS.items()}
    )


@st.composite
def sheets(draw: st.DrawFn, *, known: bool = False) -> FactSheet:
    """A sheet of the made policy; with `known`, of known values that are not null."""
    plain = st.fixed_dictionaries({name: values(kind) for name, kind in FIELDS.items()})
    form: dict[str, object] = dict(draw(plain))
    registers: dict[str, object] = {name: dict(draw(plain if known else _answers())) for name in ("one", "two")}
    if not known:
        for name in draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=1)):
            form[name] = Unknown.of(Why.FORM, name)
        for name in draw(st.sets(st.sampled_from(sorted(registers)), max_size=2)):
            registers[name] = Unknown.of(draw(st.sampled_from(list(Why))), name)
    day = draw(days)
    calendar = {
        year: frozenset(one for one in (date(year, 1, 1) + timedelta(n) for n in range(0, 364, 3)))
        for year in (2000, 2024, 2025, 9999)
    }
    return FactSheet(day, form, registers, calendar=calendar)  # type: ignore[arg-type]  # dict of the made fields


@st.composite
def expressions(draw: st.DrawFn, kind: Kind, depth: int, variables: tuple[str, ...] = ()) -> Expression:
    """A tree of that kind. `variables` hold records of the lists."""
    choices: list[Callable[[], Expression]] = [lambda: _leaf(draw, kind, variables)]
    if depth > 0:
        choices += _branches(draw, kind, depth - 1, variables)
    return draw(st.sampled_from(choices))()


def _leaf(draw: st.DrawFn, kind: Kind, variables: tuple[str, ...]) -> Expression:
    name = next(key for key, one in FIELDS.items() if one == kind) if kind != PERIOD else ""
    leaves: list[Callable[[], Expression]] = []
    if kind == PERIOD:
        function = draw(st.sampled_from(["days", "months", "years"]))
        return tree.Call(function, (tree.Literal(draw(wholes), WHOLE),), PERIOD)
    if kind.name != "list":
        leaves.append(lambda: tree.Literal(draw(values(kind)), kind))
    leaves += [
        lambda: tree.FormRef(name, kind),
        lambda: tree.FactRef(draw(st.sampled_from(["one", "two"])), name, kind),
        lambda: tree.LetRef(f"let {name}", kind),
    ]
    if kind == DATE:
        leaves.append(lambda: tree.AsOf(DATE))
    field = next((key for key, one in RECORD.fields if one.name == kind.name), None)
    if variables and field is not None:
        leaves.append(lambda: tree.FieldOf(tree.VarRef(variables[-1], RECORD), field, kind))
    return draw(st.sampled_from(leaves))()


def _branches(draw: st.DrawFn, kind: Kind, depth: int, variables: tuple[str, ...]) -> list[Callable[[], Expression]]:
    def one(wanted: Kind) -> Expression:
        return draw(expressions(wanted, depth, variables))

    def call(function: str, *wanted: Kind) -> Callable[[], Expression]:
        return lambda: tree.Call(function, tuple(one(want) for want in wanted), kind)

    choices: list[Callable[[], Expression]] = []
    if kind != PERIOD:
        choices.append(lambda: tree.If(one(BOOLEAN), one(kind), one(kind), kind))
    match kind.name:
        case "boolean":
            choices += _tests(draw, depth, variables)
        case "whole":
            choices += [
                lambda: tree.Arithmetic(draw(st.sampled_from("+-*")), one(WHOLE), one(WHOLE), WHOLE),
                call("years_between", DATE, DATE), call("months_between", DATE, DATE), call("count", RECORDS),
                call("min", WHOLE, WHOLE), call("max", WHOLE, WHOLE, WHOLE),
            ]  # fmt: skip
        case "decimal":
            divisor = tree.Literal(draw(st.sampled_from([3, Decimal("0.5"), -7])), DECIMAL)
            choices += [
                lambda: tree.Arithmetic(draw(st.sampled_from("+-*")), one(DECIMAL), one(WHOLE), DECIMAL),
                lambda: tree.Arithmetic("/", one(draw(st.sampled_from([WHOLE, DECIMAL]))), divisor, DECIMAL),
                call("floor", DECIMAL), call("ceiling", DECIMAL), call("min", DECIMAL, WHOLE),
            ]  # fmt: skip
        case "date":
            choices += [
                lambda: tree.Arithmetic(draw(st.sampled_from("+-")), one(DATE), one(PERIOD), DATE),
                call("earlier", DATE, DATE), call("later", DATE, DATE), call("working_days_after", DATE, WHOLE),
            ]  # fmt: skip
        case "period":
            choices += [call("days", WHOLE), call("months", WHOLE)]
        case "text":
            choices += [call("prefecture", TEXT), call("province", TEXT), call("month_after", DATE)]
    return choices or [lambda: _leaf(draw, kind, variables)]


def _tests(draw: st.DrawFn, depth: int, variables: tuple[str, ...]) -> list[Callable[[], Expression]]:
    def one(wanted: Kind) -> Expression:
        return draw(expressions(wanted, depth, variables))

    def quantified() -> Expression:
        variable = f"v{len(variables)}"
        condition = draw(expressions(BOOLEAN, depth, (*variables, variable)))
        return tree.Quantified(draw(st.sampled_from(["some", "every"])), variable, one(RECORDS), condition, BOOLEAN)

    ordered = draw(st.sampled_from([WHOLE, DECIMAL, DATE]))
    equal = draw(st.sampled_from([BOOLEAN, WHOLE, DECIMAL, DATE, TEXT]))
    bound = st.none() | expressions(ordered, 1, variables)
    many = st.lists(expressions(BOOLEAN, depth, variables), min_size=2, max_size=3).map(tuple)
    null = tree.Literal(None, Kind("null", nullable=True))
    return [
        lambda: tree.Compare(draw(st.sampled_from(["<", "<=", ">", ">="])), one(ordered), one(ordered), BOOLEAN),
        lambda: tree.Compare(draw(st.sampled_from(["=", "!="])), one(equal), one(equal), BOOLEAN),
        lambda: tree.Compare(draw(st.sampled_from(["=", "!="])), one(DATE), null, BOOLEAN),
        lambda: tree.Within(one(ordered), draw(bound), draw(st.booleans()), draw(bound), draw(st.booleans()), BOOLEAN),
        lambda: tree.OneOf(one(equal), tuple(one(equal) for _ in range(draw(st.integers(1, 6)))), BOOLEAN),
        lambda: tree.Contains(one(TEXT), one(TEXTS), BOOLEAN),
        lambda: tree.And(draw(many), BOOLEAN),
        lambda: tree.Or(draw(many), BOOLEAN),
        lambda: tree.Not(one(BOOLEAN), BOOLEAN),
        lambda: tree.Call("starts_with", (one(TEXT), one(TEXT)), BOOLEAN),
        quantified,
    ]


@cache
def _empty() -> Policy:
    base = policies()[0]
    return replace(base, rules=(), lets=(), results=(), notes=(), items=(), tables={}, cases=(), claims=())


@st.composite
def made_policies(draw: st.DrawFn) -> Policy:
    """A policy of one rule with two alternatives and a grant of every kind, over lets of every kind."""
    lets = tuple(_let(draw, name, kind) for name, kind in FIELDS.items())
    outcome = draw(st.sampled_from(list(Outcome)))
    consequences = (
        Consequence(outcome, "X1", draw(expressions(BOOLEAN, 1)), (("day", draw(expressions(DATE, 1))),)),
        Consequence(draw(st.sampled_from(list(Outcome))), "X2", None, (("number", draw(expressions(WHOLE, 1))),)),
    )
    label = _empty().name
    rules = (
        Rule("A", label, (), draw(expressions(BOOLEAN, 3)), consequences),
        Rule("B", label, (), draw(expressions(BOOLEAN, 1)), consequences[1:]),
    )
    kinds = [BOOLEAN, WHOLE, DECIMAL, DATE, TEXT]
    results = tuple(Result(kind.name, draw(expressions(kind, 3))) for kind in draw(st.permutations(kinds))[:3])
    guarded = Result("guarded", draw(expressions(WHOLE, 1)), draw(expressions(BOOLEAN, 2)))
    return replace(_empty(), lets=lets, rules=rules, results=(*results, guarded))


def _let(draw: st.DrawFn, name: str, kind: Kind) -> Let:
    """Over earlier names only: here just the form and the registers."""
    tree_of = draw(expressions(kind, 1).filter(lambda one: not _reads_lets(one)))
    return Let(f"let {name}", tree_of)


def _reads_lets(node: Expression) -> bool:
    return isinstance(node, tree.LetRef) or any(map(_reads_lets, tree.children(node)))
