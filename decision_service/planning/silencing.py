"""Which answers can make another question needless: the ground for asking one register before another."""

from collections.abc import Mapping, Sequence

from decision_service.language.tree import And, Expression, LetRef, Not, Or
from decision_service.planning.uses import Use
from decision_service.policy.needs import registers_read
from decision_service.policy.shape import Policy

Uses = Mapping[str, tuple[Use, ...]]


def settling_alone(policy: Policy) -> dict[str, frozenset[str]]:
    """For each rule, the registers of which one answer can settle it whatever the others would say: a false part of
    an `and`, a true part of an `or`."""
    found = {}
    for rule in policy.rules:
        read = registers_read(policy, [rule.must])
        found[rule.id] = frozenset(name for name in read if len(read) > 1 and any(_sides(policy, rule.must, name)))
    return found


def _sides(policy: Policy, node: Expression, register: str) -> tuple[bool, bool]:
    """Whether `node` can be known to hold, and known not to hold, from the form and this register alone."""
    match node:
        case And():
            sides = [_sides(policy, one, register) for one in node.items]
            return all(holds for holds, _ in sides), any(fails for _, fails in sides)
        case Or():
            sides = [_sides(policy, one, register) for one in node.items]
            return any(holds for holds, _ in sides), all(fails for _, fails in sides)
        case Not():
            holds, fails = _sides(policy, node.item, register)
            return fails, holds
        case LetRef():
            return _sides(policy, next(one.value for one in policy.lets if one.name == node.name), register)
        case _:
            alone = registers_read(policy, [node]) <= {register}
            return alone, alone


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
