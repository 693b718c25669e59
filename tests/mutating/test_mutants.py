"""Mutants: each is what its change makes of the file, each differs, and each survives exactly where the changed file
passes all its cases on the real engines."""

import dataclasses
import shutil
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.covering.suite import Suite, read_suites
from decision_service.covering.trying import try_suites
from decision_service.language.tree import Expression, Literal, children
from decision_service.mutating.killing import Survivor, score
from decision_service.mutating.mutant import Mutant, Slip, edited
from decision_service.mutating.mutants import mutants, reread
from decision_service.offline import engines_of
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.trials import worked
from tests.cli.running import RULES
from tests.properties.applications import applications
from tests.properties.deciding import MATTERS, decided, policy_of, shelf, thorough
from tests.properties.policies import policies
from tests.sizes import size

MADE = policies(lambda: shelf().catalogue)
SOME = MATTERS[:: size("mutated_matters_every", quick=4, full=1)]


@cache
def of_matter(matter: str) -> tuple[Mutant, ...]:
    return mutants(policy_of(matter), shelf().catalogue)


def bare(node: Expression) -> object:
    """What an expression says, without places and without what its kinds are called."""
    own = [getattr(node, one.name) for one in dataclasses.fields(node) if one.name not in ("kind", "span")]
    said = [one for one in own if isinstance(one, str | bool | int) or one is None]
    value = node.value if isinstance(node, Literal) else None
    return type(node).__name__, said, value, [bare(one) for one in children(node)]


def parts(policy: Policy) -> object:
    """All that a version decides by."""
    rules = [
        (rule.id, bare(rule.must), [
            (one.outcome, one.code, one.when and bare(one.when), [(name, bare(value)) for name, value in one.told])
            for one in rule.alternatives
        ])
        for rule in policy.rules
    ]  # fmt: skip
    rows = {
        name: [([test and bare(test) for test in row.tests], [bare(one) for one in row.outputs]) for row in table.rows]
        for name, table in policy.tables.items()
    }
    lets = [(let.name, bare(let.value)) for let in policy.lets]
    results = [(one.name, bare(one.value), one.when and bare(one.when)) for one in policy.results]
    rest = [bare(one.when) for one in policy.notes], [one.when and bare(one.when) for one in policy.obligations]
    return rules, rows, lets, results, [bare(one.amount) for one in policy.items], rest, _forms(policy)


def _forms(policy: Policy) -> list[object]:
    return [(one.name, bare(one.required)) for one in policy.fields]


@pytest.mark.parametrize("matter", SOME)
def test_a_mutant_is_what_its_change_makes_of_the_file(matter: str) -> None:
    """And `miaopi check` lets it pass, so that nothing but a case can notice it."""
    policy, every = policy_of(matter), size("mutants_every", quick=9, full=1)
    before = parts(policy)
    for mutant in of_matter(matter)[::every]:
        told = f"{mutant.slip}: {mutant.telling.old} -> {mutant.telling.new}"
        changed = reread(policy, shelf().catalogue, mutant.edits)
        assert changed is not None, told
        assert parts(changed) == parts(mutant.policy), told
        assert parts(mutant.policy) != before, told


def test_every_kind_of_slip_is_made_somewhere() -> None:
    made = {mutant.slip for matter in SOME for mutant in of_matter(matter)}
    assert made == set(Slip) if SOME == MATTERS else len(made) >= len(Slip) - 3


def on_line(mutant: Mutant, words: str) -> bool:
    """Whether the change is on the line of the file that holds these words."""
    return words in mutant.span.source.text.split("\n")[mutant.span.line - 1]


def test_a_person_would_make_these_of_one_rule() -> None:
    """By hand: `age < minimum_age or age >= open_age or low_income.status_code in (…)`."""
    found = {
        (one.slip, one.telling.old, one.telling.new)
        for one in of_matter("elderly_allowance")
        if on_line(one, "must: age < minimum_age or")
    }
    expected = {
        (Slip.JOIN, "or", "and"),
        (Slip.OPERATOR, "age < minimum_age", "age <= minimum_age"),
        (Slip.OPERATOR, "age < minimum_age", "age >= minimum_age"),
        (Slip.OPERATOR, "age >= open_age", "age > open_age"),
        (Slip.OPERATOR, "age >= open_age", "age < open_age"),
        (Slip.BOUND, "minimum_age", "minimum_age - 1"),
        (Slip.BOUND, "minimum_age", "minimum_age + 1"),
        (Slip.BOUND, "open_age", "open_age - 1"),
        (Slip.BOUND, "open_age", "open_age + 1"),
        (Slip.DROPPED, "age < minimum_age", ""),
        (Slip.DROPPED, "age >= open_age", ""),
        (Slip.DROPPED, '"dibao"', ""),
        (Slip.DROPPED, '"dibao_margin"', ""),
        (Slip.DROPPED, '"tekun"', ""),
    }
    negated = {one for one in found if one[0] is Slip.NEGATED}
    assert found - negated == expected
    assert len(negated) == 1


def test_bounds_move_by_the_least_step() -> None:
    """By hand: `if age < 90 then "80-89" else if age < 100 then …`, and amounts by a yuan."""
    bounds = {
        (one.telling.old, one.telling.new)
        for one in of_matter("elderly_allowance")
        if one.slip is Slip.BOUND and on_line(one, "band: if age < 90")
    }
    assert bounds == {("90", "89"), ("90", "91"), ("100", "99"), ("100", "101")}
    outputs = {
        (one.telling.old, one.telling.new)
        for one in of_matter("elderly_allowance")
        if one.slip is Slip.OUTPUT and on_line(one, "210100 沈阳市")
    }
    assert outputs == {("100", "101"), ("200", "201"), ("600", "601")}


@thorough("mutants_of_random_policies", quick=3, full=150)
@given(MADE, st.data())
def test_mutants_of_any_policy_are_other_policies_and_can_be_judged(
    made: tuple[str, Policy], random: st.DataObject
) -> None:
    policy = made[1]
    application = random.draw(applications(policy, unknown=0.2))
    sheet = decided(policy, application).sheet
    before = parts(policy)
    for mutant in mutants(policy, shelf().catalogue):
        assert parts(mutant.policy) != before
        judge(mutant.policy, sheet)


@pytest.mark.parametrize("matter", SOME)
def test_a_mutant_survives_where_the_changed_file_passes_all_its_cases(matter: str, tmp_path: Path) -> None:
    """The file itself changed, read anew, its cases tried on both engines. A thin suite, so that some survive."""
    policy = policy_of(matter)
    random = Random(matter)
    few = tuple(worked(policy))[: len(policy.cases) // 2]
    found = score(Suite(policy, few), shelf().catalogue, of_matter(matter))
    survivors = {id(one.mutant) for one in found.survivors}
    assert found.killed + len(survivors) == len(of_matter(matter))
    names = {case.name for case in few}
    for mutant in random.sample(of_matter(matter), size("mutants_on_engines", quick=4, full=60)):
        rules = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        shutil.copytree(RULES / "catalogue", rules / "catalogue")
        (rules / matter).mkdir()
        text = edited(mutant.edits[0].span.source.text, mutant.edits)
        (rules / policy.source).write_text(text, encoding="utf-8")
        (tried,) = try_suites(read_suites(rules), engines_of)
        failed = any(trial.differences for trial in tried.trials if trial.case.name in names)
        assert failed == (id(mutant) not in survivors), f"{mutant.slip} {mutant.telling.old} -> {mutant.telling.new}"


def test_nothing_is_noticed_without_cases() -> None:
    policy = policy_of("senior_card")
    found = score(Suite(policy, ()), shelf().catalogue, of_matter("senior_card")[:5])
    assert (found.killed, len(found.survivors), found.percent) == (0, 5, 0.0)
    assert all(isinstance(one, Survivor) and one.seen_by is None for one in found.survivors)
