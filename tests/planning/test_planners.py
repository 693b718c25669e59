"""Planners kept by a service that runs for months and whose rules are republished."""

import gc
import weakref
from dataclasses import replace

from decision_service.planning import Planners
from tests.properties.deciding import MATTERS, policy_of


def test_a_version_has_one_planner_and_that_of_one_that_was_republished_goes() -> None:
    planners = Planners()
    policies = [policy_of(matter) for matter in MATTERS]
    kept = [planners.of(policy) for policy in policies]
    assert [planners.of(policy) for policy in policies] == kept
    first = weakref.ref(planners.of(replace(policies[0], digest="0" * 64)))
    again = planners.of(replace(policies[0], digest="1" * 64))
    gc.collect()
    assert first() is None
    assert again.policy.digest == "1" * 64
    assert [planners.of(policy) for policy in policies[1:]] == kept[1:]
