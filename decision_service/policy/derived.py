"""What follows from a policy alone, worked out when it is first needed and not again for the next applicant."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from decision_service.policy.shape import Policy

MOST: Final = 256
"""Policies whose parts are kept at once; the one that came first goes first, and is worked out anew if it comes
back."""

Part = TypeVar("Part")


class Derived(Generic[Part]):
    """One part of each policy, by the policy object itself: equal ones are looked at anew. Used from any thread."""

    def __init__(self, worked_out: Callable[[Policy], Part]) -> None:
        self._worked_out = worked_out
        self._known: dict[int, tuple[Policy, Part]] = {}

    def of(self, policy: Policy) -> Part:
        """The part of `policy`."""
        known = self._known.get(id(policy))
        # The policy is kept with it, so that no other object can come to its place in memory.
        if known is not None and known[0] is policy:
            return known[1]
        part = self._worked_out(policy)
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)), None)
        self._known[id(policy)] = (policy, part)
        return part
