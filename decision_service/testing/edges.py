"""The boundaries of a policy: for each condition, two applications that differ in one value by its least step, one on
either side."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from decision_service.interpreter import scope_of
from decision_service.language.tree import AsOf, Expression, FormRef, children
from decision_service.policy.needs import reads
from decision_service.policy.shape import Policy
from decision_service.readings.prose import say
from decision_service.testing.boundary import Boundary
from decision_service.testing.conditions import Condition, conditions
from decision_service.testing.ground import Application, Ground
from decision_service.testing.limits import limits
from decision_service.testing.near import Near, born, step
from decision_service.testing.places import DAY, Place, places

Test = Callable[[Application], bool | None]
"""Whether something holds of an application; None where that is not known."""

Turned = tuple[Place, Application, Application]
"""Where two applications differ, and both."""

_FIRST_BASES = 6
"""Worked cases from which a boundary is sought by changing two values, once one value has not sufficed."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The boundaries that were found, and the conditions of which none was: always or never met, as far as one or two
    values of a worked case can tell."""

    found: tuple[Boundary, ...]
    missed: tuple[Condition, ...]


class Seeker:
    """Looks for applications of a matter that turn a condition."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.near = Near(ground)
        self.places = tuple(places(ground.policy))

    @property
    def changeable(self) -> tuple[Place, ...]:
        """Every place but the day, on which answers have to be dated."""
        return self.places[:-1]

    @cached_property
    def edges(self) -> Edges:
        """Every boundary of the policy: its conditions, the bounds of its form, how old an answer may be."""
        found, missed = list(limits(self.ground)), []
        for one in conditions(self.ground.policy):
            among = self.read_by([one.test, *(items for _, items in one.bound)])
            if not among:
                continue
            turned = self.turn(self._test(one), among)
            if turned is None:
                missed.append(one)
            else:
                found.append(self._boundary(one, turned, frozenset(str(place.whole) for place in among)))
        return Edges(tuple(found), tuple(missed))

    def _test(self, one: Condition) -> Test:
        policy = self.ground.policy
        return lambda application: one.holds(scope_of(policy, self.ground.sheet(application)))

    def _boundary(self, one: Condition, turned: Turned, read: frozenset[str]) -> Boundary:
        policy = self.ground.policy
        place, first, second = turned
        inside, outside = (first, second) if self._test(one)(first) else (second, first)
        zh, en = say(one.test, policy, "zh"), say(one.test, policy, "en")
        return Boundary(
            one.where,
            zh,
            en,
            str(place),
            replace(outside, about=f"{one.where} {place}：不符合 {zh} / not met: {en}"),
            replace(inside, about=f"{one.where} {place}：符合 {zh} / met: {en}"),
            read,
        )

    def read_by(self, nodes: list[Expression]) -> list[Place]:
        """The places whose values these expressions read, the day last."""
        policy = self.ground.policy
        lets, day = {let.name: let for let in policy.lets}, _reads_day(nodes, policy)
        named = {
            ("", node.field_name) if isinstance(node, FormRef) else (node.register, node.field_name)
            for node in reads(nodes, lets, policy.tables)
        }
        registers = {register for register, _ in named if register}
        return [one for one in self.places if (one.register, one.name) in named or _of_all(one, registers, day=day)]

    def turn(
        self, test: Test, among: list[Place], bases: tuple[Application, ...] | None = None, want: bool | None = None
    ) -> Turned | None:
        """A place of `among`, and two applications that differ there by the least step, one meeting `test` and the
        other not: by changing one value of a worked case, else two. `want`: the second of them must come out so."""
        bases = self.ground.bases if bases is None else bases
        for base in bases:
            found = self._turned(test, base, among, want)
            if found is not None:
                return found
        for base in (*bases[:_FIRST_BASES], *(self._filled(base, among) for base in bases[:_FIRST_BASES])):
            for place in (None, *among):
                for other in (base,) if place is None else self._variants(base, place):
                    found = self._turned(test, other, [one for one in among if one is not place], want)
                    if found is not None:
                        return found
        return None

    def _filled(self, base: Application, among: list[Place]) -> Application:
        """The application with an element in every list: what is said of an element can be turned only then."""
        for place in among:
            if place.kind.name == "list" and place.there(base) and not place.of(base):
                values = (value for value in self.near.values(place, base) if value)
                base = next((found for value in values if (found := self.placed(base, place, value)) is not None), base)
        return base

    def _turned(self, test: Test, base: Application, among: list[Place], want: bool | None) -> Turned | None:
        before = test(base)
        if before is None or before is want:
            return None
        for place in among:
            for other in self._variants(base, place):
                if test(other) is (not before):
                    return (place, *self._closest(test, place, base, other))
        return None

    def _variants(self, base: Application, place: Place) -> Iterator[Application]:
        """The application with each other value that is worth trying there, where the form stays without a defect."""
        if not place.there(base):
            return
        now = place.of(base)
        for value in sorted(self.near.values(place, base), key=lambda value: not _same_but_birth(value, now)):
            if value != now or type(value) is not type(now):
                found = self.placed(base, place, value)
                if found is not None and place.of(found) == value:
                    yield found

    def placed(self, base: Application, place: Place, value: object) -> Application | None:
        """The application with the value there, its form without a defect; None where that can't be."""
        if place.kind is DAY and not place.name and date.fromisoformat(str(value)) < self.ground.policy.effective_from:
            return None
        return self.ground.mended(place.put(base, value))

    def _closest(
        self, test: Test, place: Place, first: Application, second: Application
    ) -> tuple[Application, Application]:
        """The two applications brought together until they lie a least step apart."""
        outcome = test(first)
        while (between := self._between(place, first, second)) is not None:
            found = self.placed(first, place, between)
            if found is None or (came := test(found)) is None:
                break
            first, second = (found, second) if came is outcome else (first, found)
        return first, second

    def _between(self, place: Place, first: Application, second: Application) -> object | None:
        """The value halfway between those of two applications; None where none lies between or they have no order."""
        low, high = place.of(first), place.of(second)
        if low is None or high is None:
            return None
        match place.type_name or place.kind.name:
            case "date":
                day = _halfway(date.fromisoformat(str(low)).toordinal(), date.fromisoformat(str(high)).toordinal())
                return None if day is None else date.fromordinal(day).isoformat()
            case "whole" if not place.kind.values:
                return _halfway(int(str(low)), int(str(high)))
            case "decimal" | "money":
                least = step(place.kind)
                steps = _halfway(int(Decimal(str(low)) / least), int(Decimal(str(high)) / least))
                return None if steps is None else format(steps * least, "f")
            case "citizen_id":
                return _born_between(str(low), str(high))
            case _:
                return None


def _of_all(place: Place, registers: set[str], *, day: bool) -> bool:
    """Whether it is the whole answer of one of these registers, or the day where that counts."""
    return not place.name and (place.register in registers if place.register else day)


def _halfway(low: int, high: int) -> int | None:
    return (low + high) // 2 if abs(low - high) > 1 else None


def _same_but_birth(one: object, other: object) -> bool:
    """Whether two citizen IDs differ in the day of birth alone; only between such can a least step be found."""
    if not isinstance(one, str) or not isinstance(other, str) or len(one) != len(other):
        return False
    return one[:6] == other[:6] and one[14:17] == other[14:17]


def _born_between(low: str, high: str) -> str | None:
    if not _same_but_birth(low, high):
        return None
    first, second = (date.fromisoformat(f"{one[6:10]}-{one[10:12]}-{one[12:14]}") for one in (low, high))
    day = _halfway(first.toordinal(), second.toordinal())
    return None if day is None else born(low, date.fromordinal(day))


def _reads_day(nodes: list[Expression], policy: Policy) -> bool:
    """Whether the value of an expression depends on the day of the decision."""
    lets = {let.name: let.value for let in policy.lets}
    waiting, seen = list(nodes), set[str]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, AsOf):
            return True
        name = getattr(node, "name", getattr(node, "table", ""))
        if name in lets and name not in seen:
            seen.add(name)
            waiting.append(lets[name])
        elif name in policy.tables and name not in seen:
            seen.add(name)
            waiting += policy.tables[name].inputs
        waiting += children(node)
    return False


_SEEKERS: dict[str, Seeker] = {}


def seeker_of(ground: Ground) -> Seeker:
    """The seeker of a version; one for each digest, so that its boundaries are worked out once in a process."""
    if ground.policy.digest not in _SEEKERS:
        _SEEKERS[ground.policy.digest] = Seeker(ground)
    return _SEEKERS[ground.policy.digest]
