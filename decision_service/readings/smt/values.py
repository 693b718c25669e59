"""Values of the encoding. Each expression has a Term: what keeps it unknown, whether it is null, and its value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

import z3

from decision_service.readings.smt import numbers
from decision_service.readings.smt.days import Day, either_day, same_day
from decision_service.readings.smt.formulas import Formula, choose, conj, disj, iff, neg, raw
from decision_service.readings.smt.numbers import Number


class UnencodableError(Exception):
    """A part of a policy that this reading has no encoding for; says which."""


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class Text:
    """A text, by its number (texts.Texts): equal numbers, equal texts.

    `region` are a division's province, city and place (21, 01, 05) where they are at hand; `certificate` the number of
    the holder, category and level of a disability certificate. `made`: a credit code, of these parts; its number says
    nothing of other texts.
    """

    number: Number
    region: tuple[Number, Number, Number] | None = None
    certificate: tuple[Number, Number, Number] | None = None
    made: tuple[Number, Number, Number] | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time: whole months, then whole days."""

    months: Number
    days: Number


@dataclass(frozen=True, slots=True)
class Several:
    """A list: its possible elements in order, each with whether it is there. `unordered`: a set of choices."""

    slots: tuple[tuple[Formula, "Term"], ...]
    unordered: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Named values."""

    fields: Mapping[str, "Term"]


@dataclass(frozen=True, slots=True)
class Nothing:
    """The null that a file writes."""


Content: TypeAlias = Truth | Number | Text | Day | Length | Several | Record | Nothing


@dataclass(frozen=True, slots=True)
class Causes:
    """What keeps a value unknown, by class, as far as outcomes depend on it; none of them: it is known.

    `form`: a defect of the form. `paper`: only a paper of the guide is lacking. `unasked`: a register was not asked.
    `other`: late, faulty, stale, without record, an unpublished year, a table's gap.
    """

    form: Formula = False
    paper: Formula = False
    unasked: Formula = False
    other: Formula = False

    @property
    def some(self) -> Formula:
        """Whether the value is unknown."""
        return disj(self.form, self.paper, self.unasked, self.other)

    def where(self, condition: Formula) -> "Causes":
        """These causes as far as the condition is true."""
        if condition is True or self is KNOWN:
            return self
        return Causes(*(conj(condition, one) for one in self.parts))

    @property
    def parts(self) -> tuple[Formula, Formula, Formula, Formula]:
        """All four, in the order of the fields."""
        return self.form, self.paper, self.unasked, self.other


KNOWN = Causes()
"""Nothing keeps the value unknown."""


def together(causes: list[Causes]) -> Causes:
    """All that any of them holds."""
    some = [one for one in causes if one is not KNOWN]
    if not some:
        return KNOWN
    return (
        some[0] if len(some) == 1 else Causes(*(disj(*parts) for parts in zip(*(c.parts for c in some), strict=True)))
    )


@dataclass(frozen=True, slots=True)
class Term:
    """What an expression comes to. `content` counts only where the value is known and not null.

    Conditions: `true`, `false` (known and not true, as everywhere in the language) and `unknown`. Values: `known`,
    `null`, and `term`, the number, text or day as Z3 has it (days as running numbers, texts by their numbers).
    """

    content: Content
    null: Formula = False
    causes: Causes = field(default=KNOWN)

    @property
    def holds(self) -> Formula:
        """Known, not null and true."""
        truth = self.content.formula if isinstance(self.content, Truth) else False
        return conj(neg(self.causes.some), neg(self.null), truth)

    @property
    def fails(self) -> Formula:
        """Known and not true."""
        truth = self.content.formula if isinstance(self.content, Truth) else False
        return conj(neg(self.causes.some), disj(self.null, neg(truth)))

    @property
    def true(self) -> "z3.BoolRef":
        """Surely true."""
        return raw(self.holds)

    @property
    def false(self) -> "z3.BoolRef":
        """Surely not true."""
        return raw(self.fails)

    @property
    def unknown(self) -> "z3.BoolRef":
        """Not known."""
        return raw(self.causes.some)

    @property
    def known(self) -> "z3.BoolRef":
        """Known; it may be null."""
        return raw(neg(self.causes.some))

    @property
    def is_null(self) -> "z3.BoolRef":
        """Known to be null."""
        return raw(conj(neg(self.causes.some), self.null))

    @property
    def term(self) -> "z3.ExprRef":
        """The value as Z3 has it. Raises UnencodableError for lists and records."""
        match self.content:
            case Truth():
                return raw(self.content.formula)
            case Number():
                return self.content.term
            case Text():
                return self.content.number.term
            case Day():
                return self.content.ordinal.term
            case Length() | Several() | Record() | Nothing():
                raise UnencodableError("a list, a record or a period is no single term")
            case _:
                assert_never(self.content)


def pick(condition: Formula, then: Term, otherwise: Term) -> Term:
    """`then` where the condition is true, else `otherwise`: causes, null and value."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    causes = KNOWN
    if then.causes is not KNOWN or otherwise.causes is not KNOWN:
        causes = Causes(
            *(choose(condition, a, b) for a, b in zip(then.causes.parts, otherwise.causes.parts, strict=True))
        )
    null = choose(condition, then.null, otherwise.null)
    return Term(_either(condition, then.content, otherwise.content), null, causes)


def _either(condition: Formula, then: Content, otherwise: Content) -> Content:
    match then, otherwise:
        case Nothing(), _:
            return otherwise
        case _, Nothing():
            return then
        case Truth(), Truth():
            return Truth(choose(condition, then.formula, otherwise.formula))
        case Number(), Number():
            return numbers.pick(condition, then, otherwise)
        case Text(), Text():
            if (then.made is None) != (otherwise.made is None):
                raise UnencodableError("a text that a function put together, or another")
            parts = zip(then.made or (), otherwise.made or (), strict=True)
            made = tuple(numbers.pick(condition, one, other) for one, other in parts)
            number = numbers.pick(condition, then.number, otherwise.number)
            return Text(number, made=(made[0], made[1], made[2]) if made else None)
        case Day(), Day():
            return either_day(condition, then, otherwise)
        case Length(), Length():
            months = numbers.pick(condition, then.months, otherwise.months)
            return Length(months, numbers.pick(condition, then.days, otherwise.days))
        case Record(), Record() if then.fields.keys() == otherwise.fields.keys():
            return Record({name: pick(condition, one, otherwise.fields[name]) for name, one in then.fields.items()})
        case Several(), Several():
            first = tuple((conj(condition, here), one) for here, one in then.slots)
            second = tuple((conj(neg(condition), here), one) for here, one in otherwise.slots)
            return Several(first + second, then.unordered and otherwise.unordered)
        case _:
            raise UnencodableError("the branches of a choice are of different kinds")


def same(left: Term, right: Term) -> Formula:
    """Whether two known values are equal, null only to null."""
    if isinstance(left.content, Nothing):
        return right.null
    if isinstance(right.content, Nothing):
        return left.null
    return disj(conj(left.null, right.null), conj(neg(left.null), neg(right.null), _equal(left.content, right.content)))


def _equal(left: Content, right: Content) -> Formula:
    match left, right:
        case Truth(), Truth():
            return iff(left.formula, right.formula)
        case Number(), Number():
            return numbers.equal(left, right)
        case Text(), Text():
            if left.made is not None or right.made is not None:
                raise UnencodableError("a text that a function put together is compared with another")
            for one, other in ((left.region, right.region), (left.certificate, right.certificate)):
                if one is not None and other is not None:  # cheaper than the numbers that they make
                    return conj(*(numbers.equal(a, b) for a, b in zip(one, other, strict=True)))
            return numbers.equal(left.number, right.number)
        case Day(), Day():
            return same_day(left, right)
        case Length(), Length():
            return conj(numbers.equal(left.months, right.months), numbers.equal(left.days, right.days))
        case Record(), Record():
            if left.fields.keys() != right.fields.keys():
                return False
            return conj(*(same(one, right.fields[name]) for name, one in left.fields.items()))
        case Several(), Several():
            return _equal_lists(left, right)
        case _:
            return False


def _equal_lists(left: Several, right: Several) -> Formula:
    """As many elements, and equal ones in each place; of choices, the same ones."""
    first, second = _places(left), _places(right)
    parts = [numbers.equal(count(left), count(right))]
    for (here, place, one), (there, other_place, other) in ((a, b) for a in first for b in second):
        paired = conj(here, there, numbers.equal(place, other_place))
        if paired is not False:
            parts.append(disj(neg(paired), same(one, other)))
    return conj(*parts)


def _places(several: Several) -> list[tuple[Formula, Number, Term]]:
    found, place = [], numbers.constant(0)
    for here, one in several.slots:
        found.append((here, place, one))
        place = numbers.plus(place, numbers.pick(here, numbers.constant(1), numbers.constant(0)))
    return found


def count(several: Several) -> Number:
    """How many elements are there."""
    total = numbers.constant(0)
    for here, _ in several.slots:
        total = numbers.plus(total, numbers.pick(here, numbers.constant(1), numbers.constant(0)))
    return total
