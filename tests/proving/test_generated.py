"""What is proved of small made-up policies is what trying every application of them says."""

from collections.abc import Iterator
from functools import partial
from random import Random

import pytest

from decision_service.offline import Engines
from decision_service.policy.shape import Policy
from decision_service.proving.asking import claims
from decision_service.proving.conditions import seen
from decision_service.proving.observed import Observed, observe
from decision_service.proving.pairs import falls
from decision_service.proving.questions import Question
from decision_service.proving.whole import prove
from decision_service.readings.reference import judge
from tests.properties.deciding import shelf
from tests.properties.policies import read_text
from tests.proving.small import applications, policy_text
from tests.sizes import size

PATIENT = 300.0

POLICIES = size("proved_policies", quick=3, full=300)


def tried(policy: Policy, engines: Engines, *, all_known: bool) -> list[Observed]:
    return [observe(policy, shelf().catalogue, engines, one) for one in applications(all_known=all_known)]


def pairs(found: list[Observed]) -> Iterator[tuple[Observed, Observed]]:
    """Applications that differ in `level` only."""
    by_rest: dict[str, list[Observed]] = {}
    for one in found:
        rest = {name: value for name, value in one.form.items() if name != "level"}
        by_rest.setdefault(repr((rest, one.facts)), []).append(one)
    for group in by_rest.values():
        yield from ((one, other) for one in group for other in group)


@pytest.mark.parametrize("seed", range(POLICIES))
def test_every_claim_comes_out_as_trying_everything_says(seed: int) -> None:
    policy = read_text(policy_text(Random(seed)), shelf().catalogue)
    engines = Engines(partial(judge, policy), partial(judge, policy))
    proved = {proof.name: proof for proof in prove(policy, shelf().catalogue, engines).proofs}
    known, unknown = (tried(policy, engines, all_known=every) for every in (True, False))
    for asked in claims(policy):
        if isinstance(asked, Question):
            shown = any(seen(asked.condition, one) for one in (known if "Known()" in repr(asked) else unknown))
            assert (proved[asked.name].verdict == "holds") == (shown == (asked.must == "exist")), (seed, asked.name)
    for place, claim in enumerate(policy.claims):
        if claim.nondecreasing is not None:
            broken = any(falls(policy, claim, one, other) for one, other in pairs(known))
            assert (proved[f"claim_broken:{place + 1}"].verdict == "fails") == broken, seed
