"""What a network is made of: positive conjunctions of named bits, and how wide ones are split into trees."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

WIDEST = 8
"""Most terms that one rule joins; wider conjunctions become trees."""


class Term(NamedTuple):
    """`name` is known to be `bit` (1 or 0). A name of which nothing is known is no term."""

    name: str
    bit: int


@dataclass(frozen=True, slots=True)
class Join:
    """Where all of `body` is known, `head` follows (bit 1). Several joins of one head are a disjunction."""

    head: str
    body: tuple[Term, ...]


@dataclass(slots=True)
class Joins:
    """Joins under construction. Two that say the same are one; one that contradicts itself is none."""

    found: dict[Join, None] = field(default_factory=dict)
    split: dict[tuple[Term, ...], str] = field(default_factory=dict)

    def add(self, head: str, body: Iterable[Term]) -> None:
        """`head` follows from `body`. Raises ValueError for an empty body: a network says nothing by itself."""
        terms = tuple(dict.fromkeys(body))
        if not terms:
            raise ValueError(f"nothing would lead to {head}; a network concludes only from what it is told")
        if len({term.name for term in terms}) < len(terms):
            return
        while len(terms) > WIDEST:
            terms = (*terms[WIDEST:], Term(self._tree(terms[:WIDEST]), 1))
        self.found[Join(head, terms)] = None

    def _tree(self, part: tuple[Term, ...]) -> str:
        if part not in self.split:
            self.split[part] = f"t{len(self.split)}"
            self.found[Join(self.split[part], part)] = None
        return self.split[part]

    def done(self) -> tuple[Join, ...]:
        """All joins, in the order in which they were added."""
        return tuple(self.found)
