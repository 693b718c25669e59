"""Logic by itself: policies put together of conditions that may be null or unknown for every reason, where rule files
seldom have any; tables of every hit policy over registers; items, pending questions, favourable outcomes."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import get_args

import pytest

from decision_service.facts import Fact, FactSheet, Unknown, Why
from decision_service.language.tree import (
    And,
    Compare,
    Expression,
    FactRef,
    FormRef,
    If,
    Literal,
    Lookup,
    Not,
    Or,
)
from decision_service.outcome import Outcome
from decision_service.policy.parts import HitPolicy
from decision_service.policy.shape import Consequence, Policy, Result, Row, Rule, Table
from decision_service.readings.smt.world import World
from tests.properties.deciding import policy_of, shelf
from tests.sizes import size
from tests.smt.pinning import disagreements
from verifiers.kinds import Kind, Value

BOOLEAN, WHOLE, NULL = Kind("boolean"), Kind("whole"), Kind("null", nullable=True)
BASE = "disability_allowances"
REGISTERS = ("population", "deaths", "low_income", "social_security_card", "disability")
HITS: tuple[HitPolicy, ...] = get_args(HitPolicy)
LISTS = ("rule order", "output order", "collect")


class Maker:
    """Makes one policy and sheets for it."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.base = policy_of(BASE)
        self.kinds = {
            name: self.base.asks[name].register.facts_when_asked_with(self.base.asks[name].asked_with)
            for name in REGISTERS
        }

    def atom(self) -> Expression:
        """A condition on one fact, or on the form."""
        draw = self.draw
        name = draw.choice(REGISTERS)
        facts = {
            "population": Compare("=", FactRef("population", "match", BOOLEAN), Literal(True, BOOLEAN), BOOLEAN),
            "deaths": FactRef("deaths", "hit", BOOLEAN),
            "low_income": Compare(
                "!=", FactRef("low_income", "since", Kind("date", nullable=True)), Literal(None, NULL), BOOLEAN
            ),
            "social_security_card": Compare(
                "=", FactRef("social_security_card", "card", Kind("text")), Literal("active", Kind("text")), BOOLEAN
            ),
            "disability": Compare(
                "<", FactRef("disability", "level", WHOLE), Literal(draw.randint(1, 4), WHOLE), BOOLEAN
            ),
        }
        by_form: list[Expression] = [FormRef("notice_read", BOOLEAN), Literal(draw.random() < 0.5, BOOLEAN)]
        return facts[name] if draw.random() < 0.8 else draw.choice(by_form)

    def condition(self, depth: int) -> Expression:
        """A condition that may be null."""
        draw = self.draw
        if depth == 0 or draw.random() < 0.15:
            return self.atom()
        one, other, third = (self.condition(depth - 1) for _ in range(3))
        return draw.choice(
            (
                And((one, other), BOOLEAN),
                Or((one, other, third), BOOLEAN),
                Not(one, BOOLEAN),
                If(one, other, third, BOOLEAN),
                If(one, Literal(None, NULL), other, Kind("boolean", nullable=True)),
                Compare("=", one, other, BOOLEAN),
            )
        )

    def number(self) -> Expression:
        """A number that may be unknown or null."""
        level = FactRef("disability", "level", WHOLE)
        return self.draw.choice(
            (level, If(self.condition(1), level, Literal(2, WHOLE), WHOLE), Literal(7, WHOLE), Lookup("one", WHOLE))
        )

    def table(self, name: str, hit: HitPolicy) -> Table:
        """A table whose rows lean on registers; they overlap and leave gaps."""
        rows = tuple(
            Row((self.condition(1), self.draw.choice((None, self.atom()))), (Literal(self.draw.randint(1, 3), WHOLE),))
            for _ in range(self.draw.randint(1, 4))
        )
        order = tuple(Literal(one, WHOLE) for one in (2, 3)) if hit in ("priority", "output order") else ()
        kind = Kind("list", item=WHOLE) if hit in LISTS else WHOLE
        return Table(name, (), ((name, WHOLE),), rows, hit, kind, priority=order)

    def consequences(self) -> tuple[Consequence, ...]:
        """What follows: one or two alternatives, any outcome, something told."""
        draw, outcomes = self.draw, list(Outcome)
        told = (("stated", self.number()),)
        last = Consequence(draw.choice(outcomes), "X2", None, told if draw.random() < 0.5 else ())
        first = Consequence(draw.choice(outcomes), "X1", self.condition(1), told if draw.random() < 0.5 else ())
        return (first, last) if draw.random() < 0.6 else (last,)

    def policy(self) -> Policy:
        """Rules of the whole and of items, a gate sometimes, tables of all hit policies, results."""
        draw, label = self.draw, self.base.name
        items = (None, None, "living", "care")
        rules = tuple(
            Rule(f"Z{number}", label, (), self.condition(2), self.consequences(), draw.choice(items))
            for number in range(draw.randint(2, 5))
        )
        if draw.random() < 0.4:
            gate = Consequence(Outcome.REFERRED, "X3")
            rules = (Rule("GATE", label, (), self.condition(1), (gate,), gate=True), *rules)
        single = [hit for hit in HITS if hit not in LISTS]
        tables = {hit: self.table(hit, hit) for hit in HITS} | {"one": self.table("one", draw.choice(single))}
        results = (
            Result("guarded", self.number(), self.condition(1)),
            Result("listed", Lookup("collect", Kind("list", item=WHOLE))),
        )
        return replace(
            self.base, rules=rules, tables=tables, results=results[: draw.randint(0, 2)], lets=(), notes=(), claims=(),
            obligations=(), cases=(),
            items=tuple(replace(item, amount=self.number()) for item in self.base.items),
        )  # fmt: skip

    def sheet(self) -> FactSheet:
        """A sheet: each register known, or unknown for any reason; the form known or not."""
        draw, rate = self.draw, self.draw.choice((0.0, 0.3, 0.7))
        whys = draw.choice((list(Why), [Why.NOT_ASKED], [Why.NOT_ASKED, Why.PAPER_OFFERED], [Why.FORM, Why.LATE]))
        registers = {
            name: Unknown.of(draw.choice(whys), name)
            if draw.random() < rate
            else {key: self.value(kind) for key, kind in self.kinds[name].items()}
            for name in REGISTERS
        }
        form: dict[str, Fact] = {"notice_read": draw.random() < 0.5}
        if draw.random() < 0.2:
            form["notice_read"] = Unknown.of(Why.FORM, "notice_read")
        unasked = {name: Unknown.of(Why.NOT_ASKED, name) for name in self.base.asks if name not in REGISTERS}
        outcome = draw.choice(list(Outcome)) if draw.random() < 0.2 else None
        items = tuple(name for name in ("living", "care") if draw.random() < 0.6)
        return FactSheet(date(2026, 3, 16), form, registers | unasked, items, outcome, shelf().catalogue.calendar)

    def value(self, kind: Kind) -> Value:
        """A value of a kind."""
        draw = self.draw
        if kind.nullable and draw.random() < 0.5:
            return None
        if kind.values:
            return draw.choice(kind.values)
        match kind.name:
            case "boolean":
                return draw.random() < 0.5
            case "whole":
                return draw.randint(1, 4)
            case "date":
                return date(2020, 1, 31)
            case _:
                return "210105"


@pytest.mark.parametrize("seed", range(size("smt_logic", quick=16, full=1_000)))
def test_logic_agrees_with_the_reference(seed: int) -> None:
    """Findings, alternatives, items, amounts, results, rows, and what each table comes to."""
    maker = Maker(seed)
    policy = maker.policy()
    world = World([policy], shelf().catalogue)
    assert world.encoded().left_out == ()
    for _ in range(size("smt_logic_sheets", quick=16, full=40)):
        sheet = maker.sheet()
        found = disagreements(world, sheet)
        assert found == [], (policy.rules, policy.tables, sheet)
