"""Verdicts: only what the reference says is right, whatever the answer says besides."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.load.broken import BROKEN
from decision_service.load.judging import Bench, storms
from decision_service.load.plan import Plan
from decision_service.load.samples import Sample, Told
from decision_service.outcome import PRECEDENCE

STEADY, DOWN, DUPLICATES = 0, 3, 6


def answered(plan: Plan, application: int, stage: int = STEADY, unheard: tuple = ()) -> Sample:
    """The request that is answered as it must be, where those registers are not heard."""
    known = plan.pool.applications[application]
    right = Bench(plan).expected(application, unheard)
    told = Told(
        "d", right.outcome, list(right.reasons), [list(one) for one in right.items], right.result,
        {**dict.fromkeys(known.facts, "ok"), **dict(unheard)}, [], "x",
    )  # fmt: skip
    return Sample(stage, known.one.policy.matter, 0, application, "", "once", 0.0, 0.0, 10.0, 200, told=told)


@given(st.data())
def test_another_outcome_other_reasons_or_another_result_is_wrong(plan: Plan, data: st.DataObject) -> None:
    application = data.draw(st.integers(0, len(plan.pool.applications) - 1))
    sample, bench = answered(plan, application), Bench(plan)
    assert sample.told is not None
    assert bench.judge(sample).verdict == "right"
    other = data.draw(st.sampled_from([one.value for one in PRECEDENCE if one.value != sample.told.outcome]))
    for told in (
        replace(sample.told, outcome=other),
        replace(sample.told, reasons=[*sample.told.reasons, "C04_MATERIAL_NEEDED"]),
        replace(sample.told, result={**sample.told.result, "amount": "999999.00"}),
        replace(sample.told, items=[*sample.told.items, ["none_such", "APPROVED"]]),
    ):
        assert bench.judge(replace(sample, told=told)).verdict == "wrong"


@given(st.data())
def test_a_register_that_was_not_heard_excuses_only_what_follows_from_it(plan: Plan, data: st.DataObject) -> None:
    application = data.draw(st.integers(0, len(plan.pool.applications) - 1))
    facts = plan.pool.applications[application].facts
    if not facts:
        return
    register = data.draw(st.sampled_from(sorted(facts)))
    bench = Bench(plan)
    late = answered(plan, application, unheard=((register, "timeout"),))
    well = answered(plan, application)
    assert late.told is not None
    assert well.told is not None
    assert bench.judge(late).verdict == "late"
    same = bench.expected(application, ()) == bench.expected(application, ((register, "timeout"),))
    for told, verdict in (
        (replace(late.told, heard=well.told.heard), "right" if same else "wrong"),  # it was heard, and is not used
        (replace(well.told, heard=late.told.heard), "late" if same else "wrong"),  # it was not heard, and is used
    ):
        assert bench.judge(replace(well, told=told)).verdict == verdict
    failing = plan.stages[DOWN].register
    in_stage = bench.judge(replace(late, stage=DOWN)).verdict
    assert in_stage == ("right" if register == failing else "late")


def test_a_register_that_there_was_no_time_to_ask_counts_as_not_heard(plan: Plan) -> None:
    application = next(
        number
        for number, known in enumerate(plan.pool.applications)
        if known.one.sort == "valid" and "deaths" in known.facts
    )
    sample = answered(plan, application, unheard=(("deaths", "not_asked"),))
    assert sample.told is not None
    told = replace(sample.told, heard={"population": "ok"}, missed=["deaths"])
    assert Bench(plan).judge(replace(sample, told=told)).verdict == "late"


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_request_must_meet_its_own_problem(plan: Plan, kind: str) -> None:
    bench = Bench(plan)
    sample = replace(answered(plan, 0), broken=kind)
    status = BROKEN[kind][1]
    assert bench.judge(replace(sample, told=None, status=status, problem="p")).verdict == "refused"
    assert bench.judge(replace(sample, told=None, status=status, problem="")).verdict == "wrong"
    assert bench.judge(replace(sample, told=None, status=418, problem="p")).verdict == "wrong"
    assert bench.judge(replace(sample, told=None, status=500, problem="internal")).verdict == "failed"
    assert bench.judge(replace(sample, told=None, status=503, problem="busy", retry=True)).verdict == "shed"
    assert bench.judge(sample).verdict == "wrong", "a decision"


@pytest.mark.parametrize(
    ("status", "problem", "retry", "verdict"),
    [
        (0, "", False, "failed"),
        (500, "internal", False, "failed"),
        (503, "busy", False, "failed"),
        (503, "busy", True, "shed"),
        (429, "limited", True, "shed"),
        (429, "limited", False, "failed"),
        (404, "unknown_matter", False, "failed"),
        (401, "not_authenticated", False, "failed"),
        (409, "in_work", True, "failed"),
        (204, "", False, "wrong"),
    ],
)
def test_no_decision_is_failed_unless_it_says_when_to_try_again(
    plan: Plan, status: int, problem: str, retry: bool, verdict: str
) -> None:
    sample = replace(answered(plan, 0), status=status, problem=problem, retry=retry, told=None)
    assert Bench(plan).judge(sample).verdict == verdict


def test_one_request_has_one_answer(plan: Plan) -> None:
    bench = Bench(plan)
    copy = replace(answered(plan, 0, DUPLICATES), part="copy")
    again = replace(copy, told=None, status=409, problem="in_work", retry=True)
    other = replace(copy, part="other", told=None, status=422, problem="key_reused")
    assert copy.told is not None
    good = [copy, copy, again, replace(copy, part="later"), other]
    judged = [bench.judge(one) for one in good]
    assert [one.verdict for one in judged] == ["right", "right", "again", "right", "refused"]
    assert storms(judged) == []
    second = replace(copy, told=replace(copy.told, digest="y"))
    for torn in ([*good, second], [copy, replace(copy, part="other")], [*good[:3], replace(second, part="later")]):
        assert len(storms([bench.judge(one) for one in torn])) == 1
    assert storms([bench.judge(again), bench.judge(replace(copy, part="other"))]) == [], "nothing decided before"
