"""A region in an analyst's words: the conditions that all its applications meet, as few as say the most."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from decision_service.differing.asking import Asking
from decision_service.differing.aspects import Aspects
from decision_service.differing.atoms import Choice, Material, Measure
from decision_service.differing.bounds import WHOLE, Reach, reach
from decision_service.differing.report import Clause, Scale
from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Compare, Expression, Literal, Not, OneOf, Within
from decision_service.policy.shape import Bilingual, Rule
from decision_service.readings.prose.speech import say
from verifiers.kinds import Value

if TYPE_CHECKING:
    import z3

    from decision_service.readings.smt.values import Term
    from decision_service.readings.smt.world import World

Seen = list["z3.ModelRef"]
"""Applications of the region that were met so far; each settles many questions without asking."""

_MOST_OPTIONS = 24
"""A choice of more than these is not gone through."""
_MOST_RULES = 3
"""More rules than these that are met are told together."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A condition that a region may imply, and how it is said. `rule`: that a rule which did not change is met."""

    formula: "z3.BoolRef"
    clause: Clause
    rule: bool = False


_NOTHING = Clause(Bilingual("", ""))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A choice with the formula of each of its options."""

    choice: Choice
    equal: Mapping[Value, "z3.BoolRef"]


class Describer:
    """Describes regions of one comparison. Every formula that it asks about is made when it is."""

    def __init__(self, aspects: Aspects, material: Material, world: "World") -> None:
        self.aspects = aspects
        self.conditions = (*self._conditions(material), *self._items(), *self._unreached(world), *self._rules())
        self.choices = tuple(
            self._chosen(one) for one in material.choices.values() if len(one.options) <= _MOST_OPTIONS
        )
        self.measures = tuple(
            (one, aspects.terms[one.said.side].value(one.said.node)) for one in material.measures.values()
        )

    def scales(self) -> Iterator[Scale]:
        """The numbers and days that the changed parts look at."""
        for measure, _ in self.measures:
            marks = [tuple(str(mark) for mark, sides in measure.sides.items() if side in sides) for side in (0, 1)]
            yield Scale(self._say(measure.said.side, measure.said.node), measure.kind.name in WHOLE, *marks)

    def describe(self, asking: Asking, region: "z3.BoolRef", seen: Seen) -> tuple[tuple[Clause, ...], bool]:
        """The clauses of a region within what `asking` holds to, and whether they are exact; none, and not exact, where
        the solver gives up. `seen` are some of the region's applications, and grow."""
        from decision_service.readings.smt.solving import UndecidedError

        try:
            with asking.shortly():
                kept, exact = _fewest(asking, self._facts(asking, region, seen), region)
        except UndecidedError:
            return (), False
        return tuple(_told(kept)), exact

    def _facts(self, asking: Asking, region: "z3.BoolRef", seen: Seen) -> list[Fact]:
        """Everything that all applications of the region meet: numbers, choices, conditions and rules."""
        with asking.within(region):
            there = [Fact(_there(term), _NOTHING) for _, term in self.measures]
            implied = _implied(asking, seen, [*there, *self.conditions])
            facts = [fact for fact in implied if fact.clause is not _NOTHING]
            facts[:0] = self._options(asking, seen)
            measures = [one for one, fact in zip(self.measures, there, strict=True) if fact in implied]
            facts[:0] = self._bounded(asking, seen, measures)
        return facts

    def _say(self, side: int, node: Expression) -> Bilingual:
        policy = self.aspects.policies[side]
        return Bilingual(say(node, policy, "zh"), say(node, policy, "en"))

    def _fact(self, side: int, node: Expression) -> Fact:
        return Fact(self.aspects.terms[side].value(node).true, Clause(self._say(side, node), node, side))

    def _conditions(self, material: Material) -> Iterator[Fact]:
        """The conditions that the changed parts look at, and their contraries."""
        for said in material.conditions.values():
            yield self._fact(said.side, said.node)
            yield self._fact(said.side, Not(said.node, BOOLEAN))

    def _items(self) -> Iterator[Fact]:
        """Which items were applied for."""
        import z3

        terms = self.aspects.terms[1]
        for item in self.aspects.policies[1].items:
            applied, (zh, en) = terms.applied(item.name), (item.label.zh, item.label.en)
            yield Fact(applied, Clause(Bilingual(f"申请了{zh}", f"{en} is applied for"), item=item.name))
            text = Bilingual(f"没有申请{zh}", f"{en} is not applied for")
            yield Fact(z3.Not(applied), Clause(text, item=item.name, met=False))

    def _unreached(self, world: "World") -> Iterator[Fact]:
        """Which registers do not answer."""
        import z3

        for side, policy in enumerate(self.aspects.policies):
            for name, ask in policy.asks.items():
                if side and name in self.aspects.policies[0].asks:
                    continue
                inquiry, register = world.inquiry(name), ask.register
                lost = [inquiry.trouble] if register.no_record is not None else [inquiry.trouble, inquiry.no_record]
                text = Bilingual(f"{register.zh}没有可用的答复", f"{register.en} gives no answer that can be used")
                yield Fact(z3.Or(*lost), Clause(text, register=name, side=side))

    def _rules(self) -> Iterator[Fact]:
        """The rules that did not change, met or not."""
        terms = self.aspects.terms[1]
        for pair in self.aspects.pairs:
            if pair.same and pair.new is not None:
                yield Fact(terms.holds(pair.new.id), _of_rule(pair.new, met=True), rule=True)
                yield Fact(terms.fails(pair.new.id), _of_rule(pair.new, met=False))

    def _chosen(self, choice: Choice) -> _Chosen:
        terms, node = self.aspects.terms[choice.said.side], choice.said.node
        equal = {
            option: terms.value(Compare("=", node, literal, BOOLEAN)).true for option, literal in choice.options.items()
        }
        return _Chosen(choice, equal)

    def _options(self, asking: Asking, seen: Seen) -> Iterator[Fact]:
        for chosen in self.choices:
            fact = self._occurring(asking, seen, chosen)
            if fact is not None:
                yield fact

    def _occurring(self, asking: Asking, seen: Seen, chosen: _Chosen) -> Fact | None:
        """Which of the options occur; told if some cannot."""
        import z3

        choice, equal = chosen.choice, chosen.equal
        others = z3.Not(z3.Or(*equal.values()))
        while True:
            found = {option for option, formula in equal.items() if any(asking.holds(one, formula) for one in seen)}
            open_ended = any(asking.holds(one, others) for one in seen)
            left = [formula for option, formula in equal.items() if option not in found]
            model = asking.model(z3.Or(*left, z3.BoolVal(False) if open_ended else others))
            if model is None:
                break
            seen.append(model)
        lacking = tuple(literal for option, literal in choice.options.items() if option not in found)
        if open_ended:
            none = self._fact(choice.said.side, Not(OneOf(choice.said.node, lacking, BOOLEAN), BOOLEAN))
            return none if lacking and _implied(asking, seen, [none]) else None  # it may also be unknown
        if choice.closed and not lacking:
            return None
        some = tuple(literal for option, literal in choice.options.items() if option in found)
        return self._fact(choice.said.side, OneOf(choice.said.node, some, BOOLEAN))

    def _bounded(self, asking: Asking, seen: Seen, measures: "Sequence[tuple[Measure, Term]]") -> Iterator[Fact]:
        for measure, term in measures:
            found = reach(asking, seen, term.term, measure)
            if found is not None:
                yield self._within(measure, found)

    def _within(self, measure: Measure, found: Reach) -> Fact:
        said, low, high = measure.said, found.low, found.high
        if low is not None and high is not None and low.value == high.value:
            node: Expression = Compare("=", said.node, low, BOOLEAN)
        else:
            node = Within(said.node, low, found.low_closed, high, found.high_closed, BOOLEAN)
        fact = self._fact(said.side, node)
        subject = self._say(said.side, said.node).zh
        return Fact(fact.formula, replace(fact.clause, subject=subject, bounds=(_mark(low), _mark(high))))


def _there(term: "Term") -> "z3.BoolRef":
    """That a value is known and not null."""
    import z3

    return z3.And(term.known, z3.Not(term.is_null))


def _mark(literal: Literal | None) -> str | None:
    return None if literal is None else str(literal.value)


def _of_rule(rule: Rule, *, met: bool) -> Clause:
    zh, en = ("符合", "is met") if met else ("不符合", "is not met")
    text = Bilingual(f"{rule.id} {rule.label.zh}：{zh}", f"{rule.id} {rule.label.en}: {en}")
    return Clause(text, rules=(rule.id,), met=met)


def _told(facts: Sequence[Fact]) -> Iterator[Clause]:
    yield from (fact.clause for fact in facts if not fact.rule)
    rules = [fact.clause for fact in facts if fact.rule]
    if len(rules) <= _MOST_RULES:
        yield from rules
    else:
        text = Bilingual(f"其余各条（{len(rules)}条）均符合", f"all other rules ({len(rules)}) are met")
        yield Clause(text, rules=tuple(name for clause in rules for name in clause.rules))


def _implied(asking: Asking, seen: Seen, facts: Sequence[Fact]) -> list[Fact]:
    """Those that all applications meet which `asking` holds to. One question after the other asks for an application
    that does not meet some of the rest."""
    import z3

    left = [fact for fact in facts if all(asking.holds(model, fact.formula) for model in seen)]
    while left:
        model = asking.model(z3.Or(*(z3.Not(fact.formula) for fact in left)))
        if model is None:
            break
        seen.append(model)
        left = [fact for fact in left if asking.holds(model, fact.formula)]
    return left


def _fewest(asking: Asking, facts: list[Fact], region: "z3.BoolRef") -> tuple[list[Fact], bool]:
    """The facts without those that follow from the others; and whether they say the region exactly. Rules are told
    together where there are many, so that it does not pay to ask whether each is needed."""
    import z3

    enough = asking.enough([fact.formula for fact in facts], z3.Not(region))
    kept = facts if enough is None else [facts[place] for place in enough]
    for fact in [one for one in kept if not one.rule]:
        others = [one.formula for one in kept if one is not fact]
        if asking.never(*others, z3.Not(fact.formula if enough is None else region)):
            kept = [one for one in kept if one is not fact]
    return kept, enough is not None
