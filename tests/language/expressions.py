"""Well-typed expressions, each with the same said in Python, and sheets of facts for them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from decision_service.facts import Fact, FactSheet, Unknown, Why
from decision_service.language.check import check
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.tree import Expression
from decision_service.language.vocabulary import Vocabulary
from decision_service.source import Problem, Source, Span
from tests.language.reckoned import months_between, moved, years_between
from verifiers.kinds import Kind, Value

RECORD = Kind("record", fields=(("k", Kind("text")), ("v", Kind("whole", nullable=True))))
FORM = {
    "n": Kind("whole"),
    "m": Kind("whole", nullable=True),
    "d": Kind("date"),
    "e": Kind("date", nullable=True),
    "flag": Kind("boolean"),
    "t": Kind("text", values=("a", "b", "c")),
    "u": Kind("text", nullable=True),
    "words": Kind("list", item=Kind("text")),
    "rows": Kind("list", item=RECORD),
}
ANSWERS = {"hit": Kind("boolean"), "on": Kind("date", nullable=True), "sum": Kind("money")}
VOCABULARY = Vocabulary(FORM, {"r": ANSWERS}, known_registers=frozenset({"r"}))


@dataclass(frozen=True)
class Said:
    """The same in the language and in Python."""

    text: str
    python: str


def accepted(text: str) -> bool:
    """Whether the checker lets an expression pass."""
    return not isinstance(check(text, place(text), VOCABULARY), Problem)


def place(text: str) -> object:
    source = Source("expression", text)
    return lambda offset, length: Span(source, offset, min(len(text), offset + length))


def tree_of(text: str) -> Expression:
    """The typed tree; a problem is a failure of the test, but for a null test that says nothing where it stands."""
    found = check(text, place(text), VOCABULARY)
    if isinstance(found, Problem) and found.code == "never_null":
        reject()
    assert not isinstance(found, Problem), f"{text}: {found}"
    return found


def value_of(tree: Expression, sheet: FactSheet) -> Fact:
    """What the reference interpreter says."""
    return evaluate(tree, Scope(sheet, {}, lambda name, _: Unknown.of(Why.TABLE, name)))


small = st.integers(-400, 400)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31)) | st.sampled_from([date.min, date.max, date(2024, 2, 29)])


@st.composite
def numbers(draw: DrawFn, depth: int, sure: frozenset[str]) -> Said:
    """A whole number, a decimal or money."""
    leaves = ["n", "literal", "decimal", "sum", *(["m"] if "m" in sure else []), *(["row"] if "row.v" in sure else [])]
    more = ["+", "-", "*", "/", "min", "max", "if", "years", "months", "count", "neg"] if depth > 0 else []
    kind = draw(st.sampled_from(leaves + more))
    inner = numbers(depth - 1, sure)
    match kind:
        case "n" | "m":
            return Said(kind, kind)
        case "row":
            return Said("row.v", "row['v']")
        case "sum":
            return Said("r.sum", "r_sum")
        case "literal":
            one = draw(st.integers(0, 400))
            return Said(str(one), str(one))
        case "decimal":
            one = draw(st.integers(0, 99))
            return Said(f"{one}.5", f"Decimal('{one}.5')")
        case "/":
            left, by = draw(inner), draw(st.sampled_from(["2", "4", "8"]))
            return Said(f"({left.text} / {by})", f"(Decimal({left.python}) / {by})")
        case "+" | "-" | "*":
            left, right = draw(inner), draw(inner)
            return Said(f"({left.text} {kind} {right.text})", f"({left.python} {kind} {right.python})")
        case "neg":
            left = draw(inner)
            return Said(f"-({left.text})", f"(-({left.python}))")
        case "min" | "max":
            left, right = draw(inner), draw(inner)
            return Said(f"{kind}({left.text}, {right.text})", f"{kind}({left.python}, {right.python})")
        case "if":
            test, left, right = draw(conditions(depth - 1, sure)), draw(inner), draw(inner)
            return _choice(test, left, right)
        case "count":
            return Said("count(rows)", "len(rows)")
        case _:
            one, other = draw(dates(depth - 1, sure)), draw(dates(depth - 1, sure))
            return Said(f"{kind}_between({one.text}, {other.text})", f"{kind}_between({one.python}, {other.python})")


def _choice(test: Said, left: Said, right: Said) -> Said:
    return Said(
        f"(if {test.text} then {left.text} else {right.text})",
        f"(({left.python}) if ({test.python}) else ({right.python}))",
    )


@st.composite
def dates(draw: DrawFn, depth: int, sure: frozenset[str]) -> Said:
    """A day."""
    leaves = ["d", "as_of", "literal", *(["e"] if "e" in sure else []), *(["r.on"] if "r.on" in sure else [])]
    kind = draw(st.sampled_from(leaves + (["days", "months", "years", "if", "later"] if depth > 0 else [])))
    inner = dates(depth - 1, sure)
    match kind:
        case "d" | "e" | "as_of":
            return Said(kind, kind)
        case "r.on":
            return Said("r.on", "r_on")
        case "literal":
            day = draw(days)
            return Said(str(day), f"date({day.year}, {day.month}, {day.day})")
        case "if":
            return _choice(draw(conditions(depth - 1, sure)), draw(inner), draw(inner))
        case "later":
            left, right = draw(inner), draw(inner)
            return Said(f"later({left.text}, {right.text})", f"max({left.python}, {right.python})")
        case _:
            day_, amount, sign = draw(inner), draw(st.integers(0, 40000)), draw(st.sampled_from("+-"))
            months = {"days": 0, "months": amount, "years": 12 * amount}[kind]
            moved = f"moved({day_.python}, {sign}{months}, {sign}{amount if kind == 'days' else 0})"
            return Said(f"({day_.text} {sign} {kind}({amount}))", moved)


@st.composite
def conditions(draw: DrawFn, depth: int, sure: frozenset[str]) -> Said:
    """Something true or false."""
    leaves = ["flag", "hit", "order", "equal", "null", "member"]
    more = ["and", "or", "not", "guard", "unless", "between", "interval", "some", "every", "branch"]
    kind = draw(st.sampled_from(leaves + (more if depth > 0 else [])))
    inner = conditions(depth - 1, sure)
    match kind:
        case "flag" | "hit" | "equal" | "member":
            return _leaf(draw, kind)
        case "order":
            return _order(draw, depth, sure)
        case "null":
            return _null(draw, sure)
        case "and" | "or":
            left, right = draw(inner), draw(inner)
            return Said(f"({left.text} {kind} {right.text})", f"({left.python} {kind} {right.python})")
        case "not":
            left = draw(inner)
            return Said(f"not ({left.text})", f"(not {left.python})")
        case "branch":
            return _choice(draw(inner), draw(inner), draw(inner))
        case "guard" | "unless":
            return _guarded(draw, kind, depth, sure)
        case "between" | "interval":
            return _within(draw, kind, depth, sure)
        case _:
            return _quantified(draw, kind, depth, sure)


def _leaf(draw: DrawFn, kind: str) -> Said:
    match kind:
        case "flag":
            return Said("flag", "flag")
        case "hit":
            return Said("r.hit", "r_hit")
        case "equal":
            value, op = draw(st.sampled_from("abc")), draw(st.sampled_from(["=", "!="]))
            name = draw(st.sampled_from("tu"))
            return Said(f'{name} {op} "{value}"', f"({name} {'==' if op == '=' else op} {value!r})")
        case _:
            if draw(st.booleans()):
                return Said('t in ("a", "c")', "(t in ('a', 'c'))")
            return Said("t in words", "(t in words)")


def _order(draw: DrawFn, depth: int, sure: frozenset[str]) -> Said:
    kinds = draw(st.sampled_from([numbers, dates]))
    left, right = draw(kinds(depth - 1, sure)), draw(kinds(depth - 1, sure))
    op = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
    return Said(f"{left.text} {op} {right.text}", f"({left.python} {'==' if op == '=' else op} {right.python})")


def _null(draw: DrawFn, sure: frozenset[str]) -> Said:
    name = draw(st.sampled_from(sorted({"m", "e", "u"} - sure) or ["u"]))
    op = draw(st.sampled_from(["=", "!="]))
    return Said(f"{name} {op} null", f"({name} {'is' if op == '=' else 'is not'} None)")


def _guarded(draw: DrawFn, kind: str, depth: int, sure: frozenset[str]) -> Said:
    """A condition on what may be null, where it is not."""
    name = draw(st.sampled_from(["m", "e", "r.on"]))
    rest = draw(conditions(depth - 1, sure | {name}))
    python = name.replace(".", "_")
    if kind == "guard":
        return Said(f"({name} != null and {rest.text})", f"({python} is not None and {rest.python})")
    return Said(f"({name} = null or {rest.text})", f"({python} is None or {rest.python})")


def _within(draw: DrawFn, kind: str, depth: int, sure: frozenset[str]) -> Said:
    value, low, high = (draw(numbers(depth - 1, sure)) for _ in range(3))
    if kind == "between":
        text = f"{value.text} between {low.text} and {high.text}"
        return Said(f"({text})", f"({low.python} <= {value.python} <= {high.python})")
    text = f"({value.text} in [{low.text}..{high.text}))"
    return Said(text, f"({low.python} <= {value.python} < {high.python})")


def _quantified(draw: DrawFn, kind: str, depth: int, sure: frozenset[str]) -> Said:
    """Some row or every row; within a row, a condition on it."""
    if "row" in sure:
        return Said('row.k = "a"', "(row['k'] == 'a')")
    rest = draw(conditions(depth - 1, sure | {"row", "row.v"}))
    loop = f"(row['v'] is not None and {rest.python}) for row in rows"
    text = f"({kind} row in rows satisfies (row.v != null and {rest.text}))"
    return Said(text, f"{'any' if kind == 'some' else 'all'}({loop})")


def expressions() -> SearchStrategy[Said]:
    """Any expression."""
    nothing: frozenset[str] = frozenset()
    return conditions(4, nothing) | numbers(3, nothing) | dates(3, nothing)


@st.composite
def sheets(draw: DrawFn) -> FactSheet:
    """A sheet on which everything is known."""
    money = st.integers(-10000, 10000).map(lambda cents: Decimal(cents) / 100)
    words = st.text("abc", min_size=1, max_size=1)
    row = st.fixed_dictionaries({"k": words, "v": st.none() | small})
    values: dict[str, Value] = {
        "n": draw(small),
        "m": draw(st.none() | small),
        "d": draw(days),
        "e": draw(st.none() | days),
        "flag": draw(st.booleans()),
        "t": draw(words),
        "u": draw(st.none() | words),
        "words": tuple(draw(st.lists(words, max_size=3))),
        "rows": tuple(draw(st.lists(row, max_size=3))),
    }
    answer = {"hit": draw(st.booleans()), "on": draw(st.none() | days), "sum": draw(money)}
    return FactSheet(draw(st.dates(date(2020, 1, 1), date(2030, 1, 1))), values, {"r": answer})


@st.composite
def lessened(draw: DrawFn, sheet: FactSheet) -> FactSheet:
    """The same sheet with some of it unknown."""
    hidden = draw(st.sets(st.sampled_from(sorted(FORM))))
    form = {name: Unknown.of(Why.FORM, name) if name in hidden else value for name, value in sheet.form.items()}
    late = Unknown.of(Why.LATE, "r")
    return FactSheet(sheet.as_of, form, {"r": late} if draw(st.booleans()) else sheet.registers)


def in_python(said: Said, sheet: FactSheet) -> object:
    """What Python's own reading of the same comes to."""
    answer = sheet.registers["r"]
    assert not isinstance(answer, Unknown)
    words = {f"r_{name}": value for name, value in answer.items()} | dict(sheet.form) | {"as_of": sheet.as_of}
    tools = {
        "date": date,
        "Decimal": Decimal,
        "moved": moved,
        "min": min,
        "max": max,
        "len": len,
        "any": any,
        "all": all,
    }
    counted = {"years_between": years_between, "months_between": months_between}
    return eval(said.python, tools | counted | words)  # noqa: S307 - our own text, from the strategies above
