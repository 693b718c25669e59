"""Worlds beside the ordinary: two versions, texts with beginnings, unpublished years, formulas that are wrong."""

import shutil
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
import z3

from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.readings.reference import judge
from decision_service.readings.smt import calls, days, numbers
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.replaying import UnfaithfulError, read_again
from decision_service.readings.smt.solving import SECOND, Steps, UndecidedError, new_solver
from decision_service.readings.smt.world import World
from tests.properties.deciding import RULES, policy_of, shelf
from tests.properties.policies import written
from tests.sizes import size


def changed(matter: str, folder: Path, *changes: tuple[str, str]) -> Policy:
    """A matter's newest version with some of its text exchanged."""
    shutil.copytree(RULES / "catalogue", folder / "catalogue")
    newest = RULES / matter / f"{policy_of(matter).effective_from}.yaml"
    text = newest.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / matter).mkdir()
    (folder / matter / newest.name).write_text(text, encoding="utf-8")
    return read_shelf(folder).versions[matter][-1]


def test_two_versions_share_their_applicants(tmp_path: Path) -> None:
    """Whoever one version refuses and the other does not is found, and is decided so by both; no one else is."""
    old = policy_of("elderly_allowance")
    new = changed("elderly_allowance", tmp_path, ("value: 80", "value: 75"))
    world = World([old, new], shelf().catalogue)
    before, after = world.terms
    young = [before.fails("E2"), after.holds("E2")]
    found = world.find(world.valid, world.known, *young, near=[Applicant.of_case(old.cases[0])])
    assert found is not None
    for policy, outcome in ((old, Outcome.REJECTED), (new, Outcome.REFERRED)):
        verdict = judge(policy, read_again(policy, world.catalogue, found))
        assert verdict.outcome in (outcome, Outcome.APPROVED)
        assert (verdict.outcome is Outcome.REJECTED) == (policy is old)
    assert world.find(world.valid, before.holds("E2"), after.fails("E2")) is None


def test_two_versions_that_are_one_never_differ() -> None:
    """Over everyone there could be, known or unknown, with or without defects."""
    policy = policy_of("senior_card")
    world = World([policy, policy], shelf().catalogue)
    one, other = world.terms
    differ = z3.Or(*(one.outcome(outcome) != other.outcome(outcome) for outcome in Outcome))
    assert world.find(differ) is None


def test_a_value_that_only_one_version_takes_is_a_defect_in_the_other(tmp_path: Path) -> None:
    """One form for both; where it is well-formed under both, that value is not in it."""
    old = policy_of("elderly_allowance")
    choice = "social_security_card: 社会保障卡 / social security card"
    new = changed("elderly_allowance", tmp_path, (choice, f"{choice}, bank: 银行卡 / bank card"))
    world = World([old, new], shelf().catalogue)
    by_bank = world.equals(world.symbols("pay_to"), "bank")
    found = world.find(by_bank, world.formed[1], near=[Applicant.of_case(old.cases[0])])
    assert found is not None
    assert read_again(old, world.catalogue, found).form_outcome is Outcome.CORRECTION_REQUIRED
    assert read_again(new, world.catalogue, found).form_outcome is None
    assert world.find(world.valid, by_bank) is None


def test_texts_are_made_that_begin_as_they_must() -> None:
    """A code that begins with what a rule looks for, and one that does not."""
    policy = policy_of("individual_business")
    world = World([policy], shelf().catalogue)
    terms = world.terms[0]
    for wanted in ("O80", "H62"):
        name = {"O80": "post_hygiene", "H62": "post_catering"}[wanted]
        found = world.find(world.valid, world.known, terms.let(name).true, terms.let("post_further").true)
        assert found is not None
        scope = found.form["scope"]
        assert isinstance(scope, list)
        codes = [one["code"] for one in scope if one["kind"] == "post_licence"]
        assert any(code.startswith(wanted) for code in codes)
        assert any(not code.startswith(("O80", "H62")) for code in codes)


def test_nothing_stands_on_a_year_that_is_not_published() -> None:
    """Ten working days from 17 December 2026 end in that year, from the 18th they do not."""
    policy = policy_of("hygiene_permit")
    world = World([policy], shelf().catalogue)
    tolerant, today = world.terms[0].fails("P7", 0), world.as_of.term
    assert world.find(world.valid, tolerant, today == date(2026, 12, 17).toordinal()) is not None
    assert world.find(world.valid, tolerant, today >= date(2026, 12, 18).toordinal()) is None


def test_wrong_formulas_are_seen_when_what_they_find_is_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An age that is a year too high ends the run and is no answer."""
    right = days.years_between
    wrong = {**calls._PLAIN, "years_between": lambda parts: numbers.plus(right(*parts), numbers.constant(1))}
    monkeypatch.setattr(calls, "_PLAIN", wrong)
    policy = policy_of("elderly_allowance")
    world = World([policy], shelf().catalogue)
    of_eighty = world.terms[0].let("age").term == 80
    with pytest.raises(UnfaithfulError):
        world.find(world.valid, world.known, of_eighty, world.terms[0].outcome(Outcome.APPROVED))


def test_no_steps_are_no_answer() -> None:
    """A search that may not take a step proves nothing."""
    policy = policy_of("elderly_allowance")
    world = World([policy], shelf().catalogue)
    with pytest.raises(UndecidedError):
        world.find(world.terms[0].outcome(Outcome.PARTIALLY_APPROVED), steps=0)


def test_a_question_is_bounded_by_steps_and_so_comes_out_alike_wherever_it_is_asked() -> None:
    """Too few steps are too few each time, enough are enough each time, and as many are taken."""

    def taken(steps: int) -> int | None:
        numbers = [z3.Int(f"n{place}") for place in range(6)]
        solver = new_solver()
        solver.add(*(7 * one + 3 * other > 5 for one, other in pairwise(numbers)), z3.Sum(numbers) % 11 == 3)
        bound = Steps(steps)
        try:
            assert bound.satisfied(solver)
        except UndecidedError:
            return None
        return steps - bound.left

    assert [taken(1), taken(1)] == [None, None]
    assert taken(SECOND) is not None


def test_what_versions_have_in_common_is_the_same_formula(tmp_path: Path) -> None:
    """So that a comparison has to ask of nothing but what was changed."""
    change = ("must: not paid_else", "must: not paid_else or age >= 100")
    old, new = policy_of("elderly_allowance"), changed("elderly_allowance", tmp_path, change)
    first, second = World([old, new], shelf().catalogue).terms
    alike = {rule.id for rule in old.rules if first.fails(rule.id).eq(second.fails(rule.id))}
    assert {rule.id for rule in old.rules} - alike == {"E6"}


@pytest.mark.parametrize("seed", range(100, 100 + size("smt_found", quick=3, full=200)))
def test_what_is_found_for_policies_made_at_random_is_decided_as_asked(seed: int) -> None:
    """Each outcome, each rule unknown: found and decided again alike, or proved to be nowhere."""
    _, policy = written(lambda: shelf().catalogue, Random(seed))
    world = World([policy], shelf().catalogue)
    terms = world.terms[0]
    found = [world.find(terms.outcome(outcome), steps=60 * SECOND) for outcome in Outcome]
    found += [world.find(world.valid, terms.unknown(rule.id), steps=60 * SECOND) for rule in policy.rules]
    assert any(one is not None for one in found)


def test_nothing_is_proved_over_no_day_at_all() -> None:
    """A version that decides from a later day on than is looked at."""
    world = World([replace(policy_of("senior_card"), effective_from=date(2061, 1, 1))], shelf().catalogue)
    with pytest.raises(UndecidedError, match="2061-01-01"):
        world.find(world.valid)
