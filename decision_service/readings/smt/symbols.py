"""Unknown values of a kind, with what must be true of them, and known ones."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

import z3

from decision_service.readings.smt import numbers
from decision_service.readings.smt.counting import within
from decision_service.readings.smt.days import Calendar, Day, before, known_day
from decision_service.readings.smt.formulas import Formula, conj, disj, neg
from decision_service.readings.smt.numbers import Number, constant
from decision_service.readings.smt.shapes import CERTIFICATES, FIRST_YEAR, LAST_YEAR, MONTHS, REGIONS
from decision_service.readings.smt.texts import Texts
from decision_service.readings.smt.values import (
    Content,
    Length,
    Nothing,
    Record,
    Several,
    Term,
    Text,
    Truth,
    same,
)
from verifiers.kinds import Kind, Period, Value

_PLACE = re.compile(r"\[[0-9]+\]")

MOST_WHOLE = 2**53
MONEY_PLACES, DECIMAL_PLACES = 2, 6
MOST_MONEY, MOST_DECIMAL = 10**12, 10**14


@dataclass
class Symbols:
    """Makes the unknowns of one world. `domain` says what must be true of all of them."""

    calendar: Calendar
    texts: Texts
    prefectures: Sequence[str]
    longest: Mapping[str, int]
    """How many elements a list may have, by its name."""
    otherwise: int = 1
    """How many any other list may have."""
    domain: list[Formula] = field(default_factory=list)

    def unknown(self, name: str, kind: Kind, type_name: str = "") -> Term:
        """Any value of a kind. `type_name` is that of a form's field, empty for what a register states."""
        null: Formula = z3.Bool(f"{name} is null") if kind.nullable or kind.optional else False
        return Term(self._content(name, kind, type_name), null)

    def _content(self, name: str, kind: Kind, type_name: str) -> Content:
        match kind.name:
            case "boolean":
                return Truth(z3.Bool(name))
            case "whole" | "decimal" | "money":
                return self._number(name, kind)
            case "date":
                return self.day(name)
            case "month":
                index = Number(z3.Int(name), MONTHS + FIRST_YEAR * 12, MONTHS + LAST_YEAR * 12 + 11)
                self._bounded(index)
                self.texts.months = True
                return Text(index)
            case "region":
                return self._region(name, type_name)
            case "disability_certificate":
                return self._certificate(name)
            case "list":
                return self._list(name, kind, type_name)
            case "record":
                inside = "element" if type_name else ""
                return Record({key: self.unknown(f"{name}.{key}", one, inside) for key, one in kind.fields})
            case _:
                return Text(self.texts.free(name, kind, in_form=bool(type_name)))

    def _bounded(self, number: Number) -> None:
        self.domain += [number.term >= number.low, number.term <= number.high]

    def _number(self, name: str, kind: Kind) -> Number:
        whole = kind.name == "whole"
        most = MOST_WHOLE if whole else MOST_MONEY if kind.name == "money" else MOST_DECIMAL
        low = max(-most, kind.minimum if kind.minimum is not None else -most)
        high = min(most, kind.maximum if kind.maximum is not None else most)
        if whole:
            number = Number(z3.Int(name), -int(-low // 1), int(high // 1))
            self._bounded(number)
            return number
        places = 10 ** (MONEY_PLACES if kind.name == "money" else DECIMAL_PLACES)
        units = z3.Int(name)
        self.domain += [units >= -int(-low * places // 1), units <= int(high * places // 1)]
        return Number(z3.ToReal(units) / z3.RealVal(places), Fraction(low), Fraction(high))

    def day(self, name: str) -> Day:
        """Any day between the years that are looked at."""
        year = Number(z3.Int(f"{name} year"), FIRST_YEAR, LAST_YEAR)
        month, day = Number(z3.Int(f"{name} month"), 1, 12), Number(z3.Int(f"{name} day"), 1, 31)
        self.domain += within(year, month, day)
        return Day(self.calendar, (year, month, day))

    def _region(self, name: str, type_name: str) -> Text:
        province, city = Number(z3.Int(f"{name} province"), 10, 99), Number(z3.Int(f"{name} city"), 0, 99)
        place = Number(z3.Int(f"{name} place"), 1 if type_name == "division" else 0, 99)
        if type_name in ("prefecture", "division"):
            provinces = {code[:2] for code in self.prefectures}
            if len(provinces) == 1:
                province = constant(int(next(iter(provinces))))
            place = constant(0) if type_name == "prefecture" else place
            known = ((int(code[:2]), int(code[2:4])) for code in self.prefectures)
            pairs = [conj(numbers.equal(province, constant(p)), numbers.equal(city, constant(c))) for p, c in known]
            self.domain.append(disj(*pairs))
        for part in (province, city, place):
            if part.constant is None:
                self._bounded(part)
        return Text(region_number(province, city, place), region=(province, city, place))

    def _certificate(self, name: str) -> Text:
        self.texts.certificates = True
        holder = self.texts.free(f"{name} holder", Kind("citizen_id"), in_form=True)
        category, level = Number(z3.Int(f"{name} category"), 1, 7), Number(z3.Int(f"{name} level"), 1, 4)
        self._bounded(category)
        self._bounded(level)
        front = numbers.plus(constant(CERTIFICATES), numbers.scaled(holder, 100))
        number = numbers.plus(front, numbers.plus(numbers.scaled(category, 10), level))
        return Text(number, certificate=(holder, category, level))

    def _list(self, name: str, kind: Kind, type_name: str) -> Several:
        item = cast("Kind", kind.item)
        least = int(kind.minimum or 0)
        if kind.distinct and item.values:
            slots = tuple((z3.Bool(f"{name} has {one}"), self.known(one, item)) for one in item.values)
            self.domain += [disj(*(here for here, _ in slots))] if least else []
            return Several(slots, unordered=True)
        most = max(self.longest.get(_PLACE.sub("[]", name), self.otherwise), least)
        length = Number(z3.Int(f"{name} length"), least, most)
        self._bounded(length)
        inside = "element" if type_name else ""
        slots = tuple(
            (numbers.less(constant(place), length), self.unknown(f"{name}[{place}]", item, inside))
            for place in range(most)
        )
        if kind.distinct:
            pairs = ((a, b) for place, a in enumerate(slots) for b in slots[:place])
            self.domain += [neg(conj(a[0], b[0], same(a[1], b[1]))) for a, b in pairs]
        return Several(slots)

    def known(self, value: Value, kind: Kind | None = None) -> Term:
        """A constant."""
        match value:
            case None:
                return Term(Nothing(), True)
            case bool():
                return Term(Truth(value))
            case int() | Decimal():
                return Term(constant(value))
            case str():
                return Term(self._text(value))
            case date():
                return Term(known_day(self.calendar, value))
            case Period():
                return Term(Length(constant(value.months), constant(value.days)))
            case tuple():
                item = None if kind is None else kind.item
                return Term(Several(tuple((True, self.known(one, item)) for one in value)))
            case Mapping():
                return Term(Record({name: self.known(one) for name, one in value.items()}))

    def _text(self, value: str) -> Text:
        code = self.texts.number(value)
        if REGIONS[0] <= code <= REGIONS[1]:
            return Text(
                constant(code), region=(constant(code // 10000), constant(code // 100 % 100), constant(code % 100))
            )
        if code >= CERTIFICATES:
            holder, digits = divmod(code - CERTIFICATES, 100)
            return Text(constant(code), certificate=(constant(holder), constant(digits // 10), constant(digits % 10)))
        return Text(constant(code))

    def born_by(self, term: Term, day: Day) -> list[Formula]:
        """That whoever a form names by a number was born no later than `day`."""
        if not isinstance(term.content, Text):
            return []
        holder = term.content.certificate
        number = term.content.number if holder is None else holder[0]
        return [disj(term.null, neg(before(day, self.texts.birth(number))))]


def region_number(province: Number, city: Number, place: Number) -> Number:
    """A division's code of its parts."""
    front = numbers.plus(numbers.scaled(province, 10000), numbers.scaled(city, 100))
    return numbers.plus(front, place)


def holder_of(text: Text) -> Number:
    """The holder's number in a disability certificate's."""
    if text.certificate is not None:
        return text.certificate[0]
    inside = numbers.minus(text.number, constant(CERTIFICATES))
    return numbers.floor_div(inside, 100)


def digit_of(text: Text, place: int) -> Number:
    """Category (place 1) or level (place 2) in a disability certificate's number."""
    if text.certificate is not None:
        return text.certificate[place]
    return numbers.remainder(numbers.floor_div(text.number, 10 if place == 1 else 1), 10)
