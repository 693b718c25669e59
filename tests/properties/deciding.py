"""The policies on the shelf, read once, and decisions without a server, for tests that make thousands of them."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

from decision_service.decision import Decided
from decision_service.offline import Engines, decide, offline_answer
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from tests.properties.applications import Application
from tests.shipped import shelf
from tests.sizes import size

RULES = Path(__file__).parents[2] / "rules"
MATTERS = tuple(sorted(path.name for path in RULES.iterdir() if path.is_dir() and path.name != "catalogue"))


def policy_of(matter: str) -> Policy:
    """The newest version of a matter."""
    return shelf().versions[matter][-1]


def reference_of(policy: Policy) -> Engines:
    """The reference on both sides, for properties of meaning; the engines are held to it elsewhere."""
    one = partial(judge, policy)
    return Engines(one, one)


def decided(policy: Policy, application: Application, engines: Engines | None = None) -> Decided:
    """One application decided by the reference."""
    return decide(
        policy,
        shelf().catalogue,
        engines or reference_of(policy),
        application.form,
        application.facts,
        application.as_of,
    )


def answered(policy: Policy, application: Application, engines: Engines | None = None) -> dict[str, object]:
    """The answer to one application."""
    return offline_answer(decided(policy, application, engines), application.form, application.facts)


def codes(answer: Mapping[str, object], part: str = "reasons") -> set[str]:
    """The codes of the reasons, advice or notes of an answer."""
    found = answer[part]
    assert isinstance(found, list)
    return {one["code"] for one in found}


def thorough(name: str, *, quick: int, full: int) -> settings:
    """Settings of a property that runs `quick` times, or `full` times when the promises are proved."""
    return settings(
        max_examples=size(name, quick=quick, full=full),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        print_blob=True,
    )
