"""The typed tree as columns: every node of the language, walked as the reference walks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never, cast

from decision_service.language.tree import (
    And,
    Arithmetic,
    AsOf,
    Call,
    Compare,
    Contains,
    Expression,
    FactRef,
    FieldOf,
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
)
from decision_service.readings.bulk import columns
from decision_service.readings.bulk.arithmetic import arithmetic, unless_null
from decision_service.readings.bulk.cells import Cell, both, either, has, known, negated, static, union, when
from decision_service.readings.bulk.compare import compare, one_of, within
from decision_service.readings.bulk.constants import constant
from decision_service.readings.bulk.elements import some
from decision_service.readings.bulk.functions import call
from decision_service.readings.bulk.shapes import (
    NULL,
    Element,
    Fields,
    Items,
    Number,
    Plain,
    Rows,
    Term,
    conditional,
    conjunction,
    disjunction,
    same,
    truth,
)
from decision_service.readings.bulk.staging import Stages
from verifiers.kinds import Kind

Calendar = Mapping[int, frozenset[date]]


@dataclass(frozen=True, slots=True)
class World:
    """Where expressions are read. `form`, `facts`, `lets` and `tables` hold terms over the columns that there are;
    `births` the days in citizen IDs of the form.

    Inside a quantifier over a column of lists masks are local: one bit for each of `sources`, the masks that the
    element's condition depends on, so that the causes of all elements join without a function for it.
    """

    as_of: Cell
    form: Mapping[str, Term]
    facts: Callable[[str, str], Term]
    lets: Mapping[str, Term]
    tables: Mapping[str, Term]
    calendar: Calendar
    variables: Mapping[str, Term] = field(default_factory=dict)
    sources: list[tuple[Cell, int]] | None = None
    stages: Stages | None = None
    births: Mapping[str, Cell] = field(default_factory=dict)

    def binding(self, variable: str, term: Term) -> "World":
        """The same world with one more variable."""
        return replace(self, variables={**self.variables, variable: term})

    def share(self, cell: Cell) -> Cell:
        """The cell, in a column of its own if it is large and stands outside of a quantifier."""
        return cell if self.stages is None or self.sources is not None else self.stages.share(cell)

    def shared(self, term: Term) -> Term:
        """The term likewise."""
        shape = term.shape
        if isinstance(shape, Plain | Number):
            shape = replace(shape, cell=self.share(shape.cell))
        return replace(term, shape=shape, mask=self.share(term.mask))

    def local(self, term: Term, source: Cell) -> Term:
        """A term from outside of a quantifier, or one whose unknown is always of the constant `source`."""
        if self.sources is None or (static(term.mask) and term.mask == 0):
            return term
        place = next((at for at, (one, _) in enumerate(self.sources) if _alike(one, source)), None)
        if place is None:
            place = len(self.sources)
            self.sources.append((source, term.possible))
        return replace(term, mask=when(known(term.mask), 0, 1 << place), possible=1 << place)


def _alike(one: Cell, other: Cell) -> bool:
    if static(one) or static(other):
        return static(one) and static(other) and bool(one == other)
    return bool(one.op() == other.op())


def read(node: Expression, world: World) -> Term:
    """The term of an expression."""
    match node:
        case Literal():
            return constant(node.value, node.kind)
        case AsOf():
            return Term(Plain(world.as_of))
        case FormRef() | FactRef() | LetRef() | Lookup():
            term = _named(node, world)
            return world.local(term, term.mask)
        case VarRef():
            return world.variables[node.name]
        case And():
            return world.shared(conjunction([read(part, world) for part in node.items]))
        case Or():
            return world.shared(disjunction([read(part, world) for part in node.items]))
        case If():
            parts = [read(part, world) for part in (node.condition, node.then, node.otherwise)]
            return world.shared(conditional(*parts))
        case Quantified():
            return world.shared(_quantified(node, world))
        case Not() | Compare() | Within() | OneOf() | Contains() | FieldOf() | Arithmetic() | Call():
            return _strict(node, world)
        case _:
            assert_never(node)


def _named(node: FormRef | FactRef | LetRef | Lookup, world: World) -> Term:
    match node:
        case FormRef():
            return world.form[node.field_name]
        case FactRef():
            return world.facts(node.register, node.field_name)
        case LetRef():
            return world.lets[node.name]
        case Lookup():
            return world.tables[node.table]


def _strict(node: Not | Compare | Within | OneOf | Contains | FieldOf | Arithmetic | Call, world: World) -> Term:
    """The operators that are unknown as soon as a part is."""
    match node:
        case Not():
            item = read(node.item, world)
            return _over((item,), Term(Plain(negated(truth(item)))))
        case Compare():
            left, right = read(node.left, world), read(node.right, world)
            return _over((left, right), Term(Plain(compare(node.op, left, right))))
        case Within():
            parts = [None if one is None else read(one, world) for one in (node.value, node.low, node.high)]
            value = cast("Term", parts[0])
            found = within(value, parts[1], node.low_closed, parts[2], node.high_closed)
            return _over(tuple(one for one in parts if one is not None), Term(Plain(found)))
        case OneOf():
            value, options = read(node.value, world), [read(one, world) for one in node.options]
            return _over((value, *options), Term(Plain(one_of(value, options))))
        case Contains():
            value, items = read(node.value, world), read(node.items, world)
            return _over((value, items), Term(Plain(_contains(value, items))))
        case FieldOf():
            record = read(node.record, world)
            return _over((record,), _field(record, node.field_name))
        case Arithmetic():
            left, right = read(node.left, world), read(node.right, world)
            return _over((left, right), arithmetic(node, left, right, world.share))
        case Call():
            arguments = tuple(read(one, world) for one in node.arguments)
            found = _birth(node, arguments, world) or call(node, arguments, world.calendar, world.share)
            own = found if world.sources is None else world.local(found, found.possible)
            return _over((*arguments, Term(NULL, own.mask, own.possible)), own)


def _birth(node: Call, arguments: tuple[Term, ...], world: World) -> Term | None:
    """The day of birth in a citizen ID of the form, which was found when it was read."""
    match node:
        case Call(function="birth_date", arguments=(FormRef(field_name=name),)) if name in world.births:
            return unless_null(arguments, Plain(world.births[name]))
        case _:
            return None


def _over(parts: tuple[Term, ...], found: Term) -> Term:
    possible = 0
    for one in parts:
        possible |= one.possible
    return replace(found, mask=union(one.mask for one in parts), possible=possible)


def _field(record: Term, name: str) -> Term:
    match record.shape:
        case Element(cell, kind):
            return element(cell[name], cast("Kind", kind.field(name)), nullable=record.nullable)
        case Fields(fields):
            return Term(fields[name], nullable=True)
        case _:
            return Term(NULL, nullable=True)


def element(cell: Cell, kind: Kind, *, nullable: bool = False) -> Term:
    """A part of a list or of a record as a term."""
    return Term(columns.value(cell, kind), nullable=nullable or kind.nullable or kind.optional)


def _contains(value: Term, items: Term) -> Cell:
    match items.shape:
        case Items(cell, kind):
            return some(cell, lambda one: same(element(one, kind), value))
        case Rows(entries):
            return either(*(both(there, same(Term(shape, nullable=True), value)) for there, shape in entries))
        case _:
            return False


def _quantified(node: Quantified, world: World) -> Term:
    items = read(node.items, world)
    wanted = node.quantifier == "some"
    match items.shape:
        case Items(cell, kind):
            found = _over_column(node, cell, kind, world)
        case Rows(entries):
            parts = []
            for there, shape in entries:
                holds = read(node.condition, world.binding(node.variable, Term(shape, nullable=True)))
                guard = Term(Plain(there if wanted else negated(there)))
                parts.append(conjunction([guard, holds]) if wanted else disjunction([guard, holds]))
            found = disjunction(parts) if wanted else conjunction(parts)
        case _:
            found = Term(Plain(not wanted))
    mask = when(known(items.mask), found.mask, items.mask)
    return Term(found.shape, mask, items.possible | found.possible)


def _over_column(node: Quantified, cell: Cell, kind: Kind, world: World) -> Term:
    wanted = node.quantifier == "some"
    sources: list[tuple[Cell, int]] = []

    def holds(one: Cell) -> Term:
        inside = replace(world, sources=sources)
        return read(node.condition, inside.binding(node.variable, element(one, kind)))

    def settles(one: Cell) -> Cell:
        term = holds(one)
        return both(known(term.mask), truth(term) if wanted else negated(truth(term)))

    settled = some(cell, settles)
    masks, possible = [], 0
    for place, (source, may) in enumerate(tuple(sources)):
        masks.append(when(some(cell, _having(holds, 1 << place)), source, 0))
        possible |= may
    mask = when(settled, 0, union(masks))
    return Term(Plain(settled if wanted else negated(settled)), mask, possible)


def _having(holds: Callable[[Cell], Term], bit: int) -> Callable[[Cell], Cell]:
    """Whether a condition's local mask has a bit."""
    return lambda one: has(holds(one).mask, bit)
