"""The rules by which the decisions on one application and the calls made for it match. Pure functions."""

from collections.abc import Callable, Sequence
from typing import Final

from decision_service.outcome import APPROVALS, Outcome
from decision_service.reconciling.findings import Difference, Tally
from decision_service.reconciling.material import Look, Made, Used
from decision_service.reconciling.purposes import is_again, is_deferred, is_post_check, is_suggestion
from verifiers.journal.records import CANCELLED, CallRecord

TOLERANCE_MS: Final = 5000
"""By how much clocks may have been set right between a decision and its calls."""

DAY_MS: Final = 86_400_000
CREDIT: Final = "credit"
USABLE: Final = frozenset({"ok", "no_record"})
NOT_PUT: Final = frozenset({"breaker_open", "bulkhead_full", "unspeakable", "raised"})
"""Faults of questions that went out to nobody."""

_OPEN: Final = frozenset({Outcome.CORRECTION_REQUIRED.value})
_GRANTED: Final = frozenset(one.value for one in APPROVALS)
_UNCHECKED: Final = frozenset({Outcome.CORRECTION_REQUIRED.value, Outcome.NOT_ACCEPTED.value, Outcome.REFERRED.value})
"""Outcomes that may come about before anything could be asked."""


def match(made: Sequence[Made], calls: Sequence[CallRecord], look: Look, tally: Tally) -> None:
    """Match all decisions on an application, oldest first, with all calls for it; tell of those of the day."""
    used: set[str] = set()
    for place, decision in enumerate(made):
        told = tally if look.has(decision.decided_at) else Tally()
        told.decisions += 1
        told.answers += len(decision.answers)
        if place and not _may_follow(decision, made[place - 1]):
            told.differ(Difference("doubled_decision", decision.application_id, decision.decision_id))
        for answer in decision.answers:
            call = _answer(decision, answer, calls, look, told)
            if call is not None:
                used.add(call.sent.call_id)
        _credit(decision, made[place + 1 :], calls, look, told)
    for call in calls:
        if look.has(call.sent.asked_at):
            tally.calls += 1
            settled = _call(call, made, calls, look, tally)
            if not settled and call.sent.call_id not in used:
                _unused(call, made, look, tally)


def _may_follow(decision: Made, before: Made) -> bool:
    """Whether there may be another decision after `before`: it asked for a correction, or it waited for a register and
    this one was made in its place. That is done once: what stands in another's place waits for nothing."""
    return before.outcome in _OPEN or (before.waits and decision.replaces == before.decision_id)


def _answer(decision: Made, answer: Used, calls: Sequence[CallRecord], look: Look, tally: Tally) -> CallRecord | None:
    """Match one answer; the call that it came of, if that was made for this application."""

    def differ(kind: str, call: CallRecord | None = None) -> None:
        number = None if call is None else call.sent.call_id
        tally.differ(Difference(kind, decision.application_id, decision.decision_id, answer.register, number))

    if answer.origin == "credential":
        tally.explain("credential")
        return None
    if answer.request_id is None:
        _unanswered(decision, answer, calls, tally, differ)
        return None
    own = next((one for one in calls if _is_of(one, answer)), None)
    if own is not None and own.ended is not None:
        what = _contradiction(decision, answer, own)
        if what is None and not look.intact(own):
            what = "answer_altered"
        if what is not None:
            differ(what, own)
        else:
            tally.explain("kept" if own.sent.asked_at < decision.decided_at else answer.origin)
        return own
    others = look.elsewhere(answer.register, answer.request_id)
    if not others:
        differ("lost_call")
    elif answer.origin == "asked":
        differ("anothers_answer")
    elif answer.digest not in others:
        differ("digest_differs")
    else:
        tally.explain(answer.origin)
    return None


def _unanswered(
    decision: Made, answer: Used, calls: Sequence[CallRecord], tally: Tally, differ: Callable[[str], None]
) -> None:
    """An answer that is none: its call ended so, or ended too late to count, or there was none and the decision says
    why."""
    since, until = decision.decided_at - TOLERANCE_MS, decision.recorded_at + TOLERANCE_MS
    called = any(one.sent.register == answer.register and since <= one.sent.asked_at <= until for one in calls)
    if called or answer.origin == "shared":
        return  # the call itself is counted where calls are
    if answer.fault in NOT_PUT or answer.status == "timeout":
        tally.explain("not_put")
    else:
        differ("lost_call")


def _is_of(call: CallRecord, answer: Used) -> bool:
    return (
        call.sent.register == answer.register and call.ended is not None and call.ended.request_id == answer.request_id
    )


def _contradiction(decision: Made, answer: Used, call: CallRecord) -> str | None:
    ended = call.ended
    if ended is None or ended.digest != answer.digest:
        return "digest_differs"
    if ended.status != answer.status:
        return "status_differs"
    if answer.params != call.sent.params:
        return "params_differ"
    if ended.ended_at > answer.asked_at + TOLERANCE_MS or call.sent.asked_at > decision.recorded_at + TOLERANCE_MS:
        return "time_differs"
    return None


def _credit(decision: Made, later: Sequence[Made], calls: Sequence[CallRecord], look: Look, tally: Tally) -> None:
    """Exactly one check for each application; one that was put off is made within 24 hours (RQ-G3)."""

    def differ(kind: str, call: CallRecord | None = None) -> None:
        number = None if call is None else call.sent.call_id
        tally.differ(Difference(kind, decision.application_id, decision.decision_id, CREDIT, number))

    until = later[0].decided_at if later else look.now + DAY_MS
    asked = [one for one in calls if one.sent.register == CREDIT and one.status in USABLE]
    put_off = [one for one in asked if is_deferred(one) and decision.decided_at <= one.sent.asked_at < until]
    answer = next((one for one in decision.answers if one.register == CREDIT), None)
    if answer is None:
        if decision.outcome in _UNCHECKED:
            tally.explain("no_credit_check")
        else:
            differ("credit_missing")
        return
    answered = answer.status in USABLE
    for surplus in put_off[0 if answered else 1 :]:
        differ("asked_again", surplus)
    if answered:
        return
    done = [one.ended.ended_at for one in asked if one.ended and one.ended.ended_at >= decision.decided_at]
    if done and min(done) <= decision.decided_at + DAY_MS:
        return
    if done:
        differ("deferred_late")
    elif look.now <= decision.decided_at + DAY_MS:
        tally.due += 1
    else:
        differ("deferred_missing")


def _call(call: CallRecord, made: Sequence[Made], calls: Sequence[CallRecord], look: Look, tally: Tally) -> bool:
    """What is wrong with a call whatever came of it; whether nothing more needs to be said of it."""
    sent = call.sent
    decision = _decision_of(call, made)

    def differ(kind: str) -> None:
        number = None if decision is None else decision.decision_id
        tally.differ(Difference(kind, sent.application_id, number, sent.register, sent.call_id))

    if not sent.purpose.strip():
        differ("no_purpose")
    if sent.register not in look.listed(sent.matter):
        differ("not_listed")
    if sent.register in look.once and call.status in USABLE and is_again(call):
        if any(one.status in USABLE and is_again(one) and _is_before(one, call) for one in calls):
            differ("asked_again")
            return True
        return False
    if decision is None or is_deferred(call) or is_suggestion(call) or is_post_check(call):
        return False
    before = [one for one in calls if _decision_of(one, made) is decision and _is_earlier(one, call)]
    if sent.register in look.once and before:
        differ("asked_again")
        return True
    if len(before) > 1:
        differ("called_too_often")
        return True
    return False


def _unused(call: CallRecord, made: Sequence[Made], look: Look, tally: Tally) -> None:
    """A call that no answer came of, or none that counts: which rule explains it?"""
    sent = call.sent
    decision = _decision_of(call, made)
    if is_deferred(call):
        tally.explain("deferred")
    elif is_suggestion(call):
        tally.explain("prefill")
    elif is_post_check(call):
        _afterwards(call, made, tally, "post_check", lambda one: one.outcome in _GRANTED)
    elif is_again(call) and (decision is None or decision.replaces is None):
        _afterwards(call, made, tally, "again", lambda one: one.waits)
    elif decision is not None:
        _within(call, decision, tally)
    else:
        _between(call, [one for one in made if one.decided_at <= sent.asked_at], look, tally)


def _afterwards(
    call: CallRecord, made: Sequence[Made], tally: Tally, rule: str, called_for: Callable[[Made], bool]
) -> None:
    """A call that came to no decision: explained where the last one before it called for such calls."""
    before = [one for one in made if one.decided_at <= call.sent.asked_at]
    if before and called_for(before[-1]):
        tally.explain(rule)
    else:
        number = before[-1].decision_id if before else None
        sent = call.sent
        tally.differ(Difference("call_after_decision", sent.application_id, number, sent.register, sent.call_id))


def _between(call: CallRecord, before: Sequence[Made], look: Look, tally: Tally) -> None:
    """A call outside every decision; `before` are those that had been made."""
    sent = call.sent
    if not before or before[-1].outcome in _OPEN:
        tally.explain("without_decision")
        return
    last = before[-1]
    soon = sent.asked_at <= last.recorded_at + TOLERANCE_MS and sent.register not in look.once
    if soon and any(one.register == sent.register for one in last.answers):
        # Others waited for the same answer still, and a second call was made for them.
        tally.explain("hedged")
    else:
        number = last.decision_id
        tally.differ(Difference("call_after_decision", sent.application_id, number, sent.register, sent.call_id))


def _within(call: CallRecord, decision: Made, tally: Tally) -> None:
    answer = next((one for one in decision.answers if one.register == call.sent.register), None)
    if call.ended is None:
        tally.explain("unfinished")
    elif call.status == CANCELLED:
        tally.explain("cancelled")
    elif answer is not None:
        tally.explain("unanswered" if answer.request_id is None else "hedged")
    elif decision.broken_off or call.ended.request_id is None:
        tally.explain("interrupted")
    else:
        number = call.sent.call_id
        differs = Difference("unused_call", decision.application_id, decision.decision_id, call.sent.register, number)
        tally.differ(differs)


def _decision_of(call: CallRecord, made: Sequence[Made]) -> Made | None:
    """The decision that a call was made for: the latest that was begun before it went out."""
    return next((one for one in reversed(made) if one.covers(call.sent.asked_at)), None)


def _is_earlier(one: CallRecord, call: CallRecord) -> bool:
    return _is_before(one, call) and not (is_deferred(one) or is_suggestion(one) or is_post_check(one))


def _is_before(one: CallRecord, call: CallRecord) -> bool:
    same = one.sent.register == call.sent.register
    return same and (one.sent.asked_at, one.sent.call_id) < (call.sent.asked_at, call.sent.call_id)
