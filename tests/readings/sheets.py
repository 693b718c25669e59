"""Sheets of facts for a policy: those of its worked cases, and seeded variations with every cause of not knowing."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.forms import read_form
from decision_service.language.tree import Expression, Literal
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy
from decision_service.readings.compiled.names import walk
from decision_service.readings.compiled.write_full import deciding
from decision_service.sheet import fact_sheet
from tests.shipped import shelf
from verifiers.answers import read_answer
from verifiers.freshness import Moment
from verifiers.kinds import Kind, Value

RULES = Path(__file__).parents[2] / "rules"


def policies() -> list[Policy]:
    return list(shelf().policies())


def case_sheets(policy: Policy) -> dict[str, FactSheet]:
    """The sheet of each worked case, by name."""
    catalogue = shelf().catalogue
    sheets = {}
    for case in policy.cases:
        form = read_form(policy, case.form, case.as_of, catalogue.prefectures)
        evidence = {
            name: read_answer(ask.register, ask.asked_with, case.facts[name], Moment(case.as_of))
            for name, ask in policy.asks.items()
            if name in case.facts
        }
        sheets[case.name] = fact_sheet(policy, form, evidence, case.as_of, catalogue.calendar)
    return sheets


class Variations:
    """Sheets near those of the worked cases, where values are exchanged, moved to borders, left out or unknown."""

    def __init__(self, policy: Policy, seed: int) -> None:
        self.policy = policy
        self.draw = random.Random(f"{policy.matter} {seed}")
        self.bases = list(case_sheets(policy).values())
        self.constants = [one.value for one in _literals(policy) if one.value is not None]

    def sheets(self, count: int) -> Iterator[FactSheet]:
        for _ in range(count):
            yield self._one()

    def _one(self) -> FactSheet:
        draw, base = self.draw, self.draw.choice(self.bases)
        as_of = base.as_of + timedelta(days=draw.choice((0, 0, 0, 1, -1, 30, 366, -1000, 5000)))
        form = dict(base.form)
        for field in self.policy.fields:
            if draw.random() < 0.15:
                form[field.name] = self._form_value(field.name, field.kind)
        registers = {name: self._register(name, base) for name in self.policy.asks}
        items = tuple(item.name for item in self.policy.items if draw.random() < 0.7)
        outcome = Outcome.CORRECTION_REQUIRED if draw.random() < 0.1 else base.form_outcome
        if outcome is not None and draw.random() < 0.1:
            outcome = Outcome.NOT_ACCEPTED
        calendar = base.calendar if draw.random() < 0.8 else {}
        return replace(
            base, as_of=as_of, form=form, registers=registers, items=items, form_outcome=outcome, calendar=calendar
        )

    def _form_value(self, name: str, kind: Kind) -> Value | Unknown:
        roll = self.draw.random()
        if roll < 0.1:
            return Unknown.of(Why.FORM, name)
        others = [base.form[name] for base in self.bases]
        if roll < 0.5:
            return self.draw.choice(others)
        return self._value(kind)

    def _register(self, name: str, base: FactSheet) -> "dict[str, Value] | Unknown":
        answer, draw = base.registers[name], self.draw
        if draw.random() < 0.07:
            return Unknown.of(draw.choice(list(Why)[:8]), name)
        if isinstance(answer, Unknown) or draw.random() < 0.2:
            answer = draw.choice(self.bases).registers[name]
        if isinstance(answer, Unknown):
            return answer
        kinds = self.policy.asks[name].register.answers_when_asked_with(self.policy.asks[name].asked_with)
        return {
            key: self._value(kinds[key]) if key in kinds and draw.random() < 0.06 else value
            for key, value in answer.items()
        }

    def _value(self, kind: Kind) -> Value:
        draw = self.draw
        if (kind.nullable or kind.optional) and draw.random() < 0.3:
            return None
        match kind.name:
            case "boolean":
                return draw.random() < 0.5
            case "whole" | "decimal" | "money":
                return self._number(kind)
            case "date":
                return date(2026, 3, 16) + timedelta(days=draw.choice((0, 1, -1, draw.randrange(-30000, 4000))))
            case "month":
                return f"{draw.randrange(1950, 2031)}-{draw.randrange(1, 13):02}"
            case "list" if kind.item is not None:
                return tuple(self._value(kind.item) for _ in range(draw.randrange(4)))
            case "record":
                return {name: self._value(field) for name, field in kind.fields}
            case "citizen_id":
                return self._citizen()
            case "region":
                return draw.choice(("210100", "210105", "210200", "210204", "110000"))
            case _:
                return self._text(kind)

    def _number(self, kind: Kind) -> Value:
        near = [one for one in self.constants if isinstance(one, int | Decimal) and not isinstance(one, bool)] or [0]
        number = self.draw.choice(near) + self.draw.choice((-1, 0, 1))
        if kind.name == "whole":
            return int(number)
        return Decimal(number) + self.draw.choice((Decimal(0), Decimal("0.01")))

    def _text(self, kind: Kind) -> Value:
        if kind.values:
            return self.draw.choice(kind.values)
        texts = [one for one in self.constants if isinstance(one, str)]
        alike = [field.name for field in self.policy.fields if field.kind.name == kind.name]
        known = [one for base in self.bases for name in alike if isinstance(one := base.form[name], str)]
        return self.draw.choice(known or texts or ["x"])

    def _citizen(self) -> str:
        born = date(2026, 3, 16) - timedelta(days=self.draw.randrange(0, 110 * 365))
        if self.draw.random() < 0.3:
            age = self.draw.choice((16, 18, 45, 60, 61, 65, 80, 90, 100))
            born = date(2026 - age, 3, self.draw.choice((15, 16, 17)))
        return f"210100{born:%Y%m%d}001{self.draw.choice('0123456789X')}"


def _literals(policy: Policy) -> Iterator[Literal]:
    nodes: list[Expression] = [*deciding(policy), *(let.value for let in policy.lets)]
    nodes += [test for table in policy.tables.values() for row in table.rows for test in row.tests if test is not None]
    for node in nodes:
        yield from (one for one in walk(node) if isinstance(one, Literal))
