"""Reconciliation of what the machine asks after a decision: cases decided again, checks after a grant."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.reconciling.material import Used
from tests.desk.test_matching import GAPS, REGISTERS, Life, looked_at
from tests.sizes import size

AGAIN, POST_CHECK = "item:matter:again", "item:matter:post_check"


@st.composite
def waiting_lives(draw: st.DrawFn, *, replaced: bool = True) -> Life:
    """A case that was referred for a late register, tries that came to nothing, and the decision in its place."""
    life = Life()
    late = draw(st.sampled_from(REGISTERS))
    others = [name for name in REGISTERS if name != late]
    ways = {late: "late", **draw(st.dictionaries(st.sampled_from(others), st.just("asked")))}
    made = life.decide(ways, (), "REFERRED", "asked")
    life.made[-1] = made = replace(made, waits=True)
    kept = [one for one in made.answers if one.request_id is not None]
    for _ in range(draw(st.integers(0, 3))):
        life.at += draw(GAPS)
        life.call(late, draw(st.sampled_from(["timeout", "error", "cancelled", "stale", None])), AGAIN)
        for register in draw(st.sets(st.sampled_from(others))):
            # What was answered to a try that came to nothing is used by the next, or is lost with the process.
            answered = life.used(register, life.call(register, "ok", AGAIN))
            if draw(st.booleans()):
                kept = [*(one for one in kept if one.register != register), answered]
    life.at += draw(GAPS)
    if replaced:
        decided_at = life.at = life.at + 1
        last = life.used(late, life.call(late, "ok", AGAIN))
        fields = {"decision_id": "D1", "decided_at": decided_at, "recorded_at": life.at + 5, "waits": False}
        answers: tuple[Used, ...] = (*kept, last)
        outcome = draw(st.sampled_from(["APPROVED", "REJECTED", "CORRECTION_REQUIRED", "REFERRED"]))
        life.made.append(replace(made, **fields, outcome=outcome, replaces="D0", answers=answers))
        life.at += 5
    return life


@settings(max_examples=size("matching_again", quick=200, full=10_000), deadline=None)
@given(waiting_lives())
def test_a_case_that_was_decided_again_is_explained(life: Life) -> None:
    tally = looked_at(life)
    assert not tally.counts, tally.differences
    assert tally.calls == len(life.calls)


@settings(max_examples=size("matching_again", quick=100, full=10_000), deadline=None)
@given(waiting_lives(), st.sampled_from(["twice", "not called for", "another's", "too late"]))
def test_what_must_not_happen_is_found(life: Life, fault: str) -> None:
    first, again = life.made
    match fault:
        case "twice":
            made = [first, again, replace(again, decision_id="D2", outcome="APPROVED")]
            made[1] = replace(again, outcome="APPROVED")
            expected = "doubled_decision"
        case "not called for":
            made, expected = [replace(first, waits=False), again], "doubled_decision"
        case "another's":
            made, expected = [first, replace(again, replaces="another")], "doubled_decision"
        case _:
            made, expected = [first, replace(again, outcome="APPROVED")], "call_after_decision"
            life.at += 600_000
            life.call(REGISTERS[0], "ok", AGAIN)
    assert expected in looked_at(life, made).counts


@given(waiting_lives(replaced=False), st.booleans())
def test_what_is_asked_once_is_asked_once_to_decide_again(life: Life, surplus: bool) -> None:
    for _ in range(1 + surplus):
        life.at += 60_000
        life.call("credit", "ok", AGAIN)
    assert looked_at(life).counts == ({"asked_again": 1} if surplus else {})


@given(st.sampled_from(["APPROVED", "PARTIALLY_APPROVED", "APPROVED_ON_COMMITMENT", "REJECTED", "REFERRED"]), st.data())
def test_checks_after_a_grant_are_explained_and_after_nothing_else(outcome: str, data: st.DataObject) -> None:
    life = Life()
    life.decide({"population": "asked"}, (), outcome, "asked")
    asked = data.draw(st.lists(st.sampled_from(REGISTERS), min_size=1, max_size=5))
    for register in asked:
        life.at += data.draw(GAPS)
        life.call(register, data.draw(st.sampled_from(["ok", "timeout", None])), POST_CHECK)
    tally = looked_at(life)
    if outcome in ("REJECTED", "REFERRED"):
        assert tally.counts == {"call_after_decision": len(asked)}
    else:
        assert not tally.counts
        assert tally.explained["post_check"] == len(asked)
