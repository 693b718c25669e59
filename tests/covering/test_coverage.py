"""Coverage against what the reference is overheard to do, on random policies and applications."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from decision_service.covering.goals import Goal, Measure, goals
from decision_service.covering.observing import Observation, observe, shows
from decision_service.covering.places import Place, own, places
from decision_service.facts import Unknown
from decision_service.language.kinds import family
from decision_service.language.meaning import evaluate
from decision_service.language.tree import Compare, If, LetRef, Literal, Lookup, Within
from decision_service.offline import Engines, decide, offline_answer
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.trials import Case
from tests.covering.tracing import Overheard, overhearing
from tests.properties.applications import applications
from tests.properties.deciding import shelf, thorough
from tests.properties.policies import policies

MADE = policies(lambda: shelf().catalogue)
EACH = 6


def cases_of(policy: Policy, random: st.DataObject, *, unknown: float = 0.0) -> Iterator[Case]:
    drawn = [random.draw(applications(policy, unknown=unknown)) for _ in range(EACH)]
    for number, one in enumerate(drawn):
        yield Case(policy.matter, f"case {number}", one.as_of, one.form, one.facts, {})


def overheard(policy: Policy, case: Case) -> Overheard:
    """What the reference evaluates to decide a case and to answer it."""
    with overhearing() as heard:
        engines = Engines(partial(judge, policy), partial(judge, policy))
        decided = decide(policy, shelf().catalogue, engines, case.form, case.facts, case.as_of)
        offline_answer(decided, case.form, case.facts)
    return heard


def clear(heard: Overheard) -> bool:
    """Whether nothing was unknown: over what is unknown the reference goes on, and coverage counts nothing."""
    return not any(isinstance(value, Unknown) for _, _, value in heard.events)


def read_by(heard: Overheard) -> set[Place]:
    lets = {Place("let", node.name) for node in heard.nodes(LetRef) if isinstance(node, LetRef)}
    tables = {Place("table", node.table) for node in heard.nodes(Lookup) if isinstance(node, Lookup)}
    return lets | tables


@thorough("coverage_reading", quick=12, full=300)
@given(MADE, st.data())
def test_lets_and_tables_are_read_where_the_reference_reads_them(
    made: tuple[str, Policy], random: st.DataObject
) -> None:
    policy = made[1]
    for case in cases_of(policy, random, unknown=0.1):
        seen, heard = observe(policy, shelf().catalogue, case), overheard(policy, case)
        assert seen.read <= read_by(heard)
        if clear(heard):
            assert seen.read == read_by(heard)


def differences(policy: Policy, heard: Overheard) -> Iterator[tuple[int, str]]:
    """Where in the file a comparison was evaluated with its sides a step apart, or equal: counted by subtraction."""
    for node, scope, _ in heard.events:
        if isinstance(node, Compare | Within) and own(node.span, policy) and node.span is not None:
            value = node.left if isinstance(node, Compare) else node.value
            bounds = (node.right,) if isinstance(node, Compare) else (node.low, node.high)
            for bound in bounds:
                if bound is None:
                    continue
                left, right = evaluate(value, scope), evaluate(bound, scope)
                whole = value.kind.name == bound.kind.name == "whole"
                place = node.span.start if isinstance(node, Compare) or bound.span is None else bound.span.start
                if isinstance(left, date) and isinstance(right, date):
                    found = {timedelta(-1): "before", timedelta(0): "exactly", timedelta(1): "after"}.get(left - right)
                elif isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
                    steps = Decimal(left - right) / (1 if whole else Decimal("0.01"))
                    found = {-1: "below", 0: "exactly", 1: "above"}.get(int(steps)) if steps == int(steps) else None
                else:
                    found = None
                if found:
                    yield place, found


def ordered(goal: Goal) -> str:
    return next(word for word in ("below", "exactly", "above", "before", "after") if f" {word} " in goal.what.en)


@thorough("coverage_boundaries", quick=12, full=300)
@given(MADE, st.data())
def test_boundaries_and_arms_are_those_that_were_overheard(made: tuple[str, Policy], random: st.DataObject) -> None:
    """In expressions; the reference stops at the first test of a row that fails, so tables are looked at elsewhere."""
    policy = made[1]
    wanted = goals(policy)
    for case in cases_of(policy, random):
        seen, heard = observe(policy, shelf().catalogue, case), overheard(policy, case)
        if not clear(heard):
            continue
        mine = [goal for goal in wanted if goal.place.kind != "table" and shows(seen, goal)]
        asked = {goal.span.start for goal in wanted if goal.measure is Measure.BOUNDARY and goal.place.kind != "table"}
        found = {(goal.span.start, ordered(goal)) for goal in mine if goal.measure is Measure.BOUNDARY}
        assert found == {(place, word) for place, word in differences(policy, heard) if place in asked}
        arms = {goal.span.start for goal in mine if goal.measure is Measure.BRANCH and goal.state is None}
        assert arms == set(arms_of(policy, heard))


def arms_of(policy: Policy, heard: Overheard) -> Iterator[int]:
    """Where the arms stand that were taken."""
    for node, scope, _ in heard.events:
        if isinstance(node, If) and own(node.span, policy):
            condition = evaluate(node.condition, scope)
            arm = node.then if condition is True else node.otherwise
            if not isinstance(condition, Unknown) and arm.span is not None:
                yield arm.span.start


@thorough("coverage_rules_and_rows", quick=12, full=300)
@given(MADE, st.data())
def test_rules_are_counted_by_the_verdict_and_rows_by_their_tests(
    made: tuple[str, Policy], random: st.DataObject
) -> None:
    policy = made[1]
    wanted = goals(policy)
    for case in cases_of(policy, random, unknown=0.2):
        seen, heard = observe(policy, shelf().catalogue, case), overheard(policy, case)
        mine = [goal for goal in wanted if shows(seen, goal)]
        states = {(goal.place.name, goal.state) for goal in mine if goal.state in ("holds", "fails", "unknown")}
        verdict = {(one.rule, one.state.value) for one in seen.decided.verdict.findings}
        asked = {(goal.place.name, goal.state) for goal in wanted}
        assert states == verdict & asked
        for goal in wanted:
            if goal.measure is Measure.ROW and goal in mine:
                assert any(node.table == goal.place.name for node in heard.nodes(Lookup) if isinstance(node, Lookup))
        if clear(heard):
            assert {goal.span.start for goal in mine if goal.measure is Measure.ROW} == set(rows(policy, seen, heard))


def rows(policy: Policy, seen: Observation, heard: Overheard) -> Iterator[int]:
    """Where the rows stand that fit, of each table that was looked into."""
    for name in {node.table for node in heard.nodes(Lookup) if isinstance(node, Lookup)}:
        table = policy.tables[name]
        for row in table.rows:
            fits = all(test is None or evaluate(test, seen.scope) is True for test in row.tests)
            if fits and row.span is not None:
                yield row.span.start
                if table.hit == "first":
                    break


def test_every_part_of_a_rule_file_has_its_goals() -> None:
    """What a person would count in one file, by hand."""
    policy = shelf().versions["elderly_allowance"][0]
    wanted = goals(policy)
    count = {measure: sum(goal.measure is measure for goal in wanted) for measure in Measure}
    # Seven rules: holds, fails, alone; six of them rest on a register that may not answer.
    assert count[Measure.RULE] == 7 * 3 + 6
    assert count[Measure.ROW] == 14 * 3
    # Two `if`, two arms each.
    assert count[Measure.BRANCH] == 4
    # Five ends in the head of the table, one in E2, two in E4, two in the result; three goals each.
    assert count[Measure.BOUNDARY] == 3 * (5 + 1 + 2 + 2)
    # Two lets: `some` both ways, two conditions both ways. E4: two ages both ways, three statuses, none of the three.
    assert count[Measure.CONDITION] == 2 * (2 + 4) + 2 * 2 + 3 + 1
    assert all(own(goal.span, policy) for goal in wanted)
    assert {place.kind for place, _ in places(policy)} >= {"must", "told", "let", "table", "result", "note"}


def test_a_literal_on_both_sides_is_no_constant_of_a_text() -> None:
    """Texts have no neighbours: no boundary is asked of a city or a status."""
    for policy in shelf().policies():
        for goal in goals(policy):
            if goal.measure is Measure.BOUNDARY:
                (condition, _), *_ = goal.demands[-1:]
                assert isinstance(condition, Compare)
                assert family(condition.left.kind) in ("number", "date")
                assert not isinstance(condition.left, Literal) or not isinstance(condition.left.value, str)
