"""Texts as numbers: equal numbers, equal texts. A number tells what sort of text it is, so that what the text itself
settles (the city of a division, the birth date of a citizen ID) is settled for the number too.

    months     the months since the year 0, less a million      divisions   the code itself
    citizens, credit codes, other texts: a range each           disability certificates: holder, category, level
"""

import re
from dataclasses import dataclass, field
from datetime import date

import z3

from decision_service.readings.smt import numbers
from decision_service.readings.smt.counting import within
from decision_service.readings.smt.days import Calendar, Day
from decision_service.readings.smt.formulas import Formula, conj, disj, iff, neg
from decision_service.readings.smt.numbers import Number, constant
from decision_service.readings.smt.patterns import Shape, Starts, fits, implied, uniform
from decision_service.readings.smt.shapes import (
    CERTIFICATES,
    CITIZENS,
    CREDITS,
    FIRST_YEAR,
    LAST_YEAR,
    MONTHS,
    OTHERS,
    REGIONS,
    holds,
    of_identifiers,
    related,
    shaped,
)
from verifiers.identifiers import Defect, DisabilityCertificate, citizen_id, credit_code, disability_certificate
from verifiers.kinds import READERS, BadValueError, Kind

_MONTH = re.compile(r"(?!0000)([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_REGION = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_LATEST = date(9999, 12, 31)
_CERTIFICATE = "21010019350520882643"
_SAMPLES = {
    CITIZENS: ("210100193505208826", "21010019900214896X"),
    CREDITS: ("92210102DEMX10016B", "91210102DEMX10010Q"),
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A text that is not known: its number, its kind, and whether it stands in the form."""

    number: Number
    kind: Kind
    in_form: bool


@dataclass
class Texts:
    """All texts that are named, and every unknown one."""

    calendar: Calendar
    named: dict[str, int] = field(default_factory=dict)
    symbols: list[Symbol] = field(default_factory=list)
    asked: list[tuple[Shape, Number]] = field(default_factory=list)
    loose: set[int] = field(default_factory=set)
    """Citizen IDs that a register may state and no form: their check character does not fit."""
    months: bool = False
    certificates: bool = False
    """Whether months, or disability certificates, are met that are not known: any other text may then be one."""

    def number(self, text: str) -> int:
        """The number of a text."""
        if text not in self.named:
            self.named[text] = self._new(text)
        return self.named[text]

    def _new(self, text: str) -> int:
        month = _MONTH.fullmatch(text)
        if month is not None:
            return MONTHS + int(month[1]) * 12 + int(month[2]) - 1
        if _REGION.fullmatch(text):
            return int(text)
        certificate = disability_certificate(text, _LATEST)
        if isinstance(certificate, DisabilityCertificate):
            return CERTIFICATES + self.number(certificate.holder) * 100 + certificate.category * 10 + certificate.level
        if _is_citizen(text):
            number = self._next(CITIZENS)
            if isinstance(citizen_id(text, _LATEST), Defect):
                self.loose.add(number)
            return number
        return self._next(OTHERS if isinstance(credit_code(text), Defect) else CREDITS)

    def _next(self, edges: tuple[int, int]) -> int:
        """From the middle on: a solver that is free to choose mostly takes the end, and so a text of its own."""
        middle = (edges[0] + edges[1] + 1) // 2
        return middle + sum(1 for one in self.named.values() if middle <= one <= edges[1])

    def named_by(self, number: Number) -> str | None:
        """The text of a constant number, None where the number is none."""
        if number.constant is None:
            return None
        return next((text for text, one in self.named.items() if one == number.constant), None)

    def birth(self, number: Number) -> Day:
        """The birth date in a citizen ID."""
        known = self.named_by(number)
        if known is not None:
            born = date(int(known[6:10]), int(known[10:12]), int(known[12:14]))
            return Day(self.calendar, (constant(born.year), constant(born.month), constant(born.day)))
        return Day(self.calendar, birth_parts(number))

    def shaped(self, shape: Shape, number: Number) -> Formula:
        """Whether the text of this number is of a shape."""
        known = self.named_by(number)
        if known is not None:
            return shape.of(known)
        if not any(one == shape and other.term.eq(number.term) for one, other in self.asked):
            self.asked.append((shape, number))
        return shaped(shape, number)

    def free(self, name: str, kind: Kind, *, in_form: bool) -> Number:
        """An unknown text of a kind."""
        number = Number(z3.Int(name))
        self.symbols.append(Symbol(number, kind, in_form))
        for text in kind.values:  # named before any rule is made of what other texts may not be
            self.number(text)
        return number

    def rules(self) -> list[Formula]:
        """What must be true of the numbers, given the texts named so far."""
        found: list[Formula] = []
        for symbol in self.symbols:
            found += self._of(symbol)
        return [*found, *self._shapes_of_kinds(), *self._apart(), *self.named_rules()]

    def named_rules(self) -> list[Formula]:
        """What is true of the named texts: births in citizen IDs, shapes, and how shapes hang together."""
        found: list[Formula] = []
        for text, number in self.named.items():
            if CITIZENS[0] <= number <= CITIZENS[1]:
                born = (int(text[6:10]), int(text[10:12]), int(text[12:14]))
                parts = zip(birth_parts(constant(number)), born, strict=True)
                found += [numbers.equal(part, constant(one)) for part, one in parts]
        shapes = list(dict.fromkeys(shape for shape, _ in self.asked))
        for shape in shapes:
            found += [iff(holds(shape, constant(one)), shape.of(text)) for text, one in self.named.items()]
        for shape, asked in self.asked:
            for other in shapes:
                if other != shape and isinstance(shape, Starts) and isinstance(other, Starts):
                    found.append(related(shape, other, asked))
        return found

    def _of(self, symbol: Symbol) -> list[Formula]:
        """That the number is one of its kind."""
        number, kind = symbol.number, symbol.kind
        if kind.values:
            return [disj(*(numbers.equal(number, constant(self.number(text))) for text in kind.values))]
        match kind.name:
            case "citizen_id":
                barred = [neg(numbers.equal(number, constant(one))) for one in self.loose if symbol.in_form]
                return [*_between(number, CITIZENS), *within(*birth_parts(number)), *barred]
            case "credit_code":
                return [*_between(number, CREDITS)]
            case _:
                return [self._any_text(symbol)]

    def _any_text(self, symbol: Symbol) -> Formula:
        number, kind = symbol.number, symbol.kind
        ranges = [conj(*_between(number, OTHERS))]
        ranges += [
            conj(*_between(number, edges), *(within(*birth_parts(number)) if edges is CITIZENS else []))
            for edges, samples in _SAMPLES.items()
            if all(fits(kind, sample) for sample in samples)
        ]
        if fits(kind, "210100") and fits(kind, "999999"):
            ranges.append(conj(*_between(number, REGIONS)))
        if self.months and fits(kind, "2026-04"):
            ranges.append(conj(*_between(number, (MONTHS + FIRST_YEAR * 12, MONTHS + LAST_YEAR * 12 + 11))))
        if self.certificates and fits(kind, _CERTIFICATE):
            ranges.append(_certificate(number))
        named = [(text, one) for text, one in self.named.items() if self._possible(symbol, text)]
        ranges += [numbers.equal(number, constant(one)) for _, one in named]
        barred = [one for text, one in self.named.items() if not self._possible(symbol, text)]
        return conj(disj(*ranges), *(neg(numbers.equal(number, constant(one))) for one in barred))

    def _possible(self, symbol: Symbol, text: str) -> bool:
        """Whether it can be this text; a blank one in a form counts as not filled in."""
        return fits(symbol.kind, text) and text.isprintable() and not (symbol.in_form and not text.strip())

    def _shapes_of_kinds(self) -> list[Formula]:
        """What kinds say of the shapes that were asked for."""
        found = [rule for shape, number in self.asked for rule in of_identifiers(shape, number)]
        for shape in dict.fromkeys(shape for shape, _ in self.asked):
            for symbol in self.symbols:
                sure = implied(symbol.kind, shape) if symbol.kind.name == "text" and not symbol.kind.values else None
                found += [] if sure is None else [iff(holds(shape, symbol.number), sure)]
        return found

    def _apart(self) -> list[Formula]:
        """Texts of two patterns that no text may have in common are not equal."""
        patterned = [symbol for symbol in self.symbols if symbol.kind.pattern is not None]
        found: list[Formula] = []
        for place, one in enumerate(patterned):
            for other in self.symbols:
                if other in patterned[: place + 1] or not _apart(one.kind, other.kind):
                    continue
                found.append(neg(numbers.equal(one.number, other.number)))
        return found


def _is_citizen(text: str) -> bool:
    try:
        READERS["citizen_id"](text)
    except BadValueError:
        return False
    return True


def birth_parts(number: Number) -> tuple[Number, Number, Number]:
    """Year, month and day of birth in a citizen ID."""
    sorts = (z3.IntSort(), z3.IntSort())
    year, month, day = (z3.Function(f"birth_{part}", *sorts)(number.term) for part in ("year", "month", "day"))
    return Number(year, FIRST_YEAR, LAST_YEAR), Number(month, 1, 12), Number(day, 1, 31)


def _certificate(number: Number) -> Formula:
    """That the number is one of a disability certificate: a citizen's, a category and a level."""
    inside = numbers.minus(number, constant(CERTIFICATES))
    holder, digits = numbers.floor_div(inside, 100), numbers.remainder(inside, 100)
    category, level = numbers.floor_div(digits, 10), numbers.remainder(digits, 10)
    return conj(
        *_between(holder, CITIZENS),
        *within(*birth_parts(holder)),
        *_between(category, (1, 7)),
        *_between(level, (1, 4)),
    )


def _between(number: Number, edges: tuple[int, int]) -> list[Formula]:
    return [number.term >= edges[0], number.term <= edges[1]]


def _apart(one: Kind, other: Kind) -> bool:
    if other.values or other.name != "text":
        return False
    if other.pattern is not None:
        return other.pattern != one.pattern
    known = uniform(one.pattern or "")
    return known is not None and other.maximum is not None and other.maximum < known.least
