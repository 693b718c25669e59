"""What a policy compares with: where its boundaries are."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal

from decision_service.language.tree import Literal
from decision_service.policy.shape import Policy


@dataclass(frozen=True, slots=True)
class Constants:
    """What a policy compares with."""

    numbers: tuple[Decimal, ...]
    texts: tuple[str, ...]


def constants_of(policy: Policy) -> Constants:
    """Every literal of the policy's tree, by kind."""
    values = set(_literals((policy.rules, policy.lets, policy.results, policy.items, tuple(policy.tables.values()))))
    numbers = {Decimal(value) for value in values if isinstance(value, int | Decimal) and not isinstance(value, bool)}
    texts = {value for value in values if isinstance(value, str)}
    return Constants(tuple(sorted(numbers)) or (Decimal(1),), (*sorted(texts), "", "x"))


def _literals(part: object) -> Iterator[object]:
    if isinstance(part, Literal):
        yield part.value if not isinstance(part.value, list | dict | tuple) else None
    elif isinstance(part, tuple):
        for one in part:
            yield from _literals(one)
    elif is_dataclass(part):
        for one in fields(part):
            yield from _literals(getattr(part, one.name))
