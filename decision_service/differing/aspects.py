"""Everything that a decision tells, as pairs of conditions over one world: how it stands before, how after.

A condition is a Z3 formula over the applications that both versions could be given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Literal

from decision_service.differing.pairing import RulePair
from decision_service.differing.sides import Sides
from decision_service.differing.spelling import Spelling
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.shape import Consequence, Note, Obligation, Policy, Rule

if TYPE_CHECKING:
    import z3

    from decision_service.readings.smt.world import Term, Terms, World

What = Literal["rule", "told", "result", "item", "note", "obligation"]
UNKNOWN = "?"
"""The state of a rule that could not be checked."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that a decision tells. `old` and `new` are its states by name (at most one holds; none: nothing is
    told), empty where it has only one; `differs` says that it is told otherwise. `moved`: its definition is not the
    same on both sides, so that it may differ by itself and not only because the outcome does."""

    what: What
    name: str
    differs: "z3.BoolRef"
    moved: bool
    old: Mapping[str, "z3.BoolRef"] = field(default_factory=dict)
    new: Mapping[str, "z3.BoolRef"] = field(default_factory=dict)


class Aspects:
    """All that can differ between two versions over their common world."""

    def __init__(
        self, sides: Sides, spelled: tuple[Spelling, Spelling], pairs: tuple[RulePair, ...], world: "World"
    ) -> None:
        self.sides, self.spelled, self.pairs = sides, spelled, pairs
        self.old, self.new = world.terms
        self.outcomes = {o: (self.old.outcome(o), self.new.outcome(o)) for o in Outcome}
        self.granted = tuple(self._any(self.outcomes[one][side] for one in APPROVALS) for side in (0, 1))
        self.all: tuple[Aspect, ...] = (
            *self._rules(), *self._told(), *self._results(), *self._items(), *self._notes(), *self._obligations(),
        )  # fmt: skip

    @property
    def same_outcome(self) -> "z3.BoolRef":
        """Both come to the same outcome."""
        import z3

        return self._any(z3.And(*both) for both in self.outcomes.values())

    @property
    def differs(self) -> "z3.BoolRef":
        """Anything at all is told otherwise."""
        import z3

        return z3.Or(z3.Not(self.same_outcome), *(one.differs for one in self.all))

    @property
    def reasons_differ(self) -> "z3.BoolRef":
        """A reason differs that stands behind the outcome itself, and not only one that is told besides."""
        return self._any(
            self._unlike(self._behind(pair.old, 0), self._behind(pair.new, 1)) for pair in self.pairs if not pair.same
        )

    def _behind(self, rule: Rule | None, side: int) -> dict[str, "z3.BoolRef"]:
        import z3

        terms = (self.old, self.new)[side]
        found: dict[str, z3.BoolRef] = {}
        for state, condition, outcome in _states(rule, terms):
            stands = z3.Or(*(self.outcomes[one][side] for one in outcome))
            found[state] = (
                z3.Or(found[state], z3.And(condition, stands)) if state in found else z3.And(condition, stands)
            )
        return found

    @staticmethod
    def _any(conditions: "Iterator[z3.BoolRef]") -> "z3.BoolRef":
        import z3

        return z3.Or(*conditions)

    def _unlike(self, old: Mapping[str, "z3.BoolRef"], new: Mapping[str, "z3.BoolRef"]) -> "z3.BoolRef":
        import z3

        never = z3.BoolVal(False)
        return self._any(old.get(name, never) != new.get(name, never) for name in {**old, **new})

    def _rules(self) -> Iterator[Aspect]:
        for pair in self.pairs:
            old, new = (_by_state(rule, terms) for rule, terms in ((pair.old, self.old), (pair.new, self.new)))
            yield Aspect("rule", pair.name, self._unlike(old, new), not pair.same, old, new)

    def _told(self) -> Iterator[Aspect]:
        """What a consequence states besides its reason, where both sides tell that consequence."""
        import z3

        for pair in self.pairs:
            if pair.old is None or pair.new is None:
                continue
            for place, first in enumerate(pair.old.alternatives):
                for other, second in enumerate(pair.new.alternatives):
                    if (first.outcome, first.code) != (second.outcome, second.code):
                        continue
                    both = z3.And(self.old.fails(pair.old.id, place), self.new.fails(pair.new.id, other))
                    yield from self._stated(pair, both, first, second)

    def _stated(self, pair: RulePair, both: "z3.BoolRef", first: Consequence, second: Consequence) -> Iterator[Aspect]:
        import z3

        old, new = dict(first.told), dict(second.told)
        for name in {**old, **new}:
            moved = self.spelled[0].of(old.get(name)) != self.spelled[1].of(new.get(name))
            if not moved:
                continue
            other = z3.BoolVal(True)
            if name in old and name in new:
                other = unlike(self.old.value(old[name]), self.new.value(new[name]))
            yield Aspect("told", f"{pair.name}.{name}", z3.And(both, other), True)

    def _results(self) -> Iterator[Aspect]:
        import z3

        results = [{one.name: one for one in policy.results} for policy in (self.sides.old, self.sides.new)]
        both = z3.And(*self.granted)
        for name in {**results[0], **results[1]}:
            old, new = results[0].get(name), results[1].get(name)
            if old is None or new is None:
                terms, one = (self.old, old) if old is not None else (self.new, new)
                given = z3.BoolVal(True) if one is None or one.when is None else terms.value(one.when).true
                yield Aspect("result", name, z3.And(both, given), True)
                continue
            first, second = (
                (z3.BoolVal(True) if one.when is None else terms.value(one.when).true, terms.value(one.value))
                for one, terms in ((old, self.old), (new, self.new))
            )
            differs = z3.Or(first[0] != second[0], z3.And(first[0], unlike(first[1], second[1])))
            spelled = [(s.of(one.value), s.of(one.when)) for s, one in zip(self.spelled, (old, new), strict=True)]
            yield Aspect("result", name, z3.And(both, differs), spelled[0] != spelled[1])

    def _items(self) -> Iterator[Aspect]:
        """Items are told apart by the rules that settle them; here only what they are worth."""
        import z3

        items = [{one.name: one for one in policy.items} for policy in (self.sides.old, self.sides.new)]
        for name in items[0].keys() & items[1].keys():
            old, new = items[0][name].amount, items[1][name].amount
            moved = self.spelled[0].of(old) != self.spelled[1].of(new)
            differs = z3.And(*self.granted, unlike(self.old.value(old), self.new.value(new)))
            yield Aspect("item", name, differs, moved)

    def _notes(self) -> Iterator[Aspect]:
        codes = [_coded(policy.notes) for policy in (self.sides.old, self.sides.new)]
        for code in {**codes[0], **codes[1]}:
            old = self._any(self._noted(one, 0) for one in codes[0].get(code, ()))
            new = self._any(self._noted(one, 1) for one in codes[1].get(code, ()))
            whens = [
                [(s.of(n.when), n.on_approval) for n in c.get(code, ())]
                for s, c in zip(self.spelled, codes, strict=True)
            ]
            yield Aspect("note", code, old != new, whens[0] != whens[1], {code: old}, {code: new})

    def _noted(self, note: Note, side: int) -> "z3.BoolRef":
        import z3

        when = (self.old, self.new)[side].value(note.when).true
        return z3.And(when, self.granted[side]) if note.on_approval else when

    def _obligations(self) -> Iterator[Aspect]:
        codes = [_coded(policy.obligations) for policy in (self.sides.old, self.sides.new)]
        for code in {**codes[0], **codes[1]}:
            old = self._any(self._owed(one, 0) for one in codes[0].get(code, ()))
            new = self._any(self._owed(one, 1) for one in codes[1].get(code, ()))
            defined = [
                [(s.of(one.when), one.outcomes, one.due) for one in c.get(code, ())]
                for s, c in zip(self.spelled, codes, strict=True)
            ]
            yield Aspect("obligation", code, old != new, defined[0] != defined[1], {code: old}, {code: new})

    def _owed(self, duty: Obligation, side: int) -> "z3.BoolRef":
        import z3

        stands = self._any(self.outcomes[one][side] for one in duty.outcomes)
        return stands if duty.when is None else z3.And(stands, (self.old, self.new)[side].value(duty.when).true)


def _coded(parts: "tuple[Note, ...] | tuple[Obligation, ...]") -> dict[str, list]:
    found: dict[str, list] = {}
    for one in parts:
        found.setdefault(one.code, []).append(one)
    return found
