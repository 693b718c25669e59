"""Whether a condition can come to hold, or come to fail, when only some of what it reads becomes known."""

from collections.abc import Callable, Mapping

from decision_service.language.tree import And, Expression, LetRef, Not, Or
from decision_service.policy.shape import Let

Sides = tuple[bool, bool]
"""Can it be known to hold; can it be known to fail."""

CONNECTIVES = (And, Or, Not, LetRef)
"""Whose sides follow from their parts'."""


def sides(node: Expression, lets: Mapping[str, Let], part: Callable[[Expression], Sides | None]) -> Sides:
    """The sides of `node`. `part` gives those of a part, or None where they follow from its own parts; what has none
    can be neither."""
    found = part(node)
    if found is not None:
        return found
    match node:
        case And():
            inner = [sides(one, lets, part) for one in node.items]
            return all(holds for holds, _ in inner), any(fails for _, fails in inner)
        case Or():
            inner = [sides(one, lets, part) for one in node.items]
            return any(holds for holds, _ in inner), all(fails for _, fails in inner)
        case Not():
            holds, fails = sides(node.item, lets, part)
            return fails, holds
        case LetRef():
            return sides(lets[node.name].value, lets, part)
        case _:
            return False, False
