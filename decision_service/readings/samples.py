"""Sheets of facts near the boundaries of a policy, from a seed: what engines are compared on before a policy decides.

A sheet starts from a worked case or from nothing; some values are then exchanged for others that occur in the cases,
for the constants of the policy and what lies just beside them, or for days around birthdays; registers fail in every
way.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from decision_service.facts import Fact, FactSheet, Unknown, Why
from decision_service.language.functions import add_months
from decision_service.language.tree import Expression, Literal, children
from decision_service.outcome import Outcome
from decision_service.policy.shape import Policy, WorkedCase
from verifiers.identifiers import make_citizen_id, make_credit_code
from verifiers.kinds import READERS, BadValueError, Kind, Value, read

_OF_A_REGISTER = (
    Why.NOT_ASKED, Why.LATE, Why.FAULTY, Why.STALE, Why.NO_RECORD, Why.PAPER_OFFERED, Why.PAPER_GIVEN, Why.FORM,
)  # fmt: skip
_FORM_OUTCOMES = (Outcome.CORRECTION_REQUIRED,) * 6 + tuple(Outcome)
_STATES = {"timeout": Why.LATE, "error": Why.FAULTY, "no_record": Why.NO_RECORD}
_FIRST, _LAST = date(1900, 1, 1), date(2100, 12, 31)

Calendar = Mapping[int, frozenset[date]]


def sample_sheets(policy: Policy, calendar: Calendar, seed: int) -> Iterator[FactSheet]:
    """Endlessly many sheets; the same ones for the same policy, calendar and seed."""
    sampler = _Sampler(policy, calendar, seed)
    while True:
        yield sampler.sheet()


def case_sheet(policy: Policy, case: WorkedCase, calendar: Calendar) -> FactSheet:
    """The sheet of a worked case, read by kinds alone: fit to start from, not to judge a form or an answer by."""
    form: dict[str, Fact] = {one.name: _form_value(case.form, one.name, one.kind, one.default) for one in policy.fields}
    registers: dict[str, Mapping[str, Value] | Unknown] = {}
    for name, ask in policy.asks.items():
        kinds = ask.register.answers_when_asked_with(ask.asked_with)
        registers[name] = _answer(name, kinds, case.facts.get(name), ask.register.no_record)
    chosen = None if policy.items_field is None else form[policy.items_field]
    items = tuple(item.name for item in policy.items if isinstance(chosen, tuple) and item.name in chosen)
    return FactSheet(case.as_of, form, registers, items, None, calendar)


def _form_value(form: Mapping[str, object], name: str, kind: Kind, default: object) -> Fact:
    raw = form.get(name)
    try:
        return _read(kind, default if raw is None else raw) if (raw, default) != (None, None) else None
    except BadValueError:
        return Unknown.of(Why.FORM, name)


def _answer(
    name: str, kinds: Mapping[str, Kind], answer: object, no_record: Mapping[str, Value] | None
) -> Mapping[str, Value] | Unknown:
    if not isinstance(answer, Mapping):
        return Unknown.of(Why.NOT_ASKED, name)
    status = str(answer.get("status"))
    if status == "no_record" and no_record is not None:
        return no_record
    if status != "ok":
        return Unknown.of(_STATES.get(status, Why.FAULTY), name)
    try:
        return {key: _read(kind, answer.get(key)) for key, kind in kinds.items()}
    except BadValueError:
        return Unknown.of(Why.FAULTY, name)


def _read(kind: Kind, raw: object) -> Value:
    return raw if isinstance(raw, str) and kind.name not in {*READERS, "list", "record"} else read(kind, raw)


def constants(policy: Policy) -> list[Value]:
    """Every constant that the policy writes, each once, in the order of the file."""
    waiting: list[Expression | None] = [*(let.value for let in policy.lets), *(item.amount for item in policy.items)]
    for rule in policy.rules:
        waiting += [rule.must, *(part for one in rule.alternatives for part in (one.when, *(e for _, e in one.told)))]
    for result in policy.results:
        waiting += [result.value, result.when]
    waiting += [note.when for note in policy.notes]
    for table in policy.tables.values():
        waiting += [part for row in table.rows for part in (*row.tests, *row.outputs)]
    found: dict[tuple[str, str], Value] = {}
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, Literal):
            found[node.kind.name, repr(node.value)] = node.value
        elif node is not None:
            waiting += children(node)
    return list(found.values())


@dataclass(slots=True)
class _Pool:
    """Values to choose from: the policy's constants, and what its worked cases hold, by kind."""

    constants: Sequence[Value]
    seen: dict[str, dict[str, Value]] = field(default_factory=dict)

    def learn(self, kind: Kind, value: Fact) -> None:
        """Keeps the scalars of a value."""
        if value is None or isinstance(value, Unknown):
            return
        if isinstance(value, tuple) and kind.item is not None:
            for element in value:
                self.learn(kind.item, element)
        elif isinstance(value, Mapping):
            for name, one in kind.fields:
                self.learn(one, value.get(name))
        else:
            self.seen.setdefault(kind.name, {})[repr(value)] = value

    def of(self, kind: Kind) -> list[Value]:
        """The values seen of a kind."""
        return list(self.seen.get(kind.name, {}).values())

    def numbers(self) -> list[Decimal]:
        """The numbers among the constants."""
        return [Decimal(one) for one in self.constants if isinstance(one, int | Decimal) and not isinstance(one, bool)]


class _Sampler:
    def __init__(self, policy: Policy, calendar: Calendar, seed: int) -> None:
        self.policy = policy
        self.calendar = calendar
        self.draw = random.Random(f"{policy.matter} {policy.effective_from} {seed}")  # noqa: S311 - repeatable, not secret
        self.kinds = {name: ask.register.answers_when_asked_with(ask.asked_with) for name, ask in policy.asks.items()}
        self.pool = _Pool(constants(policy))
        self.bases = [case_sheet(policy, case, calendar) for case in policy.cases]
        for base in self.bases:
            self._learn(base)

    def _learn(self, base: FactSheet) -> None:
        for one in self.policy.fields:
            self.pool.learn(one.kind, base.form[one.name])
        for name, kinds in self.kinds.items():
            answer = base.registers[name]
            if not isinstance(answer, Unknown):
                for key, kind in kinds.items():
                    self.pool.learn(kind, answer.get(key))

    def sheet(self) -> FactSheet:
        draw = self.draw
        fresh = not self.bases or draw.random() < 0.1
        rate = 1.0 if fresh else draw.choice((0.0, 0.03, 0.1, 0.3))
        failing = draw.choice((0.0, 0.0, 0.1, 0.3))
        base = self._blank() if fresh else draw.choice(self.bases)
        as_of = self._near(base.as_of) if draw.random() < max(rate, 0.1) else base.as_of
        form = {
            one.name: self._form(one.name, one.kind, as_of) if draw.random() < rate else base.form[one.name]
            for one in self.policy.fields
        }
        registers = {name: self._register(name, base, as_of, rate, failing) for name in self.policy.asks}
        names = [item.name for item in self.policy.items]
        items = base.items if draw.random() > max(rate, 0.2) else tuple(name for name in names if draw.random() < 0.6)
        outcome = draw.choice(_FORM_OUTCOMES) if draw.random() < 0.08 else None
        calendar = self.calendar if draw.random() < 0.9 else {}
        return replace(
            base, as_of=as_of, form=form, registers=registers, items=items, form_outcome=outcome, calendar=calendar
        )

    def _blank(self) -> FactSheet:
        day = self._near(max(self.policy.effective_from, date(2026, 1, 1)))
        unasked = {name: Unknown.of(Why.NOT_ASKED, name) for name in self.policy.asks}
        return FactSheet(day, {one.name: None for one in self.policy.fields}, unasked, (), None, self.calendar)

    def _form(self, name: str, kind: Kind, as_of: date) -> Fact:
        return Unknown.of(Why.FORM, name) if self.draw.random() < 0.08 else self._value(kind, as_of)

    def _register(
        self, name: str, base: FactSheet, as_of: date, rate: float, failing: float
    ) -> Mapping[str, Value] | Unknown:
        draw, answer = self.draw, base.registers[name]
        if draw.random() < failing:
            return Unknown.of(draw.choice(_OF_A_REGISTER), name)
        stated = self.policy.asks[name].register.no_record
        if stated is not None and draw.random() < rate / 4:
            return stated
        if isinstance(answer, Unknown):
            if rate < 1 and draw.random() < 0.5:
                return answer
            return {key: self._value(kind, as_of) for key, kind in self.kinds[name].items()}
        return {
            key: self._value(kind, as_of) if draw.random() < rate else answer[key]
            for key, kind in self.kinds[name].items()
        }

    def _value(self, kind: Kind, as_of: date) -> Value:
        draw = self.draw
        if (kind.nullable or kind.optional) and draw.random() < 0.25:
            return None
        if kind.values:
            return draw.choice(kind.values)
        match kind.name:
            case "boolean":
                return draw.random() < 0.5
            case "whole" | "decimal" | "money":
                return self._number(kind)
            case "date":
                return self._day(as_of)
            case "month":
                return f"{self._day(as_of):%Y-%m}"
            case "list" if kind.item is not None:
                drawn = [self._value(kind.item, as_of) for _ in range(draw.choice((0, 1, 1, 2, 3)))]
                return tuple(dict.fromkeys(drawn)) if kind.distinct else tuple(drawn)
            case "record":
                return {name: self._value(one, as_of) for name, one in kind.fields}
            case _:
                return self._text(kind, as_of)

    def _number(self, kind: Kind) -> Value:
        step = Decimal(1) if kind.name == "whole" else Decimal("0.01")
        known = [*self.pool.numbers(), *(Decimal(str(one)) for one in self.pool.of(kind)), Decimal(0)]
        number = self.draw.choice(known) + step * self.draw.choice((-1, 0, 0, 1, self.draw.randrange(-500, 500)))
        low = Decimal(0) if kind.minimum is None else kind.minimum
        number = max(low, number if kind.maximum is None else min(number, kind.maximum))
        return int(number) if kind.name == "whole" else number.quantize(Decimal("0.01"))

    def _near(self, day: date) -> date:
        moved = day.toordinal() + self.draw.choice((-1, 0, 1, 1, 15, 30, self.draw.randrange(-800, 800)))
        return date.fromordinal(max(_FIRST.toordinal(), min(_LAST.toordinal(), moved)))

    def _day(self, as_of: date) -> date:
        """A day just before, at or after: today, a birthday or month that the constants count, a day of the cases."""
        draw = self.draw
        days = [one for one in (*self.pool.constants, *self.pool.of(Kind("date"))) if isinstance(one, date)]
        counts = [int(one) for one in self.pool.numbers() if 0 < one < 1200] or [1]
        months = draw.choice(counts) * draw.choice((1, 12)) * draw.choice((-1, -1, 1))
        day = draw.choice((as_of, add_months(as_of, months), draw.choice(days or [as_of])))
        moved = day.toordinal() + draw.choice((-1, 0, 0, 1, draw.randrange(-9000, 900)))
        return date.fromordinal(max(_FIRST.toordinal(), min(_LAST.toordinal(), moved)))

    def _text(self, kind: Kind, as_of: date) -> Value:
        draw, known = self.draw, [one for one in self.pool.of(kind) if isinstance(one, str)]
        if known and draw.random() < 0.5:
            return draw.choice(known)
        body = f"{draw.choice(('210100', '210200', '110101'))}{self._day(as_of):%Y%m%d}{draw.randrange(1000):03}"
        match kind.name:
            case "citizen_id":
                return make_citizen_id(body)
            case "disability_certificate":
                return f"{make_citizen_id(body)}{draw.randint(1, 7)}{draw.randint(1, 4)}"
            case "credit_code":
                return make_credit_code(draw.choice(("91", "92")), "210102", f"DEMX{draw.randrange(10000):04}")
            case "region":
                return draw.choice((*known, "210100", "210105", "210200", "210302", "110101"))
            case _:
                texts = [one for one in self.pool.constants if isinstance(one, str)]
                return draw.choice((*texts, *known, "示例", "x"))
