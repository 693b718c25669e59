"""What follows from a policy: worked out once for each object, and never another one's."""

from dataclasses import replace

from decision_service.policy.derived import MOST, Derived
from decision_service.policy.shape import Policy
from tests.properties.deciding import policy_of


def test_each_policy_has_its_own_part_however_many_there_are() -> None:
    worked_out: list[str] = []

    def part(policy: Policy) -> str:
        worked_out.append(policy.digest)
        return policy.digest

    derived, policy = Derived(part), policy_of("elderly_allowance")
    several = [replace(policy, digest=str(number)) for number in range(MOST + 3)]
    assert [derived.of(one) for one in several for _ in range(2)] == [one.digest for one in several for _ in range(2)]
    assert worked_out == [one.digest for one in several]
    assert len(derived._known) == MOST
    # The first ones have gone, and come back right.
    assert derived.of(several[0]) == "0"
    for number in range(2 * MOST):
        assert derived.of(replace(policy, digest=f"passing {number}")) == f"passing {number}"
