"""What the log and the metrics are told of a decision."""

from collections.abc import Mapping

from decision_service.courses import Course
from decision_service.decision import ENGINES_DIFFER, Decided, Occasion
from decision_service.outcome import Outcome
from decision_service.telemetry import Line


def line_of(decided: Decided, occasion: Occasion, told: Mapping[str, object]) -> Line:
    """The line of a decision that was answered with `told`."""
    reasons = told["reasons"]
    codes = [str(one["code"]) for one in reasons] if isinstance(reasons, list) else []
    course = _course_of(decided.outcome, occasion)
    return Line(
        decision_id=occasion.decision_id,
        matter=decided.policy.matter,
        channel=occasion.channel,
        policy=decided.policy.digest,
        outcome=decided.outcome.value,
        reasons=tuple(codes),
        engines_agree=decided.referred_by != ENGINES_DIFFER,
        elapsed_ms=occasion.elapsed_ms,
        evidence=tuple(decided.evidence.values()),
        course=course,
        is_slow=course == "instant" and occasion.elapsed_ms > decided.policy.budget.p95,
    )


def _course_of(outcome: Outcome, occasion: Occasion) -> Course:
    """How it went: one that replaces another was not told at once, whatever it says."""
    if occasion.replaces is not None:
        return "redecided"
    match outcome:
        case Outcome.REFERRED:
            return "referred"
        case Outcome.CORRECTION_REQUIRED:
            return "corrected"
        case _:
            return "instant"
