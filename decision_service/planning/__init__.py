"""Whom to ask, in which waves, and with what: the fewest personal facts that still settle a decision with all its
reasons, inside the matter's budget of time."""

from decision_service.planning.costs import Cost, cost_of
from decision_service.planning.paces import Measured, nothing_measured
from decision_service.planning.planner import Left, Plan, Planner, Planners
from decision_service.planning.questions import (
    can_ask,
    first_wave,
    is_allocator,
    posed,
    question,
)
from decision_service.planning.silencing import Uses
from decision_service.planning.uses import Use, Wanted, Wants

__all__ = [
    "Cost",
    "Left",
    "Measured",
    "Plan",
    "Planner",
    "Planners",
    "Use",
    "Uses",
    "Wanted",
    "Wants",
    "can_ask",
    "cost_of",
    "first_wave",
    "is_allocator",
    "nothing_measured",
    "posed",
    "question",
]
