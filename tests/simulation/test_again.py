"""Whatever registers, officers, operators and crashes do: a case is decided again at most once, never after people took
it up, never wrongly; and once registers behave, it is."""

import json
from collections import Counter
from pathlib import Path

import pytest

from decision_service.lateness import waited_for
from decision_service.ledger.entry import DECISION, Entry
from tests.http.staging import publication
from tests.simulation.again import Again, again_of
from tests.sizes import size

SEEDS = size("simulation_again", quick=60, full=20_000)
PARTS = 4
KEPT = (442,)
"""Seeds that once failed: of two late registers one answers, and a decision then would have used up the only chance."""
GRANTED = ("APPROVED", "APPROVED_ON_COMMITMENT", "PARTIALLY_APPROVED")
DECISIVE = (*GRANTED, "REJECTED")
HARMLESS = ("rating", "delivery")
ONCE = {name for name, one in publication().catalogue.registers.items() if one.asked_once}


def answer(entry: Entry) -> dict:
    return json.loads(entry.answer)


def pairs(story: Again) -> list[tuple[Entry, Entry]]:
    """Each decision that was made in another's place, with that other one before it."""
    by_id = {one.decision_id: one for one in story.entries if one.kind == DECISION}
    again = [one for one in by_id.values() if "replaces" in answer(one)]
    return [(by_id[answer(one)["replaces"]], one) for one in again]


def touched(story: Again, case: Entry) -> list[int]:
    """The places in the log at which people took the case up."""
    return [
        place
        for place, one in enumerate(story.entries)
        if one.decision_id == case.decision_id and one.kind not in (DECISION, *HARMLESS)
    ]


def check_once(story: Again) -> None:
    """One record for each application, one more at most, and that in the place of a case that waited."""
    decisions = Counter(one.application_id for one in story.entries if one.kind == DECISION)
    again = Counter(after.application_id for _, after in pairs(story))
    assert all(count == 1 + again[number] for number, count in decisions.items())
    assert all(count == 1 for count in again.values())
    for before, after in pairs(story):
        assert waited_for(answer(before))
        assert answer(after)["as_of"] == answer(before)["as_of"]
        assert (after.caller, after.application_id) == (before.caller, before.application_id)
        assert not {one["code"][:3] for one in answer(after)["reasons"]} & {"R01", "R02"}


def check_people(story: Again) -> None:
    """What an officer or the applicant touched before is not decided again."""
    for before, after in pairs(story):
        place = story.entries.index(after)
        assert not [one for one in touched(story, before) if one < place], after.application_id


def check_true(story: Again) -> None:
    """A case that was decided again got what is true, on answers that nobody tampered with, both engines agreed."""
    for _, after in pairs(story):
        told, applicant = answer(after), story.applicants[after.application_id]
        assert told["outcome"] == applicant.outcome, (after.application_id, told["outcome"], applicant.outcome)
        assert told["engines"]["agree"]
        for one in told["verifications"]:
            assert one["status"] not in ("ok", "no_record") or one["request_id"] not in story.faulty


def check_calls(story: Again) -> None:
    """A face token is never asked for again; credit is asked by whoever makes late checks, never to decide again while
    it is fresh; and a register that comes back is not run down."""
    again = [(at, one) for at, one in story.heard if one.purpose.endswith(":again")]
    once = {
        (one.register, one.application_id)
        for _, one in story.heard
        if one.register in ONCE and not one.purpose.endswith(":again")
    }
    assert not [one for _, one in again if (one.register, one.application_id) in once]
    if not story.people.twin:
        for at, one in again:
            within = [other for then, other in again if at <= then < at + 1.0 and other.register == one.register]
            assert len(within) <= 12, (one.register, at)


def check_liveness(story: Again) -> None:
    """Nobody waits for ever: once registers behave, each case that waits and that nobody took up is decided again."""
    if story.plan.latency:
        return  # slow registers may still be late
    replaced = {before.decision_id for before, _ in pairs(story)}
    asked = {one.application_id for _, one in story.heard if one.register in ONCE - {"credit"}}
    excused = 0
    for one in story.entries:
        if one.kind == DECISION and waited_for(answer(one)) and not touched(story, one):
            # What the register truly holds is out of date, or a face token was used up.
            stale = "R02_STALE_DATA" in story.applicants[one.application_id].codes
            excused += stale
            assert one.decision_id in replaced or stale or one.application_id in asked, one.application_id
    assert story.waiting <= excused


def check_log(story: Again) -> None:
    """Nothing but the record's disk ever raised."""
    lines = [json.loads(line) for line in story.log.splitlines()]
    assert {line["where"] for line in lines if line["event"] == "fault"} <= {"record"}


@pytest.mark.parametrize("part", range(PARTS))
def test_once_and_never_after_people_and_in_the_end(part: int, tmp_path: Path) -> None:
    for seed in (*KEPT[part::PARTS], *range(part, SEEDS, PARTS)):
        story = again_of(seed, tmp_path)
        try:
            for check in (check_once, check_people, check_true, check_calls, check_liveness, check_log):
                check(story)
        except AssertionError as failure:
            raise AssertionError(f"seed {seed}: {failure}\n{story.plan}\n{story.people}") from failure


def test_the_runs_show_what_they_are_for(tmp_path: Path) -> None:
    """Cases are decided again, and cases are left alone since people took them up; else the checks hold for nothing."""
    stories = [again_of(seed, tmp_path) for seed in range(30)]
    assert sum(len(pairs(story)) for story in stories) > 15
    waited = [
        (story, one) for story in stories for one in story.entries if one.kind == DECISION and waited_for(answer(one))
    ]
    assert any(touched(story, one) for story, one in waited)
