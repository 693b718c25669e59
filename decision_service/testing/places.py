"""Where the values of an application stand, so that one can be exchanged and the rest kept."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from decision_service.policy.shape import Policy
from decision_service.testing.ground import Application
from verifiers.kinds import Kind

DAY = Kind("date")
ANSWER = Kind("answer")


@dataclass(frozen=True, slots=True)
class Place:
    """A field of the form (`register` empty), a field of a register's answer, the whole answer of a register (`name`
    empty), a field (`part`) of the first element of a list of records, or the day of the decision (both empty).
    `type_name` is the form's type, else empty."""

    register: str
    name: str
    kind: Kind
    type_name: str = ""
    part: str = ""

    def __str__(self) -> str:
        whole = ".".join(part for part in (self.register, self.name) if part) or "as_of"
        return f"{whole}[0].{self.part}" if self.part else whole

    @property
    def whole(self) -> "Place":
        """The field that this is a part of."""
        return replace(self, part="", kind=DAY) if self.part else self

    def of(self, one: Application) -> object:
        """The JSON that stands there; None where nothing does."""
        if not self.name:
            return one.facts.get(self.register) if self.register else one.as_of.isoformat()
        answer = one.facts.get(self.register) if self.register else one.form
        found = answer.get(self.name) if isinstance(answer, Mapping) else None
        if not self.part:
            return found
        return found[0].get(self.part) if isinstance(found, list) and found and isinstance(found[0], dict) else None

    def there(self, one: Application) -> bool:
        """Whether a value can be put there: the register has answered, the list has an element."""
        if self.register and self.name:
            answer = one.facts.get(self.register)
            if not isinstance(answer, Mapping) or answer.get("status") != "ok":
                return False
        return not self.part or bool(replace(self, part="").of(one))

    def put(self, one: Application, value: object) -> Application:
        """The application with `value` there instead."""
        if self.register and not self.name:
            return replace(one, facts={**one.facts, self.register: value})
        if not self.name:
            return replace(one, as_of=date.fromisoformat(str(value)))
        if self.part:
            found = copy.deepcopy(replace(self, part="").of(one))
            if isinstance(found, list) and found:
                found[0][self.part] = value
            return replace(self, part="").put(one, found)
        if not self.register:
            return replace(one, form={**one.form, self.name: value})
        answer = one.facts[self.register]
        known = answer if isinstance(answer, Mapping) else {}
        return replace(one, facts={**one.facts, self.register: {**known, self.name: value}})


def places(policy: Policy) -> Iterator[Place]:
    """Every place of a matter's applications: form, registers, parts of lists of records, and last the day."""
    for field in policy.fields:
        yield from _with_parts(Place("", field.name, field.kind, field.type_name))
    for name, ask in policy.asks.items():
        for fact, kind in ask.register.answers_when_asked_with(ask.asked_with).items():
            yield from _with_parts(Place(name, fact, kind))
        if ask.register.no_record is not None:
            yield Place(name, "", ANSWER)
    yield Place("", "", DAY)


def _with_parts(place: Place) -> Iterator[Place]:
    yield place
    item = place.kind.item
    if item is not None and item.name == "record":
        for name, kind in item.fields:
            yield replace(place, part=name, kind=kind)
