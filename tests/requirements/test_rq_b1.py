"""RQ-B1: intake is apart from deciding. Where an application is made never changes what is decided."""

from dataclasses import replace

import pytest

from decision_service.decision import Occasion, answer
from decision_service.offline import decide
from decision_service.policy.shape import Policy
from tests.requirements.deciding import engines, policies, shelf

CHANNELS = ("counter", "pc", "mobile", "self_service")
"""GB/T 39046-2020 table A.5: 1, 2, 3 and 9."""

OCCASION = Occasion("decision", "application", "counter", "2026-03-16T10:00:00+08:00", "HR-1")


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_every_worked_case_decides_alike_wherever_it_is_made(policy: Policy) -> None:
    for case in policy.cases:
        found = decide(policy, shelf().catalogue, engines(policy.matter), case.form, case.facts, case.as_of)
        replies = [answer(found, replace(OCCASION, channel=channel)) for channel in CHANNELS]
        assert tuple(reply.pop("channel") for reply in replies) == CHANNELS
        assert all(reply == replies[0] for reply in replies)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_no_rule_can_read_where_an_application_is_made(policy: Policy) -> None:
    assert not {"channel", "source"} & {field.name for field in policy.fields}
    assert not {"channel", "source"} & {let.name for let in policy.lets}
