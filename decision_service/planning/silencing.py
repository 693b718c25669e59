"""Which answers can make another question needless: the ground for asking one register before another."""

from collections.abc import Mapping, Sequence
from functools import partial

from decision_service.language.tree import Expression
from decision_service.planning.sides import Sides, sides
from decision_service.planning.uses import Use
from decision_service.policy.needs import registers_read
from decision_service.policy.shape import Policy

Uses = Mapping[str, tuple[Use, ...]]


def settling_alone(policy: Policy) -> dict[str, frozenset[str]]:
    """For each rule, the registers of which one answer can settle it whatever the others would say: a false part of
    an `and`, a true part of an `or`."""
    lets, found = {let.name: let for let in policy.lets}, {}

    def alone(register: str, node: Expression) -> Sides | None:
        return (True, True) if registers_read(policy, [node]) <= {register} else None

    for rule in policy.rules:
        read = registers_read(policy, [rule.must])
        settling = {name for name in read if len(read) > 1 and any(sides(rule.must, lets, partial(alone, name)))}
        found[rule.id] = frozenset(settling)
    return found


def silencers(uses: Uses, alone: Mapping[str, frozenset[str]], order: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each register those earlier in `order` of which some answer makes every use of it needless."""
    return {
        name: tuple(other for other in order[:place] if _silences(other, name, uses, alone))
        for place, name in enumerate(order)
    }


def _silences(one: str, other: str, uses: Uses, alone: Mapping[str, frozenset[str]]) -> bool:
    shared = {use.rule for use in uses[one] if one in alone.get(use.rule, ())}
    return all(
        use.rule in shared or any(_outranks(stronger, use) for stronger in uses[one] if not stronger.told)
        for use in uses[other]
    )


def _outranks(stronger: Use, use: Use) -> bool:
    """What one rule comes to can hide the other: of the whole, or of the same item."""
    return stronger.item in (None, use.item) and stronger.strongest < use.rank
