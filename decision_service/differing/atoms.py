"""What a region can be described with: the conditions, numbers and choices that the changed parts look at."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from decision_service.differing.spelling import Spelling
from decision_service.language.tree import (
    And,
    AsOf,
    Compare,
    Expression,
    FormRef,
    If,
    LetRef,
    Literal,
    Lookup,
    Not,
    OneOf,
    Or,
    Quantified,
    VarRef,
    Within,
    children,
)
from decision_service.policy.shape import Policy
from verifiers.kinds import Kind, Value

_ORDERED = frozenset({"whole", "decimal", "money", "date"})
_NAMED = frozenset({"text", "region"})


@dataclass(frozen=True, slots=True)
class Said:
    """An expression as one side (0 old, 1 new) writes it."""

    side: int
    node: Expression


@dataclass(slots=True)
class Measure:
    """A number or a day that is compared with constants: which ones, and on which sides each."""

    said: Said
    marks: dict[object, Literal] = field(default_factory=dict)
    sides: dict[object, set[int]] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """What it is a number of."""
        return self.said.node.kind


@dataclass(slots=True)
class Choice:
    """A text or a division that is compared with constants. `closed`: it can be none but these."""

    said: Said
    options: dict[Value, Literal] = field(default_factory=dict)
    closed: bool = False


@dataclass(slots=True)
class Material:
    """Everything collected, each once, by what it says."""

    conditions: dict[int, Said] = field(default_factory=dict)
    measures: dict[int, Measure] = field(default_factory=dict)
    choices: dict[int, Choice] = field(default_factory=dict)


class Collector:
    """Collects from expressions of both sides. It looks into the names that were changed, and into no others."""

    def __init__(
        self, policies: tuple[Policy, Policy], spelled: tuple[Spelling, Spelling], cities: tuple[str, ...]
    ) -> None:
        self.policies, self.spelled, self.cities = policies, spelled, cities
        self.found = Material()
        lets = [{let.name: let.value for let in policy.lets} for policy in policies]
        self.lets = lets
        self.moved = {
            name for name in {**lets[0], **lets[1]}
            if spelled[0].of(lets[0].get(name)) != spelled[1].of(lets[1].get(name))
        }  # fmt: skip
        self.seen: set[tuple[int, str]] = set()

    def take(self, node: Expression | None, side: int) -> None:
        """Collects from one expression."""
        match node:
            case None | Literal() | VarRef() | AsOf():
                return
            case And() | Or() | Not() | If():
                for part in children(node):
                    self.take(part, side)
            case Compare():
                self._compare(node, side)
            case Within():
                self._within(node, side)
            case OneOf():
                self._one_of(node, side)
            case LetRef():
                self._let(node, side)
            case Lookup():
                self._table(node, side)
            case Quantified():
                self._condition(node, side)
            case _:
                if node.kind.name == "boolean":
                    self._condition(node, side)
                for part in children(node):
                    self.take(part, side)

    def _condition(self, node: Expression, side: int) -> None:
        if not any(isinstance(part, VarRef) for part in _free(node)):
            self.found.conditions.setdefault(self.spelled[side].of(node), Said(side, node))

    def _let(self, node: LetRef, side: int) -> None:
        if node.kind.name == "boolean":
            self._condition(node, side)
        if node.name in self.moved and (side, node.name) not in self.seen:
            self.seen.add((side, node.name))
            self.take(self.lets[side][node.name], side)

    def _table(self, node: Lookup, side: int) -> None:
        if (side, node.table) in self.seen:
            return
        self.seen.add((side, node.table))
        tables = [policy.tables.get(node.table) for policy in self.policies]
        first, second = tables
        if first is None or second is None or self.spelled[0].table(first) != self.spelled[1].table(second):
            for row in self.policies[side].tables[node.table].rows:
                for test in row.tests:
                    self.take(test, side)

    def _compare(self, node: Compare, side: int) -> None:
        for value, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, Literal) and other.value is not None and not isinstance(value, Literal):
                self._against(node, value, [other], side)
                return
        self._condition(node, side)
        for part in children(node):
            self.take(part, side)

    def _within(self, node: Within, side: int) -> None:
        marks = [bound for bound in (node.low, node.high) if bound is not None]
        literals = [bound for bound in marks if isinstance(bound, Literal)]
        if len(literals) == len(marks):
            self._against(node, node.value, literals, side)
        else:
            self._condition(node, side)

    def _one_of(self, node: OneOf, side: int) -> None:
        options = [one for one in node.options if isinstance(one, Literal)]
        if len(options) == len(node.options):
            self._against(node, node.value, options, side)
        else:
            self._condition(node, side)

    def _against(self, node: Expression, value: Expression, literals: list[Literal], side: int) -> None:
        """A value that is compared with constants."""
        self.take(value, side)
        number = self.spelled[side].of(value)
        if value.kind.name in _ORDERED:
            measure = self.found.measures.setdefault(number, Measure(Said(side, value)))
            for one in literals:
                measure.marks[one.value] = one
                measure.sides.setdefault(one.value, set()).add(side)
        elif value.kind.name in _NAMED and all(isinstance(one.value, str) for one in literals):
            choice = self.found.choices.setdefault(number, self._choice(value, side))
            choice.options |= {one.value: one for one in literals}
        else:
            self._condition(node, side)

    def _choice(self, value: Expression, side: int) -> Choice:
        kind = value.kind
        values = kind.values
        if isinstance(value, FormRef) and self.policies[side].field(value.field_name).type_name == "prefecture":
            values = self.cities
        options: dict[Value, Literal] = {one: Literal(one, Kind(kind.name)) for one in values}
        return Choice(Said(side, value), options, closed=bool(values) and not kind.nullable)


def _free(node: Expression) -> Iterator[Expression]:
    """The nodes of an expression that stand outside every `some` and `every`."""
    yield node
    if not isinstance(node, Quantified):
        for part in children(node):
            yield from _free(part)
