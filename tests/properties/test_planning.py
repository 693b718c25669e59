"""Asking in waves loses nothing: outcome, reasons, notes, items and what is granted are as if all had been asked at
once, whatever those that were not asked would have said."""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import currently_in_test_context, given, note
from hypothesis import strategies as st

from decision_service.language.tree import Expression
from decision_service.offline import evidence_of
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.needs import fields_read, registers_read
from decision_service.policy.shape import Budget, Policy, Rule
from decision_service.readings.reference import judge
from decision_service.verdict import State
from tests.http.staging import CASES
from tests.properties.applications import Application, Maker, applications
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, policy_of, shelf, thorough
from tests.properties.planned import AMPLE, NONE, Played, play
from tests.properties.policies import policies
from verifiers.evidence import Evidence

BUDGETS = st.sampled_from((AMPLE, NONE, None))
LATER = ("outcome", "reasons", "notes", "items", "obligations", "next_step")


def same(played: Played, evidence: Mapping[str, Evidence]) -> None:
    """With `evidence` of all registers it comes to what the inquiry came to. What findings state that only advise is
    advice too. Nobody is asked for the sake of a rule that reads a defective field, which stays silent (domain: Forms),
    nor of one that would stay unknown after all: no row of a table fits, or a year without a calendar."""
    whole = judge(played.policy, played.sheet(evidence))
    silent = {one.rule for one in played.rehearsal.verdict.findings if one.state is State.SILENT}
    failing = {one.rule for one in whole.findings if one.state is State.FAILS}
    unknown = {one.rule for one in whole.findings if one.state is State.UNKNOWN}
    if silent & (unknown | failing & blamed_on_the_form(played)):
        return
    answer, told = played.answer(played.rehearsal.evidence), played.answer(evidence)
    for name in LATER:
        assert answer[name] == told[name], name
    if Outcome(answer["outcome"]) in APPROVALS:
        assert answer["result"] == told["result"]
        return
    deciding = {one["rule"] for one in answer["reasons"]}
    stated = {name for one in played.rehearsal.verdict.findings if one.rule in deciding for name in one.told}
    assert {name: answer["result"].get(name) for name in stated} == {name: told["result"].get(name) for name in stated}


def blamed_on_the_form(played: Played) -> set[str]:
    """The rules that read a defective field, or a register that is asked with one."""
    policy, reading = played.policy, played.reading
    defective = {one.field for one in reading.defects}
    blamed = {
        name
        for name, ask in policy.asks.items()
        if defective & {field for fields in ask.parameters.values() for field in fields}
    }
    return {
        rule.id
        for rule in policy.rules
        if defective & fields_read(policy, said(rule)) or blamed & registers_read(policy, said(rule))
    }


def said(rule: Rule) -> list[Expression]:
    """What a rule reads."""
    return [rule.must, *(one.when for one in rule.alternatives if one.when is not None)]


def nothing_is_lost(policy: Policy, application: Application, random: Random, budget: Budget | None) -> None:
    """Any good answer of those that were not asked leaves it all as it is."""
    played = play(policy, application, budget or policy.budget)
    if currently_in_test_context():
        note(f"asked {played.rehearsal.asked}, not asked {played.unasked}")
    maker = Maker(random, policy, constants_of(policy))
    maker.as_of = application.as_of
    for _ in range(3):
        facts = {name: maker.answer(name, policy.asks[name]) for name in played.unasked}
        good = evidence_of(policy, facts, application.as_of)
        assert all(one.status in ("ok", "no_record") for one in good.values())
        same(played, {**played.rehearsal.evidence, **good})


@pytest.mark.parametrize("matter", MATTERS)
def test_waves_and_all_at_once_come_to_the_same(matter: str) -> None:
    """For every matter, near every boundary, with faults."""
    policy = policy_of(matter)

    @thorough("planned", quick=12, full=2000)
    @given(applications(policy, messy=0.2, unknown=0.15), st.randoms(use_true_random=False), BUDGETS)
    def agree(application: Application, random: Random, budget: Budget | None) -> None:
        nothing_is_lost(policy, application, random, budget)

    agree()


@thorough("planned_policies", quick=20, full=3000)
@given(policies(lambda: shelf().catalogue), st.randoms(use_true_random=False), BUDGETS, st.data())
def test_so_they_do_for_made_up_policies(
    made: tuple[str, Policy], random: Random, budget: Budget | None, data: st.DataObject
) -> None:
    note(made[0])
    policy = made[1]
    for _ in range(3):
        application = data.draw(applications(policy, messy=0.2, unknown=0.2))
        nothing_is_lost(policy, application, random, budget)


@pytest.mark.parametrize("budget", [AMPLE, NONE, None], ids=["ample", "none", "usual"])
def test_so_they_do_for_every_shared_and_worked_case(budget: Budget | None) -> None:
    random = Random(7)
    for matter in MATTERS:
        policy = policy_of(matter)
        worked = [Application(case.form, case.facts, case.as_of) for case in policy.cases]
        day = policy.cases[0].as_of
        shared = [Application(one["form"], one["facts"], day) for one in CASES if one["matter"] == matter]
        for application in (*worked, *shared):
            nothing_is_lost(policy, application, random, budget)
