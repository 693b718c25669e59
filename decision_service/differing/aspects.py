"""Everything that a decision tells, as pairs of conditions over one world: how it stands before, how after.

A condition is a Z3 formula over the applications that both versions could be given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

from decision_service.differing.pairing import RulePair
from decision_service.differing.sides import Sides
from decision_service.differing.spelling import Spelling
from decision_service.language.tree import Expression
from decision_service.outcome import APPROVALS, Outcome, ranked
from decision_service.policy.shape import Note, Obligation, Policy, Result, Rule
from decision_service.verdict import RESULT

if TYPE_CHECKING:
    import z3

    from decision_service.readings.smt.terms import Terms
    from decision_service.readings.smt.world import World

T = TypeVar("T", Note, Obligation)
What = Literal["rule", "told", "result", "item", "note", "obligation"]
UNKNOWN = "?"
"""The state of a rule that could not be checked."""
_OF_UNKNOWN = (Outcome.REFERRED, Outcome.CORRECTION_REQUIRED)


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that a decision tells. `old` and `new` are its states by name (at most one holds on each side; none:
    nothing is told), empty where it has only one; `differs` says that it is told otherwise. `values` are what both
    sides state, where it is a value. `moved`: its definition differs, so that it may differ by itself and not only
    because the outcome does."""

    what: What
    name: str
    differs: "z3.BoolRef"
    moved: bool
    old: Mapping[str, "z3.BoolRef"] = field(default_factory=dict)
    new: Mapping[str, "z3.BoolRef"] = field(default_factory=dict)
    values: tuple[Expression | None, Expression | None] = (None, None)


class Aspects:
    """All that can differ between two versions over their common world. Raises UnencodableError where a part that was
    changed has no encoding."""

    def __init__(
        self, sides: Sides, spelled: tuple[Spelling, Spelling], pairs: tuple[RulePair, ...], world: "World"
    ) -> None:
        self.policies: tuple[Policy, Policy] = (sides.old, sides.new)
        self.spelled, self.pairs = spelled, pairs
        self.terms: tuple[Terms, Terms] = (world.terms[0], world.terms[1])
        self.outcomes = {one: (self.terms[0].outcome(one), self.terms[1].outcome(one)) for one in Outcome}
        self.granted = tuple(_any(self.outcomes[one][side] for one in ranked(APPROVALS)) for side in (0, 1))
        self.all: tuple[Aspect, ...] = (
            *self._rules(), self._lacking(), *self._told(),
            *self._results(), *self._items(), *self._notes(), *self._obligations(),
        )  # fmt: skip

    @property
    def same_outcome(self) -> "z3.BoolRef":
        """Both come to the same outcome."""
        return _any(_all(*both) for both in self.outcomes.values())

    @property
    def differs(self) -> "z3.BoolRef":
        """Anything at all is told otherwise."""
        return _any((_not(self.same_outcome), *(one.differs for one in self.all)))

    @property
    def reasons_differ(self) -> "z3.BoolRef":
        """A reason differs that stands behind the outcome itself, and not only one that is told besides."""
        return _any(_unlike(self._behind(pair.old, 0), self._behind(pair.new, 1)) for pair in self.pairs)

    def _behind(self, rule: Rule | None, side: int) -> dict[str, "z3.BoolRef"]:
        """The states of a rule, each as far as its outcome is the outcome."""
        found: dict[str, z3.BoolRef] = {}
        for state, condition in self._states(rule, side).items():
            wins = _OF_UNKNOWN if state == UNKNOWN else (Outcome(state.split()[0]),)
            found[state] = _all(condition, _any(self.outcomes[one][side] for one in wins))
        return found

    def _states(self, rule: Rule | None, side: int) -> dict[str, "z3.BoolRef"]:
        """How a rule may stand that is told: by outcome and code of the consequence, or as not checked."""
        if rule is None:
            return {}
        terms, found = self.terms[side], dict[str, list["z3.BoolRef"]]()
        for place, one in enumerate(rule.alternatives):
            found.setdefault(f"{one.outcome} {one.code}", []).append(terms.fails(rule.id, place))
        return {UNKNOWN: terms.unknown(rule.id), **{state: _any(parts) for state, parts in found.items()}}

    def _rules(self) -> Iterator[Aspect]:
        for pair in self.pairs:
            old, new = self._states(pair.old, 0), self._states(pair.new, 1)
            yield Aspect("rule", pair.name, _unlike(old, new), not pair.same, old, new)

    def _lacking(self) -> Aspect:
        """That something of what an approval would grant is not known: told like a rule that could not be checked."""
        old, new = (terms.lacking() for terms in self.terms)
        return Aspect("rule", RESULT, old != new, True, {UNKNOWN: old}, {UNKNOWN: new})

    def _told(self) -> Iterator[Aspect]:
        """What a consequence states besides its reason, where both sides tell that consequence."""
        for pair in self.pairs:
            if pair.same or pair.old is None or pair.new is None:
                continue
            for place, first in enumerate(pair.old.alternatives):
                for other, second in enumerate(pair.new.alternatives):
                    if (first.outcome, first.code) == (second.outcome, second.code):
                        both = _all(self.terms[0].fails(pair.old.id, place), self.terms[1].fails(pair.new.id, other))
                        yield from self._stated(pair.name, both, dict(first.told), dict(second.told))

    def _stated(
        self, rule: str, both: "z3.BoolRef", old: Mapping[str, Expression], new: Mapping[str, Expression]
    ) -> Iterator[Aspect]:
        for name in {**old, **new}:
            values = (old.get(name), new.get(name))
            if self._moved(*values):
                yield Aspect("told", f"{rule}.{name}", _all(both, self._other(*values)), True, values=values)

    def _moved(self, old: Expression | None, new: Expression | None) -> bool:
        return self.spelled[0].of(old) != self.spelled[1].of(new)

    def _other(self, old: Expression | None, new: Expression | None) -> "z3.BoolRef":
        """Both sides state different values; one that only one side can state differs wherever it is known."""
        from decision_service.readings.smt.values import same

        values = [None if one is None else terms.value(one) for one, terms in zip((old, new), self.terms, strict=True)]
        first, second = values
        if first is None or second is None:
            there = first or second
            return _never() if there is None else _all(there.known, _not(there.is_null))
        equal = same(first, second)
        return _any((first.known != second.known, _all(first.known, second.known, _not(equal))))

    def _results(self) -> Iterator[Aspect]:
        results = [{one.name: one for one in policy.results} for policy in self.policies]
        for name in {**results[0], **results[1]}:
            old, new = results[0].get(name), results[1].get(name)
            values = (None if old is None else old.value, None if new is None else new.value)
            whens = (None if old is None else old.when, None if new is None else new.when)
            if self._moved(*values) or self._moved(*whens) or old is None or new is None:
                given = (self._given(old, 0), self._given(new, 1))
                other = self._other(*values) if self._moved(*values) else _never()
                differs = _any((given[0] != given[1], _all(*given, other)))
                yield Aspect("result", name, _all(*self.granted, differs), True, values=values)

    def _given(self, result: Result | None, side: int) -> "z3.BoolRef":
        if result is None:
            return _never()
        return _not(_never()) if result.when is None else self.terms[side].value(result.when).true

    def _items(self) -> Iterator[Aspect]:
        """What an item is worth; whether it is granted follows from the rules that settle it."""
        items = [{one.name: one for one in policy.items} for policy in self.policies]
        for name in {**items[0], **items[1]}:
            old, new = items[0].get(name), items[1].get(name)
            values = (None if old is None else old.amount, None if new is None else new.amount)
            if self._moved(*values):
                yield Aspect("item", name, _all(*self.granted, self._other(*values)), True, values=values)

    def _notes(self) -> Iterator[Aspect]:
        old, new = (_coded(policy.notes) for policy in self.policies)
        for code in {**old, **new}:
            noted = [
                _any(self._noted(one, side) for one in notes.get(code, ())) for side, notes in enumerate((old, new))
            ]
            defined = [
                [(spelling.of(one.when), one.on_approval) for one in notes.get(code, ())]
                for spelling, notes in zip(self.spelled, (old, new), strict=True)
            ]
            yield Aspect(
                "note", code, noted[0] != noted[1], defined[0] != defined[1], {code: noted[0]}, {code: noted[1]}
            )

    def _noted(self, note: Note, side: int) -> "z3.BoolRef":
        when = self.terms[side].value(note.when).true
        return _all(when, self.granted[side]) if note.on_approval else when

    def _obligations(self) -> Iterator[Aspect]:
        old, new = (_coded(policy.obligations) for policy in self.policies)
        for code in {**old, **new}:
            owed = [
                _any(self._owed(one, side) for one in duties.get(code, ())) for side, duties in enumerate((old, new))
            ]
            defined = [
                [(spelling.of(one.when), one.outcomes, one.due) for one in duties.get(code, ())]
                for spelling, duties in zip(self.spelled, (old, new), strict=True)
            ]
            moved = defined[0] != defined[1]
            yield Aspect("obligation", code, owed[0] != owed[1], moved, {code: owed[0]}, {code: owed[1]})

    def _owed(self, duty: Obligation, side: int) -> "z3.BoolRef":
        stands = _any(self.outcomes[one][side] for one in duty.outcomes)
        return stands if duty.when is None else _all(stands, self.terms[side].value(duty.when).true)


def _coded(parts: Sequence[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for one in parts:
        found.setdefault(one.code, []).append(one)
    return found


def _unlike(old: Mapping[str, "z3.BoolRef"], new: Mapping[str, "z3.BoolRef"]) -> "z3.BoolRef":
    """Some state holds on one side only."""
    return _any(_other(old.get(name, _never()), new.get(name, _never())) for name in {**old, **new})


def _other(old: "z3.BoolRef", new: "z3.BoolRef") -> "z3.BoolRef":
    """One of them holds and the other does not; never where both are the same formula."""
    return _never() if old.eq(new) else old != new


def _any(parts: Iterable["z3.BoolRef"]) -> "z3.BoolRef":
    import z3

    return z3.Or(*parts, _never())


def _all(*parts: "z3.BoolRef") -> "z3.BoolRef":
    import z3

    return z3.And(*parts, z3.BoolVal(True))


def _not(part: "z3.BoolRef") -> "z3.BoolRef":
    import z3

    return z3.Not(part)


def _never() -> "z3.BoolRef":
    import z3

    return z3.BoolVal(False)
