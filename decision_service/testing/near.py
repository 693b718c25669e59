"""Values worth trying at a place: those that worked cases hold, the policy's constants, and what lies just beside."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, product

from decision_service.language.functions import add_months
from decision_service.testing.ground import Application, Ground
from decision_service.testing.places import Place
from verifiers.identifiers import make_citizen_id, make_credit_code
from verifiers.kinds import Kind, Value

_FAR = (1, 2, 7, 30, 100, 400, 1000, 3650, 12000, 40000)
"""Days off: so far apart that whatever an expression counts changes between two of them."""
_MOST_OF_A_PART, _MOST_RECORDS = 8, 200
_CITIZEN = 18


def as_json(value: Value) -> object:
    """A value as it would arrive."""
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def step(kind: Kind) -> Decimal:
    """The smallest difference of two numbers of a kind."""
    return Decimal(1) if kind.name == "whole" else Decimal("0.01")


class Near:
    """The values worth trying in the applications of one matter."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        numbers = [one for one in ground.constants if isinstance(one, int | Decimal) and not isinstance(one, bool)]
        self.numbers = sorted({Decimal(one) for one in numbers} | {Decimal(0)})
        self.texts = [one for one in ground.constants if isinstance(one, str)]
        self.dates = [one for one in ground.constants if isinstance(one, date)]

    def values(self, place: Place, one: Application) -> list[object]:
        """JSON of the kind of `place`, each once; first what worked cases hold there."""
        seen = [place.of(base) for base in self.ground.bases if place.there(base)]
        found = [*seen, *self._made(place, one)]
        kept = {repr(value): value for value in found if value is not None or place.kind.nullable}
        return list(kept.values())

    def _made(self, place: Place, one: Application) -> Iterator[object]:
        kind = place.kind
        if kind.nullable:
            yield None
        if kind.values:
            yield from kind.values
            return
        match kind.name:
            case "boolean":
                yield from (False, True)
            case "whole" | "decimal" | "money":
                yield from self._numbers(kind)
            case "date":
                yield from (day.isoformat() for day in self._days(one.as_of))
            case "month":
                yield from (f"{add_months(one.as_of, off):%Y-%m}" for off in (0, -1, 1, -2, 12, -12, 24))
            case "list":
                yield from self._lists(place, one)
            case "record":
                yield from self._records(place, one)
            case "answer":
                yield {"status": "no_record"}
                yield self._answer(place, one)
            case _:
                yield from self._texts(place, one)

    def _numbers(self, kind: Kind) -> Iterator[object]:
        low = Decimal(0) if kind.minimum is None else kind.minimum
        high = Decimal(10**6) if kind.maximum is None else kind.maximum
        beside = [number + off * step(kind) for number in self.numbers for off in (-1, 0, 1)]
        for number in sorted({low, high, *(one for one in beside if low <= one <= high)}):
            yield int(number) if kind.name == "whole" else format(number.quantize(Decimal("0.01")), "f")

    def _days(self, today: date) -> Iterator[date]:
        yield today
        counts = [int(one) for one in self.numbers if 0 < one <= 120]
        near = [add_months(today, sign * count * unit) for count in counts for unit in (1, 12) for sign in (-1, 1)]
        for day in (*self.dates, *near):
            yield from (day + timedelta(days=off) for off in (-1, 0, 1))
        yield from (today + timedelta(days=sign * off) for off in _FAR for sign in (-1, 1) if off < 40000 or sign < 0)

    def _answer(self, place: Place, one: Application) -> dict[str, object]:
        """An answer of the register with something in every field."""
        ask = self.ground.policy.asks[place.register]
        kinds = ask.register.answers_when_asked_with(ask.asked_with)
        usual = {name: value for name, value in self.ground.catalogue.examples[place.register].items() if name in kinds}
        made: dict[str, object] = {}
        for name, kind in kinds.items():
            values = self._made(replace(place, name=name, kind=kind), one)
            made[name] = next((value for value in values if value is not None), None)
        return {"status": "ok", "data_as_of": one.as_of.isoformat(), **made, **usual}

    def _lists(self, place: Place, one: Application) -> Iterator[object]:
        item = place.kind.item
        if item is None:
            return
        least = int(place.kind.minimum or 0)
        elements = list(self._made(replace(place, kind=item), one))
        if least == 0:
            yield []
        yield from ([element] * max(1, least) for element in elements if least <= 1 or not place.kind.distinct)
        if item.values:
            yield list(item.values)

    def _records(self, place: Place, one: Application) -> Iterator[object]:
        fields = place.kind.fields
        options = [
            list({repr(value): value for value in self._made(replace(place, kind=kind, part=""), one)}.values())
            for _, kind in fields
        ]
        options = [values[:_MOST_OF_A_PART] for values in options]
        for values in islice(product(*options), _MOST_RECORDS):
            yield {name: value for (name, _), value in zip(fields, values, strict=True)}

    def _texts(self, place: Place, one: Application) -> Iterator[object]:
        kind = place.kind
        match place.type_name or kind.name:
            case "citizen_id":
                yield from self._citizens(place, one)
            case "disability_certificate":
                holders = list(self._people(one))[:3]
                yield from (
                    f"{who}{category}{level}" for who in holders for category in range(1, 8) for level in range(1, 5)
                )
            case "credit_code":
                yield from (make_credit_code(prefix, "210102", "DEMX1001") for prefix in ("91", "92"))
            case "prefecture":
                yield from self.ground.catalogue.prefectures
            case "division" | "region":
                yield from (f"{city[:4]}{end}" for city in self.ground.catalogue.prefectures for end in ("02", "05"))
                yield from () if place.type_name else ("110101",)
            case _:
                longest = int(kind.maximum or 200)
                texts = [text for text in (*self.texts, "示例") if text.isprintable() and len(text) <= longest]
                yield from texts if kind.pattern is None else _matching(kind.pattern, place, one)

    def _people(self, one: Application) -> Iterator[str]:
        for name in ("id_no", *(field.name for field in self.ground.policy.fields if field.type_name == "citizen_id")):
            number = one.form.get(name)
            if isinstance(number, str) and len(number) == _CITIZEN:
                yield number

    def _citizens(self, place: Place, one: Application) -> Iterator[object]:
        """People of the application, and whoever stands there born on another day."""
        yield from self._people(one)
        own = place.of(one)
        body = own if isinstance(own, str) and len(own) == _CITIZEN else "210100200001010010"
        for day in self._days(one.as_of):
            if date(1900, 1, 1) <= day <= one.as_of:
                yield born(body, day)
        yield make_citizen_id("21020019800101001")


def _matching(pattern: str, place: Place, one: Application) -> Iterator[str]:
    """Texts of the pattern: the one that stands there with one character exchanged."""
    own = place.of(one)
    known = own if isinstance(own, str) else ""
    for at in range(len(known)):
        for other in "0179AX":
            text = f"{known[:at]}{other}{known[at + 1 :]}"
            if re.fullmatch(pattern, text, re.ASCII):
                yield text


def born(number: str, day: date) -> str:
    """The citizen ID `number` of somebody who is born on `day` instead."""
    made = make_citizen_id(f"{number[:6]}{day:%Y%m%d}{number[14:17]}")
    return number if made is None else made
