"""All claims about one policy."""

from collections.abc import Iterator

from decision_service.policy.shape import Policy
from decision_service.proving.about_outcomes import about_outcomes, about_support
from decision_service.proving.about_refusals import about_refusals
from decision_service.proving.about_rules import about_rules
from decision_service.proving.about_tables import about_tables
from decision_service.proving.declared import about_declared
from decision_service.proving.questions import Question, Settled


def claims(policy: Policy) -> Iterator[Question | Settled]:
    """Every claim that a policy must bear out, about one application each."""
    yield from about_tables(policy)
    yield from about_rules(policy)
    yield from about_outcomes(policy)
    yield from about_refusals(policy)
    yield from about_support(policy)
    yield from about_declared(policy)
