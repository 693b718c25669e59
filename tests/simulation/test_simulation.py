"""Whatever the registers, the record and the clients do: no wrong answer ever; and once they behave, the right one."""

import json
from collections import Counter

import pytest

from decision_service.outcome import APPROVALS, Outcome
from tests.http.staging import DAY, publication
from tests.simulation.world import Story, story_of
from tests.sizes import size

SEEDS = size("simulation_seeds", quick=200, full=20_000)
PARTS = 8
APPROVED = {outcome.value for outcome in APPROVALS} | {Outcome.PARTIALLY_APPROVED.value}
DECISIVE = APPROVED | {Outcome.REJECTED.value}
NOT_KNOWN = {"R01_VERIFIER_UNAVAILABLE", "R02_STALE_DATA", "I05_DEFERRED_CHECK"}


def told(answer: dict) -> set[str]:
    parts = [answer["reasons"], answer["advice"], answer["notes"], *(item["reasons"] for item in answer["items"])]
    return {one["code"] for part in parts for one in part}


def check_safety(story: Story) -> None:
    """An approval or refusal is the true one; whatever else is told is true, or says what could not be known."""
    for number, answer in story.answers.items():
        applicant = story.applicants[number]
        if answer["outcome"] in DECISIVE:
            assert answer["outcome"] == applicant.outcome, (number, answer["outcome"], applicant.outcome)
            held = {name: answer["result"].get(name) for name in applicant.result}
            assert held == dict(applicant.result) or "business" in applicant.case.matter, number
        assert told(answer) <= applicant.codes | NOT_KNOWN, (number, told(answer) - applicant.codes)
        assert answer["engines"]["agree"], number


def check_evidence(story: Story) -> None:
    """No answer that was tampered with in any way counts as an answer."""
    for number, answer in story.answers.items():
        for one in answer["verifications"]:
            used = one["status"] in ("ok", "no_record")
            assert not used or one["request_id"] not in story.faulty, (number, one["register"])


def check_time(story: Story) -> None:
    """An answer by the deadline, however late the registers are."""
    for number, took in story.took.items():
        published = publication().in_force(story.applicants[number].case.matter, DAY)
        assert published is not None
        assert took <= published.policy.budget.deadline / 1000 + 0.01, (number, took)


def check_record(story: Story) -> None:
    """One record an application, whoever gave up and came again; and nothing but the record's disk ever raised."""
    assert story.records == len(story.applicants) == len(story.answers)
    lines = [json.loads(line) for line in story.log.splitlines()]
    assert {line["where"] for line in lines if line["event"] == "fault"} <= {"record"}
    assert not [line for line in lines if line["event"] == "engines_differ"]


def check_calls(story: Story) -> None:
    """What may be asked once is asked once an application, even if it comes in twice at once; more often only where the
    decision itself had to be made again: the client hung up, or it could not be recorded."""
    once = {name for name, one in publication().catalogue.registers.items() if one.asked_once or one.allocator}
    calls = Counter(call for call in story.put if call[0] in once)
    for (register, number), count in calls.items():
        assert count <= story.decided[number], (register, number, count)


def check_second_calls(story: Story) -> None:
    """Second calls stay within their share of all that was asked, whatever is slow or down."""
    for name in publication().catalogue.registers:
        second, open_, full = (story.guarded[name, event] for event in ("hedge_sent", "breaker_open", "bulkhead_full"))
        first = sum(register == name for register, _ in story.put) - second + open_ + full
        assert second <= 0.05 * first + 1e-9, (name, second, first)


def check_liveness(story: Story) -> None:
    """Once the faults have stopped, everybody gets the true decision in full; slow registers may still be late."""
    for number in story.calm:
        answer, applicant = story.answers[number], story.applicants[number]
        if story.plan.latency == 0.0:
            assert answer["outcome"] == applicant.outcome, number
            assert not told(answer) & NOT_KNOWN - applicant.codes, number


@pytest.mark.parametrize("part", range(PARTS))
def test_never_a_wrong_answer_and_in_the_end_the_right_one(part: int) -> None:
    """`python -m tests.simulation SEED` tells the story of one seed."""
    for seed in range(part, SEEDS, PARTS):
        story = story_of(seed)
        try:
            for check in (
                check_safety,
                check_evidence,
                check_time,
                check_record,
                check_calls,
                check_second_calls,
                check_liveness,
            ):
                check(story)
        except AssertionError as failure:
            raise AssertionError(f"seed {seed}: {failure}\n{story.plan}") from failure


def test_the_same_seed_tells_the_same_story() -> None:
    for seed in range(20):
        one, other = story_of(seed), story_of(seed)
        assert one.put == other.put
        assert one.played == other.played
        assert {number: (a["outcome"], told(a)) for number, a in one.answers.items()} == {
            number: (a["outcome"], told(a)) for number, a in other.answers.items()
        }
        assert one.took == other.took
