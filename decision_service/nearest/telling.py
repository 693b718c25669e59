"""The nearest change as it is told: as JSON, with sentences in Chinese and English."""

from collections.abc import Mapping

from decision_service.nearest.found import Nearest, Step, Way
from decision_service.outcome import Outcome
from decision_service.policy.shape import Bilingual, Policy

NONE = Bilingual(
    "在申请人能够改变的各项中，没有哪种改变能使结果更好（已证明）",
    "nothing that the applicant can change would make the outcome a better one (proved)",
)
UNDECIDED = Bilingual("在限定的步数内没有得出", "it could not be worked out within the steps allowed")
_TELLABLE = frozenset({"boolean", "confirmation", "choice", "prefecture", "division", "whole"})
"""Types of fields whose new value is told: one of those to choose from, or a number."""


def as_json(found: Nearest | None, policy: Policy, outcomes: Mapping[Outcome, Bilingual]) -> dict[str, object]:
    """What was found; None: undecided."""
    if found is None:
        return {"decided": False, "ways": [], "can_change": [], **_text(UNDECIDED)}
    told: dict[str, object] = {
        "decided": True,
        "ways": [_way(one, policy, outcomes) for one in found.ways],
        "no_others": found.proved,
        "can_change": list(found.looked_at),
    }
    if not found.ways and found.proved:
        told |= _text(NONE)
    return told


def _way(way: Way, policy: Policy, outcomes: Mapping[Outcome, Bilingual]) -> dict[str, object]:
    return {
        "outcome": way.outcome.value,
        "outcome_text": _text(outcomes[way.outcome]),
        "days": way.days,
        "as_of": way.as_of.isoformat(),
        "steps": [_step(one, policy) for one in way.steps],
    }


def _step(step: Step, policy: Policy) -> dict[str, object]:
    told = step.sort == "day" or (step.sort == "form" and policy.field(step.name).type_name in _TELLABLE)
    return {"kind": step.sort, "name": step.name, "value": step.value if told else None, **_text(step.text)}


def _text(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
