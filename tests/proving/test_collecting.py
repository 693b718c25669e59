"""Python's collector rests while the solver is in use: run by another thread, a progress bar's for one, it lets go of
formulas there and ends the process."""

import gc
from collections.abc import Iterator

import pytest

from decision_service.offline import engines_of
from decision_service.proving.whole import prove
from tests.properties.deciding import policy_of, shelf

MATTER = "birth_registration"


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """As a command finds it: at work."""
    was = gc.isenabled()
    gc.enable()
    yield
    if not was:
        gc.disable()


def test_it_rests_from_the_first_claim_to_the_last_and_works_again_afterwards() -> None:
    at_work: list[bool] = []
    policy = policy_of(MATTER)
    with engines_of(policy) as engines:
        proved = prove(policy, shelf().catalogue, engines, done=lambda: at_work.append(gc.isenabled()))
    assert at_work == [False] * len(proved.proofs)
    assert gc.isenabled()


def test_it_works_again_after_a_proof_that_was_broken_off() -> None:
    def broken_off() -> None:
        raise KeyboardInterrupt

    policy = policy_of(MATTER)
    with engines_of(policy) as engines, pytest.raises(KeyboardInterrupt):
        prove(policy, shelf().catalogue, engines, done=broken_off)
    assert gc.isenabled()
