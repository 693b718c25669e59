"""Decision tables: every hit policy against a plain reading of DMN 1.5, section 8.2.10."""

from collections.abc import Sequence
from datetime import date
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.interpreter import look_up
from decision_service.language.kinds import BOOLEAN, WHOLE
from decision_service.language.meaning import Scope
from decision_service.language.tree import Expression, FormRef, Literal, Within
from decision_service.policy.shape import HitPolicy, Row, Table

INPUTS = ("n", "m")
Bounds = tuple[int, int] | None
PRIORITY = (3, 1, 2, 0)

rows = st.lists(
    st.tuples(*[st.none() | st.tuples(st.integers(0, 4), st.integers(0, 4))] * 2, st.integers(0, 3)),
    min_size=1,
    max_size=5,
)
hits = st.sampled_from(get_args(HitPolicy))
numbers = st.integers(0, 4)


def table_of(found: Sequence[tuple[Bounds, Bounds, int]], hit: HitPolicy) -> Table:
    inputs = tuple(FormRef(name, WHOLE) for name in INPUTS)
    lines = tuple(
        Row((_test(inputs[0], one), _test(inputs[1], other)), (Literal(output, WHOLE),)) for one, other, output in found
    )
    order = tuple(Literal(value, WHOLE) for value in PRIORITY)
    return Table("t", inputs, (("t", WHOLE),), lines, hit, WHOLE, priority=order)


def _test(value: Expression, bounds: Bounds) -> Expression | None:
    if bounds is None:
        return None
    return Within(value, Literal(bounds[0], WHOLE), True, Literal(bounds[1], WHOLE), True, BOOLEAN)


def oracle(fitting: list[int], hit: str) -> object:
    """The value for the outputs of the rows that fit, in their order; "gap" where the hit policy is not met."""
    if hit in ("collect", "rule order"):
        return tuple(fitting)
    if hit == "output order":
        return tuple(sorted(fitting, key=PRIORITY.index))
    if hit == "collect count":
        return len(fitting)
    if not fitting or (hit == "unique" and len(fitting) > 1) or (hit == "any" and len(set(fitting)) > 1):
        return "gap"
    chosen = {"collect sum": sum, "collect min": min, "collect max": max}.get(hit, lambda found: found[0])
    return chosen(sorted(fitting, key=PRIORITY.index) if hit == "priority" else fitting)


def looked_up(table: Table, n: object, m: object) -> object:
    sheet = FactSheet(date(2026, 1, 1), {"n": n, "m": m}, {})  # type: ignore[dict-item]  # facts or Unknown
    found = look_up(table, Scope(sheet, {}, lambda name, _: Unknown.of(Why.TABLE, name)))
    return "gap" if isinstance(found, Unknown) and {one.why for one in found.causes} == {Why.TABLE} else found


def fits(bounds: Bounds, value: int) -> bool:
    return bounds is None or bounds[0] <= value <= bounds[1]


@given(rows, hits, numbers, numbers)
def test_every_hit_policy_on_known_inputs(
    found: list[tuple[Bounds, Bounds, int]], hit: HitPolicy, n: int, m: int
) -> None:
    fitting = [output for one, other, output in found if fits(one, n) and fits(other, m)]
    assert looked_up(table_of(found, hit), n, m) == oracle(fitting, hit)


@given(rows, hits, numbers, numbers)
def test_what_is_known_without_an_input_stays_with_it(
    found: list[tuple[Bounds, Bounds, int]], hit: HitPolicy, n: int, m: int
) -> None:
    table = table_of(found, hit)
    before = looked_up(table, n, Unknown.of(Why.FORM, "m"))
    if not isinstance(before, Unknown):
        assert before == looked_up(table, n, m)
