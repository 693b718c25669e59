"""MC/DC: for every condition of a decision, a case in which it is true and decides, and one in which it is false and
decides.

The definition is that of masking MC/DC over operators that stop early, as the reference reads them: going down from
the decision, every part of a true `and` decides and only the first false part of a false one (those after it are not
read and do not matter); `or` is its mirror, `not` passes on, of an `if` the arm that is taken decides. What is unknown
is neither true nor false: a case in which a part that must be known is unknown shows nothing. A condition that stands
twice counts twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from decision_service.covering.places import Demand
from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import And, Compare, Expression, If, Not, OneOf, Or
from decision_service.source import Span


@dataclass(frozen=True, slots=True)
class Deciding:
    """A condition that is true, or false, and decides: what must be so for that, and what to call the condition."""

    span: Span | None
    text: str
    true: bool
    demands: tuple[Demand, ...]


def deciding(decision: Expression, *, alone: bool) -> Iterator[Deciding]:
    """Both goals of each condition of `decision`. One that consists of a single condition has them only if `alone`."""
    single = not isinstance(decision, And | Or | If | OneOf | Not) or _is_single(decision)
    if single and not alone:
        return
    for value in (True, False):
        yield from _below(decision, (), value=value)


def _is_single(node: Expression) -> bool:
    return not isinstance(node, And | Or | If | OneOf | Not) or (isinstance(node, Not) and _is_single(node.item))


def _below(node: Expression, demands: tuple[Demand, ...], *, value: bool) -> Iterator[Deciding]:
    match node:
        case And() | Or():
            every = value is isinstance(node, And)  # all of them bring it about together
            for place, item in enumerate(node.items):
                others = node.items if every else node.items[:place]
                settled = tuple((one, isinstance(node, And)) for one in others if one is not item)
                yield from _below(item, demands + settled, value=value)
        case Not():
            yield from _below(node.item, demands, value=not value)
        case If():
            yield from _below(node.then, (*demands, (node.condition, True)), value=value)
            yield from _below(node.otherwise, (*demands, (node.condition, False)), value=value)
        case OneOf() if value:
            for option in node.options:
                equal = Compare("=", node.value, option, BOOLEAN)
                text = f"{_written(node.value)} = {_written(option)}"
                yield Deciding(option.span, text, True, (*demands, (equal, True)))
        case _:
            yield Deciding(node.span, _written(node), value, (*demands, (node, value)))


def _written(node: Expression) -> str:
    return " ".join(node.span.text.split()) if node.span is not None else "…"
