"""Applications that must never be granted, and why each of them is one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, partial

from hypothesis import strategies as st

from decision_service.facts import Unknown
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.language.tree import Expression
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.shape import Field, Policy, Rule
from decision_service.testing.edges import Seeker
from decision_service.testing.ground import Application
from decision_service.testing.places import Place
from decision_service.testing.values import Applications, value_at, wrong_value

_HOURS = 24
_FAULTS = ("timeout", "error", "no_record", "stale", "tomorrow", "undated", "lacking", "no_object", "absent")
"""What can be the matter with an answer: `stale` and `tomorrow` by its date, `lacking` a field, `absent` altogether."""


@dataclass(frozen=True, slots=True)
class Sure:
    """An application, and the places on which it rests that it is never granted. `register`: only once its answer is
    of no use; else it is impossible as it stands."""

    application: Application
    reads: tuple[Place, ...]
    register: str = ""


class Impossible:
    """The ways in which an application of one matter can be made impossible. `valid` are its valid applications."""

    def __init__(self, seeker: Seeker, valid: Applications) -> None:
        self.seeker = seeker
        self.ground = seeker.ground
        self.policy = seeker.ground.policy
        self.valid = valid

    def strategy(self) -> Applications:
        """All of them."""
        ways = [_ill_formed(self)]
        ways += [_sure(self, found) for found in (self.unheard, self.broken) if found]
        return st.one_of(ways)

    @cached_property
    def unheard(self) -> tuple[Sure, ...]:
        """For each register, a worked case in which a rule of the whole matter is not known without it."""
        return tuple(self._unheard())

    def _unheard(self) -> Iterator[Sure]:
        for register in self.policy.asks:
            for rule, base in ((rule, base) for base in self.ground.bases for rule in _whole(self.policy)):
                silent = replace(base, facts={**base.facts, register: {"status": "timeout"}})
                if isinstance(evaluate(rule.must, scope_of(self.policy, self.ground.sheet(silent))), Unknown):
                    about = f"{rule.id}：没有{register}的可用答复 / without a usable answer of {register}"
                    yield Sure(replace(base, about=about), tuple(self.seeker.read_by([rule.must])), register)
                    break

    @cached_property
    def broken(self) -> tuple[Sure, ...]:
        """A worked case with a value or two changed so that a rule is broken, for each rule; and so that what the file
        says is never granted comes true, for each such sentence."""
        rules = ((rule.must, False, f"{rule.id} 不成立 does not hold：{rule.label.zh}") for rule in _whole(self.policy))
        claims = (
            (claim.when, True, f"从不批准 never granted：{claim.label.zh} / {claim.label.en}")
            for claim in self.policy.claims
            if claim.when is not None and claim.never >= _grants(self.policy)
        )
        found = (self._brought(node, want, about) for node, want, about in (*rules, *claims))
        return tuple(one for one in found if one is not None)

    def _brought(self, node: Expression, want: bool, about: str) -> Sure | None:
        among = self.seeker.read_by([node])
        test = partial(self._holds, node)
        turned = self.seeker.turn(test, among, want=want)
        if turned is None:
            return None
        _, first, second = turned
        return Sure(replace(first if test(first) is want else second, about=about), tuple(among))

    def _holds(self, node: Expression, one: Application) -> bool | None:
        value = evaluate(node, scope_of(self.policy, self.ground.sheet(one)))
        return value if isinstance(value, bool) else None


def _whole(policy: Policy) -> list[Rule]:
    """The rules of the whole matter from which no approval follows where they don't hold."""
    return [
        rule
        for rule in policy.rules
        if rule.item is None and not any(one.outcome in APPROVALS for one in rule.alternatives)
    ]


def _grants(policy: Policy) -> frozenset[Outcome]:
    """The approvals that the matter can come to."""
    by_rule = {one.outcome for rule in policy.rules for one in rule.alternatives if one.outcome in APPROVALS}
    return frozenset({Outcome.APPROVED, *by_rule, *((Outcome.PARTIALLY_APPROVED,) if policy.items else ())})


@st.composite
def _sure(draw: st.DrawFn, way: Impossible, found: tuple[Sure, ...]) -> Application:
    sure = draw(st.sampled_from(found))
    one, near = sure.application, way.seeker.near
    if sure.register:
        one = _silenced(way, one, sure.register, draw(st.sampled_from(_FAULTS)))
    read = {(place.register, place.name) for place in sure.reads}
    registers = {place.register for place in sure.reads if place.register} | ({sure.register} - {""})
    others = [
        place
        for place in way.seeker.changeable
        if (place.register, place.name) not in read
        if place.register not in registers or (place.name and place.register != sure.register)
    ]
    for place in draw(st.lists(st.sampled_from(others), max_size=3, unique_by=str)) if others else ():
        if place.there(one):
            one = place.put(one, draw(value_at(near, place, one)))
    return one


def _silenced(way: Impossible, one: Application, register: str, fault: str) -> Application:
    """The application with the answer of a register spoilt."""
    known = one.facts[register]
    usable = dict(known) if isinstance(known, Mapping) else {}
    about = f"{one.about} ({fault})"
    described = way.policy.asks[register].register
    match fault:
        case "absent":
            return replace(one, facts={name: one.facts[name] for name in one.facts if name != register}, about=about)
        case "stale" | "tomorrow":
            days = described.max_age_hours // _HOURS + 1 if fault == "stale" else -1
            answer: object = {**usable, "status": "ok", "data_as_of": (one.as_of - timedelta(days=days)).isoformat()}
        case "undated":
            answer = {**usable, "status": "ok", "data_as_of": None}
        case "lacking":
            lacked = next(iter(described.answers))
            answer = {name: usable[name] for name in usable if name != lacked} | {"status": "ok"}
        case "no_object":
            answer = ["ok"]
        case "no_record" if described.no_record is not None:
            answer = {"status": "timeout"}  # that there is no record is an answer of this register
        case _:
            answer = {"status": fault}
    return replace(one, facts={**one.facts, register: answer}, about=about)


@st.composite
def _ill_formed(draw: st.DrawFn, way: Impossible) -> Application:
    one = draw(way.valid)
    for field in draw(
        st.lists(st.sampled_from(way.policy.fields), min_size=1, max_size=3, unique_by=lambda one: one.name)
    ):
        how = draw(st.sampled_from(("wrong", "missing", "check", "unknown")))
        one = _spoilt(draw, way, one, field, how)
    return one


def _spoilt(draw: st.DrawFn, way: Impossible, one: Application, field: Field, how: str) -> Application:
    """The application with a defect more in its form; where there can't be this one, with a value of another kind."""
    value = one.form.get(field.name)
    about = f"表单有缺陷 a defect of the form: {field.name} ({how})"
    form: dict[str, object] = {name: one.form[name] for name in one.form if name != field.name}
    if how == "check" and field.identifier and isinstance(value, str):
        form[field.name] = f"{value[:16]}{'0' if value[16] != '0' else '1'}{value[17:]}"
    elif how == "unknown":
        form = {**one.form, "no_such_field": "x"}
    elif how == "wrong":
        form[field.name] = draw(wrong_value(field.kind, field.type_name))
    spoilt = replace(one, form=form, about=about)
    if way.ground.reading(spoilt).defects:
        return spoilt
    return replace(one, form={**one.form, field.name: {}}, about=about)
