"""A model of Z3 told as an application: numbers become texts, amounts and days again."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import z3

from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.days import Day
from decision_service.readings.smt.formulas import Formula
from decision_service.readings.smt.numbers import Exact, Number
from decision_service.readings.smt.patterns import Shape, made
from decision_service.readings.smt.shapes import (
    CERTIFICATES,
    CITIZENS,
    CREDITS,
    MONTHS,
    REGIONS,
    holds,
    identifiers,
)
from decision_service.readings.smt.texts import Texts, birth_parts
from decision_service.readings.smt.values import Length, Nothing, Record, Several, Term, Text, Truth
from verifiers.identifiers import make_credit_code
from verifiers.kinds import Kind, Period, Value

if TYPE_CHECKING:
    from decision_service.readings.smt.world import World

_WRONG: Mapping[str, object] = {"boolean": "?", "whole": "?", "list": "?"}
"""JSON that is of no such kind; 0 is none of any other."""


class UnrealisableError(Exception):
    """A model that no text of the kinds in question could be made for: nothing is proved, nothing is refuted."""


class Model:
    """One model over a world's texts. Texts are made when first needed; different numbers, different texts."""

    def __init__(self, model: "z3.ModelRef", texts: Texts) -> None:
        self._model = model
        self._texts = texts
        self._made = {number: text for text, number in texts.named.items()}
        self._kinds: dict[int, list[Kind]] = {}
        for symbol in texts.symbols:
            self._kinds.setdefault(self._whole(symbol.number), []).append(symbol.kind)

    def true(self, formula: "Formula | z3.BoolRef") -> bool:
        """Whether a formula holds."""
        if isinstance(formula, bool):
            return formula
        return bool(z3.is_true(self._model.eval(formula, model_completion=True)))

    def _whole(self, number: Number) -> int:
        return int(self.number(number))

    def number(self, number: Number) -> Exact:
        """The value of a number."""
        if number.constant is not None:
            return number.constant
        found = self._model.eval(number.term, model_completion=True)
        if z3.is_int_value(found):
            return int(found.as_long())
        return cast("Exact", found.as_fraction())

    def value(self, term: Term) -> Value:
        """The value of a term that is known."""
        if self.true(term.null):
            return None
        match term.content:
            case Truth():
                return self.true(term.content.formula)
            case Number():
                found = self.number(term.content)
                return found if isinstance(found, int) else Decimal(found.numerator) / Decimal(found.denominator)
            case Text():
                return self._text(term.content)
            case Day():
                return self.day(term.content)
            case Length():
                return Period(self._whole(term.content.months), self._whole(term.content.days))
            case Several():
                return tuple(self.value(one) for here, one in term.content.slots if self.true(here))
            case Record():
                return {name: self.value(one) for name, one in term.content.fields.items()}
            case Nothing():
                return None

    def _text(self, text: Text) -> str | None:
        if text.made is None:
            return self.text(self._whole(text.number))
        prefix, region, body = (self.text(self._whole(part)) for part in text.made)
        return make_credit_code(prefix, region, body)

    def day(self, day: Day) -> date:
        """The value of a day."""
        if day.is_civil:
            return date(*(self._whole(part) for part in day.civil))
        return date.fromordinal(self._whole(day.ordinal))

    def text(self, number: int) -> str:
        """The text of a number. Raises UnrealisableError."""
        if number not in self._made:
            self._made[number] = self._new(number)
        return self._made[number]

    def _new(self, number: int) -> str:
        if REGIONS[0] <= number <= REGIONS[1]:
            return str(number)
        if number < 0:
            year, month = divmod(number - MONTHS, 12)
            return f"{year:04d}-{month + 1:02d}"
        if number >= CERTIFICATES:
            holder, digits = divmod(number - CERTIFICATES, 100)
            return f"{self.text(holder)}{digits:02d}"
        shapes = {shape: self.true(holds(shape, Number(number))) for shape, _ in self._texts.asked}
        taken = set(self._made.values())
        for text in self._drawn(number, shapes):
            if text not in taken and all(shape.of(text) is yes for shape, yes in shapes.items()):
                return text
        raise UnrealisableError(f"no text of the kinds {self._kinds.get(number)} has the shapes {shapes}")

    def _drawn(self, number: int, shapes: Mapping[Shape, bool]) -> Iterator[str]:
        edges = next((one for one in (CITIZENS, CREDITS) if one[0] <= number <= one[1]), None)
        if edges is not None:
            year, month, day = (self._whole(part) for part in birth_parts(Number(number)))
            yield from identifiers(edges, (year, month, day), shapes)
        else:
            yield from made(self._kinds.get(number, []), dict(shapes))


def told(world: "World", model: Model) -> Applicant:
    """The application of a model."""
    today = model.day(world.day_of_decision)
    form: dict[str, object] = {}
    for name, field in world.fields.items():
        term = world.application.values[name]
        if model.true(world.application.wrong[name]):
            if field.kind.nullable or field.default is not None:
                form[name] = _WRONG.get(field.kind.name, 0)
        elif not model.true(term.null):
            form[name] = as_json(model.value(term), field.kind)
    facts: dict[str, object] = {}
    for name, inquiry in world.application.inquiries.items():
        if model.true(inquiry.answered):
            kinds = world.kinds[name]
            answer = {key: as_json(model.value(world.facts[name, key]), kind) for key, kind in kinds.items()}
            facts[name] = {"status": "ok", **answer, "data_as_of": today.isoformat()}
        elif model.true(inquiry.no_record):
            facts[name] = {"status": "no_record"}
        elif model.true(inquiry.trouble):
            facts[name] = {"status": "timeout"}
    return Applicant(today, form, facts)


def as_json(value: Value, kind: Kind) -> object:
    """A value as a form or an answer writes it; what may be left out of a record is, where there is none."""
    match value:
        case None | bool() | int() | str():
            return f"{value}.00" if kind.name == "money" and isinstance(value, int) else value
        case Decimal():
            return f"{value:.2f}" if kind.name == "money" else f"{value:f}"
        case Period():
            raise TypeError("a period stands in no form and in no answer")
        case date():
            return value.isoformat()
        case tuple():
            item = cast("Kind", kind.item)
            return [as_json(one, item) for one in value]
        case Mapping():
            return {
                name: as_json(value[name], one)
                for name, one in kind.fields
                if not (value[name] is None and one.optional and not one.nullable)
            }
