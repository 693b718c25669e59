"""Random applications for any policy: forms and register answers near everything that the policy compares them with."""

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from hypothesis import strategies as st

from decision_service.language.tree import Literal
from decision_service.policy.shape import Ask, Field, Policy
from tests.properties.constants import Constants, constants_of
from verifiers.identifiers import make_credit_code
from verifiers.identifiers.citizen_id import make_citizen_id
from verifiers.kinds import Kind

CITIES = tuple(f"21{number:02d}00" for number in range(1, 15))
DAYS = ("2026-03-16", "2026-03-16", "2026-02-28", "2026-12-17", "2026-12-18", "2026-12-31", "2027-01-04", "2028-02-29")
UNKNOWN = ("timeout", "error", "no_record", "stale", "absent", "future", "field_missing", "field_wrong")


@dataclass(frozen=True, slots=True)
class Application:
    """What one decision is made from, as JSON."""

    form: Mapping[str, object]
    facts: Mapping[str, object]
    as_of: date


class Maker:
    """Makes one application. `messy`: chance that the form is wrong; `unknown`: that a register's answer is no use."""

    def __init__(
        self, random: Random, policy: Policy, constants: Constants, *, messy: float = 0.0, unknown: float = 0.0
    ) -> None:
        self.random, self.policy, self.constants = random, policy, constants
        self.messy, self.unknown = messy, unknown
        self.as_of = date.fromisoformat(random.choice(DAYS))
        self.city = random.choice(CITIES)
        self.people = [self.person() for _ in range(3)]
        self.firms = [
            make_credit_code("92", f"{self.city[:4]}02", f"DEMX{n}{self.random.randint(100, 999)}") for n in (1, 2)
        ]

    def chance(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return self.random.randint(0, 999) < probability * 1000

    def application(self) -> Application:
        """One application: a worked case with some changes, or one made from nothing."""
        if self.policy.cases and self.chance(0.6):
            form, facts = self._changed()
        else:
            form = {field.name: self.field(field) for field in self.policy.fields if self.given(field)}
            facts = {name: self.answer(name, ask) for name, ask in self.policy.asks.items()}
        if self.chance(self.messy):
            self.spoil(form)
        for name in list(facts):
            if self.chance(self.unknown):
                self.hide(facts, name, self.random.choice(UNKNOWN))
        return Application(form, facts, self.as_of)

    def _changed(self) -> tuple[dict[str, object], dict[str, object]]:
        case = self.random.choice(self.policy.cases)
        form, facts = copy.deepcopy(dict(case.form)), copy.deepcopy(dict(case.facts))
        self.as_of = case.as_of
        self.people[:2] = [
            one for one in (form.get("id_no"), form.get("id_no")) if isinstance(one, str)
        ] or self.people[:2]
        self.city = str(form.get("city", form.get("region", self.city)))
        for name, ask in self.policy.asks.items():
            if not isinstance(facts.get(name), dict) or facts[name].get("status") != "ok" or self.chance(0.05):  # type: ignore[attr-defined]  # asked for in the line itself
                facts[name] = self.answer(name, ask)
        for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 5))):
            self.change(form, facts)
        return form, facts

    def change(self, form: dict[str, object], facts: dict[str, object]) -> None:
        """One other value, in the form or in a register's answer."""
        if self.chance(0.4):
            field = self.random.choice(self.policy.fields)
            form.pop(field.name, None)
            if self.given(field):
                form[field.name] = self.field(field)
            return
        name, ask = self.random.choice(list(self.policy.asks.items()))
        answer = facts.get(name)
        if isinstance(answer, dict) and answer.get("status") == "ok":
            key = self.random.choice(list(ask.register.answers))
            answer[key] = self.value(ask.register.answers_when_asked_with(ask.asked_with)[key])

    def given(self, field: Field) -> bool:
        """Whether the form has the field."""
        must = isinstance(field.required, Literal) and field.required.value is True
        return must or self.chance(0.9 if field.confirmation else 0.6)

    def field(self, field: Field) -> object:
        """A right value of a form field."""
        match field.type_name:
            case "prefecture":
                return self.city if self.chance(0.8) else self.random.choice(CITIES)
            case "division":
                return f"{self.city[:4]}{self.random.choice(('02', '05', '24'))}"
            case "confirmation":
                return self.chance(0.9)
            case "citizen_id":
                return self.people[0] if field.name == "id_no" else self.random.choice(self.people)
            case "credit_code":
                return self.random.choice(self.firms)
            case "disability_certificate":
                return self._certificate()
        if field.name == "id_type":
            return "111" if self.chance(0.97) else "414"
        if field.name in ("human_review", "applicant_name"):
            return self.chance(0.07) if field.name == "human_review" else "赵示甲一"
        return self.value(field.kind)

    def _certificate(self) -> str:
        owner = self.people[0] if self.chance(0.8) else self.random.choice(self.people)
        return f"{owner}{self.random.randint(1, 7)}{self.random.randint(1, 4)}"

    def answer(self, _: str, ask: Ask) -> dict[str, object]:
        """An answer of status ok, of today; or that there is no record, where that is an answer."""
        if ask.register.no_record is not None and self.chance(0.2):
            return {"status": "no_record"}
        kinds = ask.register.answers_when_asked_with(ask.asked_with)
        return {
            "status": "ok",
            "data_as_of": self.as_of.isoformat(),
            **{name: self.fact(name, kind) for name, kind in kinds.items()},
        }

    def fact(self, name: str, kind: Kind) -> object:
        """One fact; those on whose contrary all else stops are mostly favourable."""
        usual: dict[str, tuple[float, object]] = {"match": (0.96, True), "hit": (0.9, False), "passed": (0.8, True)}
        if name in usual and self.chance(usual[name][0]):
            return usual[name][1]
        for favourable in ("normal", "active", "valid"):
            if favourable in kind.values and self.chance(0.75):
                return favourable
        return self.value(kind)

    def value(self, kind: Kind) -> object:
        """JSON of this kind."""
        if kind.nullable and self.chance(0.3):
            return None
        if kind.values:
            return self.random.choice(kind.values)
        match kind.name:
            case "boolean":
                return self.chance(0.5)
            case "whole":
                return int(self.number(kind, Decimal(1)))
            case "money" | "decimal":
                return format(self.number(kind, Decimal("0.01")), "f")
            case "text":
                return self.text(kind)
            case "date" | "month":
                return self.day().isoformat()[: 10 if kind.name == "date" else 7]
            case "region":
                return self.region()
            case "citizen_id":
                return self.random.choice(self.people)
            case "list":
                return self.items(kind)
            case "record":
                return {
                    name: self.value(part) for name, part in kind.fields if not (part.optional and self.chance(0.5))
                }
        raise AssertionError(f"no value of kind {kind.name} is made")

    def number(self, kind: Kind, step: Decimal) -> Decimal:
        """A number at or beside one that the policy names, within the kind's bounds."""
        near = self.random.choice(self.constants.numbers) + step * self.random.choice((-1, 0, 0, 1))
        free = Decimal(self.random.randint(0, 40)) if self.chance(0.7) else Decimal(self.random.randint(0, 99_999))
        found = (near if self.chance(0.6) else free).quantize(step)
        low = Decimal(0) if kind.minimum is None else kind.minimum
        return max(low, found if kind.maximum is None else min(kind.maximum, found))

    def text(self, kind: Kind) -> str:
        """A text, mostly one that the policy names."""
        match kind.pattern:
            case None:
                return (
                    self.random.choice((*self.constants.texts, "U-001", *self.firms))[: int(kind.maximum or 200)] or "x"
                )
            case "[0-9]{3}":
                return "111"
            case "[0-9A-HJ-NP-RTUWXY]{8}":
                return f"DEMX{self.random.randint(1000, 9999)}"
            case _:
                return self.people[0]

    def day(self) -> date:
        """A day at or beside one that a period of the policy leads to from today."""
        number = int(self.random.choice(self.constants.numbers))
        distance = number if abs(number) <= 400 and self.chance(0.6) else self.random.randint(0, 800)
        return self.as_of + timedelta(days=self.random.choice((-1, 1)) * distance + self.random.choice((-1, 0, 0, 1)))

    def region(self) -> str:
        """A division: of the city applied to, of another, or of another province."""
        if self.chance(0.7):
            return f"{self.city[:4]}{self.random.choice(('02', '06', '21'))}"
        return self.random.choice((*(f"{city[:4]}03" for city in CITIES), "230103", "220102"))

    def items(self, kind: Kind) -> list[object]:
        """A list, mostly short."""
        assert kind.item is not None
        if kind.distinct:
            chosen = [value for value in kind.item.values if self.chance(0.6)]
            return list(chosen or kind.item.values[:1])
        least = int(kind.minimum or 0)
        return [self.value(kind.item) for _ in range(max(least, self.random.choice((0, 0, 1, 1, 2, 3))))]

    def person(self) -> str:
        """A citizen ID whose holder has, or is a day from, an age that the policy names."""
        ages = [int(number) for number in self.constants.numbers if 10 <= number <= 110] or [40]
        age = self.random.choice(ages) if self.chance(0.7) else self.random.randint(12, 105)
        day = self.as_of.day if (self.as_of.month, self.as_of.day) != (2, 29) else 28
        birth = self.as_of.replace(year=self.as_of.year - age, day=day)
        birth += timedelta(days=self.random.choice((-400, -1, 0, 0, 1, 1)))
        found = make_citizen_id(f"210100{birth:%Y%m%d}{self.random.randint(800, 999)}")
        assert found is not None
        return found

    def spoil(self, form: dict[str, object]) -> None:
        """Up to three things wrong with a form."""
        for _ in range(self.random.randint(1, 3)):
            field = self.random.choice(self.policy.fields)
            kind = self.random.randint(0, 5)
            value = form.get(field.name)
            if kind <= 1 or value is None:
                form.pop(field.name, None)
            elif kind == 2 and isinstance(value, str) and len(value) == 18:
                form[field.name] = value[:-1] + ("1" if value[-1] != "1" else "2")
            else:
                form[field.name] = self.random.choice(
                    ("", "  ", 7, True, ["x"], {}, "１１１", "2026-02-30", None, "x" * 3000)
                )

    def hide(self, facts: dict[str, object], name: str, how: str) -> None:
        """Makes a register's answer unusable, or leaves it out."""
        answer = facts[name]
        usable = dict(answer) if isinstance(answer, dict) and answer.get("status") == "ok" else {}
        match how:
            case "absent":
                del facts[name]
            case "stale":
                limit = math.ceil(self.policy.asks[name].register.max_age_hours / 24) + 1
                facts[name] = {**usable, "data_as_of": (self.as_of - timedelta(days=limit)).isoformat()}
            case "future":
                facts[name] = {**usable, "data_as_of": (self.as_of + timedelta(days=1)).isoformat()}
            case "field_missing":
                usable.pop(self.random.choice(list(self.policy.asks[name].register.answers)), None)
                facts[name] = usable
            case "field_wrong":
                facts[name] = {
                    **usable,
                    self.random.choice(list(self.policy.asks[name].register.answers)): {"odd": [1]},
                }
            case _:
                facts[name] = {"status": how}


def applications(policy: Policy, *, messy: float = 0.0, unknown: float = 0.0) -> st.SearchStrategy[Application]:
    """Applications for one policy."""
    made = partial(_made, policy, constants_of(policy), messy, unknown)
    return st.randoms(use_true_random=False).map(made)


def _made(policy: Policy, constants: Constants, messy: float, unknown: float, random: Random) -> Application:
    return Maker(random, policy, constants, messy=messy, unknown=unknown).application()


def with_facts(application: Application, facts: Mapping[str, object]) -> Application:
    """The same form on the same day with other facts."""
    return Application(application.form, facts, application.as_of)


def completed(maker: Maker, application: Application, registers: Sequence[str]) -> Application:
    """The same application with any usable answer from each of these registers."""
    maker.as_of = application.as_of
    maker.city = str(application.form.get("city", application.form.get("region", maker.city)))
    maker.people[0] = str(application.form.get("id_no"))
    answers = {name: maker.answer(name, maker.policy.asks[name]) for name in registers}
    return with_facts(application, {**application.facts, **answers})
