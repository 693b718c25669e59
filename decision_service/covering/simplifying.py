"""How far two cases are apart, and what takes one of them nearer to the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from decision_service.trials import Case

DATED = frozenset({"data_as_of"})
"""What of an answer follows from the day of the case."""


def nearest(case: Case, models: Sequence[Case]) -> Case:
    """The case that it differs least from, by fields of the form and facts; there must be one."""
    return min(models, key=lambda one: distance(case, one))


def distance(one: Case, other: Case) -> int:
    """In how many fields of the form, facts and the day two cases differ."""
    registers = {*one.facts, *other.facts}
    facts = sum(_apart(one.facts.get(name), other.facts.get(name)) for name in registers)
    return int(one.as_of != other.as_of) + _apart(one.form, other.form) + facts


def _apart(one: object, other: object) -> int:
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return int(one != other)
    return sum(one.get(name) != other.get(name) for name in {*one, *other} - DATED)


@dataclass(frozen=True, slots=True)
class Simplification:
    """One field of the form, or one register's answer or fact, as the other case has it. `register` is None for the
    form, `name` None for a whole answer."""

    like: Case
    register: str | None
    name: str | None

    def form(self, case: Case) -> Mapping[str, object]:
        """The form with it."""
        if self.register is not None or self.name is None:
            return case.form
        return _as_there(case.form, self.like.form, self.name)

    def facts(self, case: Case) -> Mapping[str, object]:
        """The facts with it."""
        if self.register is None:
            return case.facts
        if self.name is None:
            return _as_there(case.facts, self.like.facts, self.register)
        mine, theirs = case.facts.get(self.register), self.like.facts.get(self.register)
        if not isinstance(mine, Mapping) or not isinstance(theirs, Mapping) or mine["status"] != theirs["status"]:
            return case.facts
        return {**case.facts, self.register: _as_there(mine, theirs, self.name)}


def _as_there(mine: Mapping[str, object], theirs: Mapping[str, object], name: str) -> Mapping[str, object]:
    left = {one: value for one, value in mine.items() if one != name}
    return {**left, name: theirs[name]} if name in theirs else left


def simplifications(case: Case, like: Case) -> Iterator[Simplification]:
    """Everything in which the case may come nearer to the other: whole answers before single facts."""
    for name in sorted({*case.form, *like.form}):
        if case.form.get(name) != like.form.get(name):
            yield Simplification(like, None, name)
    apart = [name for name in sorted({*case.facts, *like.facts}) if case.facts.get(name) != like.facts.get(name)]
    if case.as_of == like.as_of:
        yield from (Simplification(like, name, None) for name in apart)
    for register in apart:
        answer = case.facts.get(register)
        names = sorted(set(answer) - DATED - {"status"}) if isinstance(answer, Mapping) else []
        yield from (Simplification(like, register, name) for name in names)
